"""No secret and no unmasked personal data is kept, in whatever shape, and ordinary fields stay."""

import json
import random
from typing import Any

import pytest

from autobiz_kernel import ClaimOutcome, IncidentKind, Kind, Redactor, kinds_in

from .governed import TENANT, Desk, refund
from .secret_corpus import KINDS, ordinary, shapes

pytestmark = [
    pytest.mark.priority("P0"),
    pytest.mark.requirement("P1-R25", "INV-04"),
    pytest.mark.test_id("P1-T35", "P1-T-RK08a", "P1-T-RK08b"),
]
PERSONAL = ("email", "phone")


def leaves(value: Any) -> int:
    if isinstance(value, dict):
        return sum(map(leaves, value.values()))
    return sum(map(leaves, value)) if isinstance(value, list) else 1


@pytest.mark.negative
@pytest.mark.parametrize("kind", KINDS)
def test_nothing_of_this_kind_is_kept_in_any_shape(kind: str) -> None:
    """In forty shapes, plain or wrapped, as value or as name, it is gone or masked, and always told."""
    rng = random.Random(kind)
    redactor = Redactor()
    for _ in range(3):
        text = KINDS[kind](rng)
        for shape in shapes(text):
            cleaned = redactor.clean(shape)
            kept = json.dumps(cleaned.value, ensure_ascii=False)
            assert cleaned.hits, shape
            assert text not in kept, shape
            assert not kinds_in(kept), shape
            assert text not in str(cleaned.hits)


def test_ordinary_fields_stay() -> None:
    """Of the fields of ordinary payloads at most one in two hundred is taken for something else."""
    rng = random.Random(11)
    redactor = Redactor()
    fields, lost = 0, 0
    for _ in range(500):
        payload = ordinary(rng)
        fields += leaves(payload)
        lost += len(redactor.clean(payload).hits)
    assert lost / fields <= 0.005, (lost, fields)


@pytest.mark.negative
@pytest.mark.parametrize(
    ("one", "other"),
    [("sk" + "_li", "ve_" + "a1B2c3D4e5F6g7H8"), ("note", "gh" + "p_" + "a1B2c3D4e5F6g7H8i9")],
)
def test_a_secret_over_two_fields_is_found(one: str, other: str) -> None:
    """What is a secret only when neighbours are read together is dropped with both of them."""
    for shape in ({"a": one, "b": other}, {"deep": {"list": [one, other]}}):
        kept = json.dumps(Redactor().clean(shape).value)
        assert other not in kept


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("4242 4242 4242 4242", True),
        ("4242-4242-4242-4242", True),
        ("4242424242424241", False),
        ("1234567890123456", False),
        ("9400111899223100000000", False),
    ],
)
def test_a_card_is_told_by_its_form_and_check_digit(text: str, found: bool) -> None:
    """Spaces and dashes hide no card, and digits that fail the check are none."""
    assert (Kind.CARD in kinds_in(text)) is found
    kept = Redactor().clean({"note": text}).value
    assert kept == ({} if found else {"note": text})


def test_a_mask_leaves_what_a_trace_is_read_for() -> None:
    """Masked personal data hides the person and still tells one from another, in a sentence too."""
    cleaned = Redactor().clean({"note": "from ann@shop.example to +49 151 12345678, twice"})
    assert cleaned.value == {"note": "from a***@***.example to ***78, twice"}
    assert [hit.kind for hit in cleaned.hits] == [Kind.EMAIL, Kind.PHONE]


@pytest.mark.parametrize("name", ["password", "Client-Secret", "api_key", "Authorization", "cvc"])
def test_a_field_with_a_telling_name_is_dropped(name: str) -> None:
    """Whatever stands in a field of such a name is not kept."""
    assert Redactor().clean({"a": 1, name: "anything"}).value == {"a": 1}


@pytest.mark.asyncio
@pytest.mark.negative
async def test_neither_receipt_nor_trace_nor_error_holds_a_secret() -> None:
    """A secret in arguments, in a result, in a tool's name or in an entity reaches none of the books."""
    secret = KINDS["stripe_secret"](random.Random(1))
    desk = Desk(answers={"id": "re_1", "text": f"made with {secret}"})
    reply = await desk.call(refund(note=f"my key is {secret}"))
    assert (reply.outcome, reply.result) == (ClaimOutcome.CLAIMED, {"id": "re_1"})
    await desk.call(refund(2), tool=secret)
    await desk.call({"refund_id": "r-9", secret: 1})
    run = desk.runs[0].run_id
    kept = [await desk.ledger.receipts_of(TENANT, run), await desk.traces(), desk.incidents]
    assert secret not in str(kept)
    assert desk.seen[0][0]["note"] == f"my key is {secret}", "the tool gets what was asked for"
    assert [each.kind for each in desk.incidents] == [IncidentKind.SCANNER_HIT] * 2
