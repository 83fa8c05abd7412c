"""Which deliveries are believed: those signed over these bytes, with this secret, at this moment."""

import base64
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autobiz_kernel.webhooks import (
    BODY_BYTES_MAX,
    Believed,
    Delivery,
    PrintfulWebhooks,
    SendgridWebhooks,
    ShopifyWebhooks,
    SlackWebhooks,
    Source,
    StripeWebhooks,
    Unbelieved,
    Verdict,
    Why,
    verify,
)
from autobiz_mocks.deliveries import ShopifySigner, SlackSigner, StripeSigner, written

from ....faulty_wires import covers
from ....posting import HEX, NOW, OTHER, SENDERS, SHOP, TIMED, WORD

pytestmark = [pytest.mark.requirement("P1-RH05", "P1-R26"), pytest.mark.test_id("P1-H10")]


def why(verdict: Verdict) -> Why | None:
    return verdict.why if isinstance(verdict, Unbelieved) else None


def judged(name: str, delivery: Delivery, *, later: timedelta = timedelta(0)) -> Why | None:
    return why(verify(SENDERS[name].door, delivery, NOW + later))


@pytest.mark.parametrize("name", SENDERS)
def test_what_is_truly_signed_is_believed(name: str) -> None:
    """A delivery signed now with our secret is believed, and tells one event with its own id."""
    first, second = (verify(SENDERS[name].door, SENDERS[name].delivery(number), NOW) for number in (1, 2))
    assert isinstance(first, Believed)
    assert isinstance(second, Believed)
    assert [len(each.events) for each in (first, second)] == [1, 1]
    assert first.events[0].source == name
    assert first.events[0].source_event_id != second.events[0].source_event_id


@covers(54)
@pytest.mark.negative
@pytest.mark.parametrize("name", SENDERS)
def test_a_stranger_is_not_believed(name: str) -> None:
    """The same bytes signed with another secret are not believed."""
    stranger = SENDERS[name].stranger
    assert judged(name, SENDERS[name].delivery(signer=stranger)) is Why.WRONG


@pytest.mark.adversarial(101)
@covers(54, 55)
@pytest.mark.negative
@pytest.mark.parametrize("name", SENDERS)
@pytest.mark.parametrize("change", ["byte", "space", "newline", "shorter", "empty", "written_anew"])
def test_a_changed_body_is_not_believed(name: str, change: str) -> None:
    """One byte, white space, a line's end, a cut, or the same JSON written anew is another body."""
    delivery = SENDERS[name].delivery()
    body = delivery.body
    changed = {
        "byte": body[:-3] + bytes([body[-3] ^ 1]) + body[-2:],
        "space": body[:1] + b" " + body[1:],
        "newline": body + b"\n",
        "shorter": body[:-1],
        "empty": b"",
        "written_anew": json.dumps(SENDERS[name].tell(1), sort_keys=True, indent=1).encode(),
    }[change]
    assert judged(name, replace(delivery, body=changed)) is Why.WRONG


@pytest.mark.adversarial(99)
@pytest.mark.negative
@pytest.mark.parametrize("name", SENDERS)
def test_without_a_signature_nothing_is_believed(name: str) -> None:
    """Without headers, and with each header that counts left empty, a delivery is not believed."""
    delivery = SENDERS[name].delivery()
    assert judged(name, replace(delivery, headers={})) is Why.MISSING
    for header in delivery.headers:
        if "signature" in header or "hmac" in header or "timestamp" in header:
            assert judged(name, replace(delivery, headers={**delivery.headers, header: ""})) is Why.MISSING


@pytest.mark.negative
@pytest.mark.parametrize("name", SENDERS)
@given(junk=st.text(max_size=200))
def test_no_header_is_believed_by_chance(name: str, junk: str) -> None:
    """Whatever stands in the headers of a signature, nobody is believed and nothing is raised."""
    delivery = SENDERS[name].delivery()
    for header in delivery.headers:
        if "signature" in header or "hmac" in header or "timestamp" in header:
            spoiled = replace(delivery, headers={**delivery.headers, header: junk})
            assert judged(name, spoiled) in (Why.MISSING, Why.MALFORMED, Why.WRONG)


@pytest.mark.adversarial(100)
@covers(53)
@pytest.mark.negative
@pytest.mark.parametrize("name", TIMED)
@pytest.mark.parametrize(
    ("seconds", "wanted"),
    [(0, None), (300, None), (301, Why.STALE), (-300, None), (-301, Why.FUTURE), (-86_400, Why.FUTURE)],
)
def test_a_signature_has_its_time(name: str, seconds: int, wanted: Why | None) -> None:
    """Five minutes in either direction, and not a second more; a day ahead is no better than a day behind."""
    assert judged(name, SENDERS[name].delivery(), later=timedelta(seconds=seconds)) is wanted


@pytest.mark.adversarial(100)
@covers(53)
@pytest.mark.negative
@pytest.mark.parametrize("name", TIMED)
@pytest.mark.parametrize(
    "moment", ["soon", "1e9", "1e400", "-1", "\u0661", "9" * 40, "1767268800.5", " 1767268800"]
)
def test_a_moment_is_whole_seconds(name: str, moment: str) -> None:
    """A moment that is no number of seconds is not believed, and raises nothing."""
    delivery = SENDERS[name].delivery()
    headers = {
        header: f"t={moment},v1={'0' * 64}" if header == "stripe-signature" else value
        for header, value in delivery.headers.items()
    }
    headers |= {header: moment for header in headers if "timestamp" in header}
    assert judged(name, replace(delivery, headers=headers)) in (Why.WRONG, Why.MALFORMED)


@covers(54)
@pytest.mark.negative
@pytest.mark.parametrize(
    ("name", "door"),
    [
        ("stripe", StripeWebhooks(secrets=())),
        ("stripe", StripeWebhooks(secrets=("",))),
        ("stripe", StripeWebhooks(secrets=(WORD, ""))),
        ("shopify", ShopifyWebhooks(secrets=("",), shop=SHOP)),
        ("slack", SlackWebhooks(secrets=("",), team="TTEST")),
        ("sendgrid", SendgridWebhooks(public_key="")),
        ("sendgrid", SendgridWebhooks(public_key="AAAA")),
        ("printful", PrintfulWebhooks(secrets=("",), store=11)),
        ("printful", PrintfulWebhooks(secrets=("no hex",), store=11)),
    ],
)
def test_without_a_secret_nobody_is_believed(name: str, door: Source) -> None:
    """An empty secret signs for everybody, so a door that holds one believes nobody."""
    assert why(verify(door, SENDERS[name].delivery(), NOW)) is Why.UNCONFIGURED
    empty = StripeSigner(("",)).sign(written(SENDERS["stripe"].tell(1)), NOW, about={})
    assert why(verify(StripeWebhooks(secrets=("",)), empty, NOW)) is Why.UNCONFIGURED


@pytest.mark.adversarial(102)
@covers(54)
def test_while_a_secret_rotates_both_are_believed() -> None:
    """Signed twice, with the old and the new secret, a delivery is believed by who holds either, or both."""
    delivery = SENDERS["stripe"].delivery(signer=StripeSigner((OTHER, WORD)))
    for secrets in ((WORD,), (OTHER,), (WORD, OTHER)):
        assert isinstance(verify(StripeWebhooks(secrets=secrets), delivery, NOW), Believed)


@pytest.mark.adversarial(99)
@pytest.mark.negative
def test_an_old_scheme_signs_nothing() -> None:
    """A digest under a scheme that is not ours is no signature, however right it is."""
    delivery = SENDERS["stripe"].delivery()
    header = delivery.headers["stripe-signature"].replace("v1=", "v0=")
    assert judged("stripe", replace(delivery, headers={"stripe-signature": header})) is Why.MISSING
    slack = SENDERS["slack"].delivery()
    other = {**slack.headers, "x-slack-signature": slack.headers["x-slack-signature"].replace("v0", "v1")}
    assert judged("slack", replace(slack, headers=other)) is Why.MALFORMED


@covers(54)
@pytest.mark.negative
def test_a_digest_in_the_wrong_letters_is_none() -> None:
    """Hexadecimal where base64 is due, and base64 where hexadecimal is, are no signatures."""
    shopify = SENDERS["shopify"].delivery()
    raw = base64.b64decode(shopify.headers["x-shopify-hmac-sha256"])
    as_hex = {**shopify.headers, "x-shopify-hmac-sha256": raw.hex()}
    assert judged("shopify", replace(shopify, headers=as_hex)) in (Why.WRONG, Why.MALFORMED)
    printful = SENDERS["printful"].delivery()
    digest = bytes.fromhex(printful.headers["x-pf-webhook-signature"])
    as_base64 = {"x-pf-webhook-signature": base64.b64encode(digest).decode()}
    assert judged("printful", replace(printful, headers=as_base64)) is Why.MALFORMED


@covers(57)
@pytest.mark.negative
@pytest.mark.parametrize(
    ("door", "name"),
    [
        (StripeWebhooks(secrets=(WORD,), is_live=True), "stripe"),
        (ShopifyWebhooks(secrets=(WORD,), shop="other-dev.example"), "shopify"),
        (SlackWebhooks(secrets=(WORD,), team="TOTHER"), "slack"),
        (PrintfulWebhooks(secrets=(HEX,), store=12), "printful"),
    ],
)
def test_what_is_meant_for_another_is_not_ours(door: Source, name: str) -> None:
    """A truly signed delivery of another mode, shop, workspace or store is refused."""
    assert why(verify(door, SENDERS[name].delivery(), NOW)) is Why.FOREIGN


@covers(56, 64)
@pytest.mark.negative
@pytest.mark.parametrize(
    "told",
    [
        None,
        [],
        "x",
        {"livemode": False},
        {**SENDERS["stripe"].tell(1), "created": 1767268800000},
        {**SENDERS["stripe"].tell(1), "created": "1767268800"},
        {**SENDERS["stripe"].tell(1), "id": ""},
        {**SENDERS["stripe"].tell(1), "id": "a\0b"},
        {**SENDERS["stripe"].tell(1), "id": ["x"]},
        {**SENDERS["stripe"].tell(1), "id": "x" * 300},
        {**SENDERS["stripe"].tell(1), "data": None},
    ],
)
def test_a_signed_body_must_make_sense(told: Any) -> None:
    """Milliseconds for seconds, no id, an id with a zero byte: signed, and still not understood."""
    delivery = StripeSigner((WORD,)).sign(written(told), NOW, about={})
    assert judged("stripe", delivery) in (Why.MALFORMED, Why.FOREIGN)


@pytest.mark.adversarial(9)
@pytest.mark.negative
@pytest.mark.parametrize("body", [b'{"id":1,"id":2}', b'{"a":NaN}', b"\xff", b"[" * 5000, b""])
def test_an_ambiguous_body_is_not_read(body: bytes) -> None:
    """What two readers could read in two ways is not read, though it is signed."""
    signed = StripeSigner((WORD,)).sign(body, NOW, about={})
    assert judged("stripe", signed) is Why.MALFORMED
    assert judged("slack", SlackSigner(WORD).sign(b"{", NOW, about={})) is Why.MALFORMED


@pytest.mark.negative
def test_a_huge_body_is_not_even_signed() -> None:
    """A body beyond the limit is refused before anything is computed over it."""
    huge = SENDERS["stripe"].signer.sign(b" " * (BODY_BYTES_MAX + 1), NOW, about={})
    assert judged("stripe", huge) is Why.TOO_LARGE


@covers(58)
def test_one_bad_item_spoils_itself_alone() -> None:
    """Of a batch with items that make no sense the others are told, and the rest is counted."""
    batch = [*SENDERS["sendgrid"].tell(1), {"event": "x"}, None, *SENDERS["sendgrid"].tell(2)]
    delivery = SENDERS["sendgrid"].signer.sign(written(batch), NOW, about={})
    verdict = verify(SENDERS["sendgrid"].door, delivery, NOW)
    assert isinstance(verdict, Believed)
    assert ([each.source_event_id for each in verdict.events], verdict.spoiled) == (["sg-1", "sg-2"], 2)


@covers(48, 49)
def test_copies_have_one_id() -> None:
    """A retry that counts itself, and one with a new delivery id, tell the same event."""
    first, again = SENDERS["printful"].tell(1), {**SENDERS["printful"].tell(1), "retries": 3}
    ids = set()
    for told in (first, again):
        verdict = verify(
            SENDERS["printful"].door, SENDERS["printful"].signer.sign(written(told), NOW, about={}), NOW
        )
        assert isinstance(verdict, Believed)
        ids.add(verdict.events[0].source_event_id)
    for webhook_id in ("w-1", "w-2"):
        about = {"event-id": "ev-9", "topic": "orders/updated", "webhook-id": webhook_id}
        delivery = ShopifySigner(WORD, SHOP).sign(written(SENDERS["shopify"].tell(1)), NOW, about=about)
        verdict = verify(SENDERS["shopify"].door, delivery, NOW)
        assert isinstance(verdict, Believed)
        ids.add(verdict.events[0].source_event_id)
    assert len(ids) == 2


@covers(45)
def test_a_reshipment_is_another_event() -> None:
    """A second shipment of the same items is told apart from a copy of the first."""
    ids = set()
    for number in (1, 2):
        verdict = verify(SENDERS["printful"].door, SENDERS["printful"].delivery(number), NOW)
        assert isinstance(verdict, Believed)
        ids.add((verdict.events[0].entity, verdict.events[0].source_event_id))
    assert len(ids) == 2
    assert {entity for entity, _ in ids} == {"900"}


def test_the_names_to_come_are_understood() -> None:
    """Shopify's headers without the X are read like those with it."""
    delivery = SENDERS["shopify"].delivery()
    bare = {name.removeprefix("x-"): value for name, value in delivery.headers.items()}
    assert judged("shopify", replace(delivery, headers=bare)) is None
