"""No secret and no unmasked personal data is kept, in whatever shape, and ordinary fields stay."""

import random

import pytest

from autobiz_kernel import ClaimOutcome, IncidentKind, Kind, Redactor

from ..governed import TENANT, Desk, raw, refund
from .sensitive import CREDENTIALS

pytestmark = [
    pytest.mark.priority("P0"),
    pytest.mark.requirement("P1-R25", "INV-04"),
    pytest.mark.test_id("P1-T35", "P1-T-RK08a", "P1-T-RK08b"),
]


def test_a_mask_leaves_what_a_trace_is_read_for() -> None:
    """Masked personal data hides the person and still tells one from another, in a sentence too."""
    cleaned = Redactor().clean({"note": "from ann@shop.example to +49 151 12345678, twice"})
    assert cleaned.value == {"note": "from a***@***.example to ***78, twice"}
    assert [hit.kind for hit in cleaned.hits] == [Kind.EMAIL, Kind.PHONE]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("write to ann [at] shop [dot] example", "write to ***"),
        ("tel. 0171 1234567 or 212-555-0100", "tel. ***67 or ***00"),
        ("see logo@2x.png, ask bob@shop.example", "see logo@2x.png, ask b***@***.example"),
        ("ann%40shop.example", None),
        ("ann@shop.example pays with 4111 1111 1111 1111", None),
    ],
)
def test_what_cannot_be_masked_goes(text: str, kept: str | None) -> None:
    """Every plain form is masked in its sentence; wrapped, or beside a secret, the whole field goes."""
    cleaned = Redactor().clean({"note": text})
    assert cleaned.value == ({} if kept is None else {"note": kept})
    assert cleaned.hits


@pytest.mark.adversarial(116)
@pytest.mark.asyncio
@pytest.mark.negative
async def test_neither_receipt_nor_trace_nor_error_holds_a_secret() -> None:
    """A secret in arguments, in a result, in a tool's name or in an entity reaches none of the books."""
    secret = CREDENTIALS["stripe live"](random.Random(1))
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


@pytest.mark.adversarial(116)
@pytest.mark.asyncio
@pytest.mark.negative
async def test_what_is_carried_holds_no_secret_either() -> None:
    """Arguments that are looked at while the books are asked lose a secret too, and it is told once."""
    secret = CREDENTIALS["stripe live"](random.Random(2))
    desk = Desk()
    kernel, run = desk.kernel(), await desk.run()
    async with kernel.carrying(run):
        for number in range(3):
            await kernel.call(run, raw(arguments=refund(number, note=f"my key is {secret}", order="1001")))
    kept = await desk.ledger.receipts_of(TENANT, run.run_id)
    assert [dict(each.arguments) for each in kept] == [
        {"refund_id": f"r-{number}", "order": "1001"} for number in range(3)
    ]
    assert [each.kind for each in desk.incidents] == [IncidentKind.SCANNER_HIT] * 3
    assert [seen["note"] for seen, _ in desk.seen] == [f"my key is {secret}"] * 3
