"""Deliver webhooks in virtual time, as the world does: twice, late, out of order, with a clock that is wrong.

A plan is drawn from a seed before anything is sent, so the same seed delivers the same bytes at the same
moments. Whoever drives the clock hands the plan's deliveries over when their time has come.
"""

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from autobiz_kernel.webhooks import Delivery

from .signers import Signer, written


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One event that a provider has to tell."""

    source: str
    at: datetime
    payload: object
    about: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Manners:
    """How badly the post behaves; shares are from nought to one."""

    duplicated: float = 0.0
    delayed: float = 0.0
    delay_max: timedelta = timedelta(hours=4)
    skewed: float = 0.0
    skew_max: timedelta = timedelta(minutes=10)
    forged: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One delivery: when it arrives, and whether a stranger has written it."""

    arrives_at: datetime
    source: str
    delivery: Delivery
    is_forged: bool = False
    is_copy: bool = False


def plan(
    events: Iterable[Told], signers: Mapping[str, Signer], manners: Manners, *, seed: int
) -> tuple[Post, ...]:
    """Draw when each event is delivered, how often, and with what wrong; in the order of arrival."""
    rng = random.Random(f"post/{seed}")  # noqa: S311  # drawn to be drawn again, not to be secret
    posts: list[Post] = []
    for told in events:
        posts += _posts(told, signers[told.source], manners, rng)
    return tuple(sorted(posts, key=lambda post: post.arrives_at))


def forged(delivery: Delivery) -> Delivery:
    """Return what a stranger would send: another body under a signature that was seen."""
    spot = delivery.body.rfind(b"}")
    changed = delivery.body[:spot] + b" " + delivery.body[spot:] if spot >= 0 else delivery.body + b"x"
    return replace(delivery, body=changed)


def due(posts: Sequence[Post], *, since: datetime, until: datetime) -> tuple[Post, ...]:
    """Return what arrives after one moment and up to another."""
    return tuple(post for post in posts if since < post.arrives_at <= until)


def _posts(told: Told, signer: Signer, manners: Manners, rng: random.Random) -> list[Post]:
    copies = 2 if rng.random() < manners.duplicated else 1
    posts = []
    for copy in range(copies):
        delay = rng.random() * manners.delay_max if rng.random() < manners.delayed else timedelta(0)
        skew = timedelta(0)
        if rng.random() < manners.skewed:
            skew = (2 * rng.random() - 1) * manners.skew_max
        arrives_at = told.at + delay + copy * timedelta(minutes=1)
        # A provider signs anew each time it sends.
        delivery = signer.sign(written(told.payload), arrives_at + skew, about=told.about)
        post = Post(arrives_at=arrives_at, source=told.source, delivery=delivery, is_copy=copy > 0)
        posts.append(post)
    if rng.random() < manners.forged:
        posts.append(replace(posts[0], delivery=forged(posts[0].delivery), is_forged=True))
    return posts
