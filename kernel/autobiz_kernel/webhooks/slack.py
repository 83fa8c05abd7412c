"""Slack signs `v0:moment:bytes`; what people click comes as a form that holds JSON."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs

from .reading import UnreadableError, json_of, member, word
from .signing import of_hex, signed_by_any
from .verdicts import Believed, Delivery, Event, Unbelieved, Verdict, Why, moment_of, timely


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackWebhooks:
    """What people click in one workspace."""

    secrets: Sequence[str]
    team: str
    source: str = "slack"

    def authenticate(self, delivery: Delivery, now: datetime) -> Why | None:
        """Believe what was signed now."""
        signed_at = delivery.header("x-slack-request-timestamp")
        version, _, digest = delivery.header("x-slack-signature").partition("=")
        if not signed_at or not digest:
            return Why.MISSING
        given = of_hex(digest) if version == "v0" else None
        if given is None:
            return Why.MALFORMED
        message = b"v0:" + signed_at.encode() + b":" + delivery.body
        wrong = signed_by_any([each.encode() for each in self.secrets], message, [given])
        return wrong or timely(moment_of(signed_at), now=now)

    def read(self, delivery: Delivery) -> Verdict:
        """Read what was clicked in this workspace."""
        told = _payload(delivery.body)
        if member(told, "team", "id") != self.team:
            return Unbelieved(why=Why.FOREIGN)
        actions = member(told, "actions")
        if not isinstance(actions, list):
            raise UnreadableError("no actions")
        return Believed(events=tuple(self._action(told, action) for action in actions))

    def _action(self, told: Any, action: Any) -> Event:
        at, who = word(member(action, "action_ts")), word(member(told, "user", "id"))
        block = word(member(action, "block_id"))
        return Event(
            source=self.source,
            # Slack gives a click no id; one person clicks one thing at one moment.
            source_event_id=f"{block}/{who}/{word(member(action, 'action_id'))}/{at}",
            type=word(member(told, "type")),
            entity=block.removeprefix("approval:"),
            occurred_at=_moment(at),
            payload=told,
            fleeting=frozenset({"trigger_id", "response_url"}),
        )


def _moment(ts: str) -> datetime:
    """Read the moment in an id that looks like a number; as an id it stays a text."""
    moment = moment_of(ts.partition(".")[0])
    if moment is None:
        raise UnreadableError("no moment")
    return moment.astimezone(UTC)


def _payload(body: bytes) -> Any:
    try:
        form = parse_qs(body.decode(), strict_parsing=True, max_num_fields=16)
        (payload,) = form["payload"]
    except (KeyError, ValueError) as error:
        raise UnreadableError("no payload") from error
    return json_of(payload.encode())
