"""Headers that are odd and true, odd and false, and how they are compared."""

import hmac
from dataclasses import replace
from uuid import UUID

import pytest

from autobiz_kernel import Incident, IncidentKind
from autobiz_kernel.webhooks import (
    Believed,
    Delivery,
    Ingress,
    MemoryEvents,
    StripeWebhooks,
    Unbelieved,
    Why,
    verify,
)
from autobiz_mocks import VirtualClock
from autobiz_mocks.deliveries import StripeSigner, written

from ....posting import NOW, OTHER, SENDERS, WORD

pytestmark = [
    pytest.mark.requirement("P1-RH05", "P1-R26"),
    pytest.mark.test_id("P1-H10"),
    pytest.mark.negative,
]
STRIPE = SENDERS["stripe"]
BODY = STRIPE.delivery()
PARTS = dict(part.split("=") for part in BODY.headers["stripe-signature"].split(","))
MOMENT, TRUE = PARTS["t"], PARTS["v1"]
FALSE = "0" * 64


def with_header(value: str) -> Delivery:
    return replace(BODY, headers={"stripe-signature": value})


@pytest.mark.adversarial(99)
@pytest.mark.parametrize(
    ("header", "wanted"),
    [
        (f"t={MOMENT},v1={TRUE},t={MOMENT},v1={TRUE}", Why.MALFORMED),
        (f"t={MOMENT},v1={TRUE.upper()}", None),
        (f"t={MOMENT}," + ",".join([f"v1={FALSE}"] * 19 + [f"v1={TRUE}"]), None),
        (f"t={MOMENT}," + ",".join([f"v1={FALSE}"] * 20), Why.WRONG),
        (f"t={MOMENT},V1={TRUE}", Why.MISSING),
        (f"t={MOMENT},v1={TRUE[:-1]}", Why.MISSING),
        (f"sha256={TRUE}", Why.MISSING),
    ],
    ids=["two_headers", "capitals", "twenty", "twenty_false", "capital_name", "short", "other_scheme"],
)
def test_an_odd_header_is_judged_for_what_it_is(header: str, wanted: Why | None) -> None:
    """Two headers in one are none, capitals are the same digits, one true signature of twenty counts."""
    verdict = verify(STRIPE.door, with_header(header), NOW)
    assert (verdict.why if isinstance(verdict, Unbelieved) else None) is wanted


@pytest.mark.adversarial(102)
def test_after_a_rotation_the_old_secret_opens_nothing() -> None:
    """A door that holds only the new secret does not believe what only the old one signed."""
    old, new = (STRIPE.delivery(signer=StripeSigner((secret,))) for secret in (WORD, OTHER))
    door = StripeWebhooks(secrets=(OTHER,))
    assert isinstance(verify(door, new, NOW), Believed)
    assert verify(door, old, NOW) == Unbelieved(why=Why.WRONG)


@pytest.mark.adversarial(103)
@pytest.mark.asyncio
async def test_a_tenants_secret_opens_no_other_tenants_door() -> None:
    """What is signed for one tenant is kept for that one, and refused at the door of another."""
    clock, events = VirtualClock(NOW), MemoryEvents()
    mine, theirs = (
        Ingress(
            tenant=UUID(int=number),
            sources={"stripe": StripeWebhooks(secrets=(secret,))},
            events=events,
            clock=clock,
        )
        for number, secret in ((1, WORD), (2, OTHER))
    )
    assert (await theirs.receive("stripe", BODY)).status == 401
    assert events.kept == {}
    assert (await mine.receive("stripe", BODY)).kept == 1
    assert [each.tenant for each in events.kept.values()] == [UUID(int=1)]


@pytest.mark.adversarial(107)
@pytest.mark.asyncio
async def test_another_body_under_one_id_is_told_in_memory_too() -> None:
    """Books in memory tell a conflict once, keep it beside, and take a copy that counts itself for a copy."""
    heard: list[Incident] = []
    events = MemoryEvents(on_incident=heard.append)
    sources = {"stripe": StripeWebhooks(secrets=(WORD,))}
    ingress = Ingress(tenant=UUID(int=1), sources=sources, events=events, clock=VirtualClock(NOW))
    for more in ({}, {"pending_webhooks": 1}, {"odd": 1}, {"odd": 1}, {"odd": 2}):
        body = written({**STRIPE.tell(1), **more})
        await ingress.receive("stripe", StripeSigner((WORD,)).sign(body, NOW, about={}))
    assert (len(events.kept), len(events.beside)) == (1, 2)
    assert [each.kind for each in heard] == [IncidentKind.EVENT_CONFLICT] * 2
    assert "evt_1 was told before" in heard[0].what


def test_one_event_under_two_topics_is_two() -> None:
    """Shopify gives what it tells of one event under several topics one id; none of them is lost."""
    ids = set()
    for topic in ("orders/updated", "orders/cancelled"):
        about = {"event-id": "ev-9", "topic": topic}
        delivery = SENDERS["shopify"].signer.sign(written(SENDERS["shopify"].tell(1)), NOW, about=about)
        verdict = verify(SENDERS["shopify"].door, delivery, NOW)
        assert isinstance(verdict, Believed)
        ids.add(verdict.events[0].source_event_id)
    assert ids == {"orders/updated/ev-9", "orders/cancelled/ev-9"}


@pytest.mark.adversarial(104)
@pytest.mark.parametrize("place", [0, 1, 2, None])
def test_all_candidates_are_compared_whichever_fits(
    place: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wherever the true signature stands, or nowhere, each secret meets each signature in constant time."""
    compared: list[int] = []
    constant = hmac.compare_digest

    def counting(one: bytes, other: bytes) -> bool:
        compared.append(len(one))
        return constant(one, other)

    monkeypatch.setattr(hmac, "compare_digest", counting)
    given = [TRUE if number == place else FALSE for number in range(3)]
    header = f"t={MOMENT}," + ",".join(f"v1={each}" for each in given)
    verdict = verify(StripeWebhooks(secrets=(WORD, OTHER)), with_header(header), NOW)
    assert isinstance(verdict, Believed) is (place is not None)
    assert compared == [32] * 6


@pytest.mark.adversarial(108)
@pytest.mark.parametrize("bad", [0, 64, 127])
def test_one_bad_event_of_128_spoils_itself(bad: int) -> None:
    """Of a whole batch with one event that makes no sense the other 127 are told, and the one is counted."""
    sendgrid = SENDERS["sendgrid"]
    batch = [each for number in range(128) for each in sendgrid.tell(number)]
    del batch[bad]["sg_event_id"]
    verdict = verify(sendgrid.door, sendgrid.signer.sign(written(batch), NOW, about={}), NOW)
    assert isinstance(verdict, Believed)
    ids = {each.source_event_id for each in verdict.events}
    assert (ids, verdict.spoiled) == ({f"sg-{number}" for number in range(128) if number != bad}, 1)
