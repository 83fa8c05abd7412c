"""Requests for approval: what people may decide, and what becomes of a request by itself."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autobiz_kernel import IncidentKind
from autobiz_kernel.approvals import (
    ApprovalDesk,
    DecisionError,
    Identity,
    IdentityError,
    MemoryApprovals,
    Person,
    Request,
    Status,
    Verdict,
    Via,
    aged,
    signed_decision,
)
from autobiz_kernel.workflow import Standing

from ....shop.approval_life import Life
from ....shop.place import TEXT, Shop, refund, shop_in_memory
from ..workflow.test_random_graphs import Drawn

pytestmark = [
    pytest.mark.priority("P0"),
    pytest.mark.requirement("P1-R09", "INV-07"),
    pytest.mark.test_id("P1-T16", "P1-T17", "P1-T-RK04"),
    pytest.mark.risk("RK04"),
]

MANY = [1] * 30
KEY = Ed25519PrivateKey.from_private_bytes(b"a" * 32)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
@given(data=st.data())
def test_no_request_takes_a_forbidden_way(data: st.DataObject) -> None:
    """Whatever is asked, decided, overruled, altered or left alone, requests stand as a plain model says."""
    life = Life(Drawn(data), MemoryApprovals(), UUID(int=1))
    asyncio.run(life.live(15))


async def held(shop: Shop | None = None) -> tuple[Shop, UUID, Request]:
    """A shop with one large refund that waits."""
    shop = shop or shop_in_memory()
    run_id = await shop.start("refund", refund(amount=6_000))
    assert await shop.advance(run_id) is Standing.SUSPENDED
    (request,) = await shop.waiting()
    return shop, run_id, request


@pytest.mark.asyncio
async def test_a_yes_resumes_and_is_kept_with_who_gave_it() -> None:
    """The refund waits until somebody of the rule's group agrees, and its receipt names the approval."""
    shop, run_id, request = await held()
    assert shop.made("payments.refund") == []
    told = await shop.decide(request, "U0ANN")
    assert (told.status, told.decisions[0].approver, told.decisions[0].via) == (
        Status.APPROVED,
        "ann",
        "slack",
    )
    assert await shop.advance(run_id) is Standing.ENDED
    receipts = await shop.ledger.receipts_of(shop.tenant, run_id)
    assert receipts[0].approval_id == request.approval_id


@pytest.mark.asyncio
@pytest.mark.negative
async def test_a_no_aborts() -> None:
    """A denied refund moves no money, and the run goes the way that is named after the denial."""
    shop, run_id, request = await held()
    await shop.decide(request, "U0ANN", Verdict.DENY)
    assert await shop.advance(run_id) is Standing.ENDED
    assert shop.made("payments.refund") == []
    assert shop.made("mail.send") == [{"mail_id": "no-r-1", "text": "not refunded"}]


@pytest.mark.adversarial(89)
@pytest.mark.asyncio
@pytest.mark.negative
async def test_nobody_answering_is_a_no() -> None:
    """One moment before its end a request is open, at its end it has expired, and the money stays."""
    shop, run_id, request = await held()
    end = request.question.expires_at
    assert aged(request, now=end - timedelta(microseconds=1)).status is Status.PENDING
    assert aged(request, now=end).status is Status.EXPIRED
    shop.clock.advance(end - shop.clock.now())
    with pytest.raises(DecisionError, match="expired"):
        await shop.decide(request, "U0ANN")
    assert await shop.advance(run_id) is Standing.ENDED
    assert shop.made("payments.refund") == []


@pytest.mark.asyncio
async def test_who_keeps_silent_is_followed_by_others() -> None:
    """After its time a request is more urgent and asked of more people, who could not decide it before."""
    shop, run_id, request = await held()
    owner = Identity(name="dan", groups=("owners",), via=Via.SIGNED)
    with pytest.raises(DecisionError, match="none of finance"):
        await shop.desk.decide(shop.tenant, request.approval_id, owner, Verdict.APPROVE)
    shop.clock.advance(timedelta(minutes=15))
    await shop.worker().work()
    (request,) = await shop.waiting()
    assert (request.is_escalated, request.question.priority) == (True, 9)
    await shop.desk.decide(shop.tenant, request.approval_id, owner, Verdict.APPROVE)
    assert await shop.advance(run_id) is Standing.ENDED


@pytest.mark.adversarial(90)
@pytest.mark.asyncio
@pytest.mark.negative
async def test_four_eyes_are_of_two_people() -> None:
    """Where two must agree, one person twice is one, and whoever asked for it is none."""
    text = TEXT.replace("    priority: 8\n", "    priority: 8\n    approvers_min: 2\n")
    shop = shop_in_memory(text.replace("    escalate: {after_ms: 900000, to: [owners]}\n", ""))
    shop, run_id, request = await held(shop)
    await shop.decide(request, "U0ANN")
    with pytest.raises(DecisionError, match="another person"):
        await shop.decide(request, "U0ANN")
    asker = Identity(name="refund_agent", groups=("finance",), via=Via.SIGNED)
    with pytest.raises(DecisionError, match="nobody decides their own"):
        await shop.desk.decide(shop.tenant, request.approval_id, asker, Verdict.APPROVE)
    assert await shop.advance(run_id) is Standing.NOT_DUE
    await shop.decide(request, "U0BOB")
    assert await shop.advance(run_id) is Standing.ENDED


@pytest.mark.adversarial(90)
@pytest.mark.asyncio
@pytest.mark.negative
async def test_a_stranger_decides_nothing() -> None:
    """Unknown Slack users, people without a key, others' signatures and those over other words count not."""
    shop, _, request = await held()
    people = {"ann": Person(groups=("finance",), key=_public(KEY)), "bob": Person(groups=("finance",))}
    desk = ApprovalDesk(approvals=shop.approvals, people=people, clock=shop.clock)

    def signed(key: Ed25519PrivateKey, verdict: Verdict, printed: bytes = request.fingerprint) -> str:
        return signed_decision(
            key,
            tenant=shop.tenant,
            approval_id=request.approval_id,
            fingerprint=printed,
            verdict=verdict,
            reason="",
        )

    stranger = Ed25519PrivateKey.from_private_bytes(b"b" * 32)
    for name, signature in (
        ("bob", signed(KEY, Verdict.APPROVE)),
        ("eve", signed(KEY, Verdict.APPROVE)),
        ("ann", signed(stranger, Verdict.APPROVE)),
        ("ann", signed(KEY, Verdict.DENY)),
        ("ann", signed(KEY, Verdict.APPROVE, b"\0" * 32)),
        ("ann", "junk"),
    ):
        with pytest.raises(IdentityError):
            await desk.decide_signed(
                tenant=shop.tenant,
                approval_id=request.approval_id,
                name=name,
                verdict=Verdict.APPROVE,
                signature=signature,
            )
    with pytest.raises(IdentityError):
        desk.slack_identity("U0EVE")
    told = await desk.decide_signed(
        tenant=shop.tenant,
        approval_id=request.approval_id,
        name="ann",
        verdict=Verdict.APPROVE,
        signature=signed(KEY, Verdict.APPROVE),
    )
    assert told.status is Status.APPROVED


@pytest.mark.asyncio
@pytest.mark.negative
async def test_an_override_needs_an_administrator_a_reason_and_is_heard() -> None:
    """Only an administrator decides alone, only with a reason, and it is an incident each time."""
    shop, run_id, request = await held()
    admin = Identity(name="root", groups=("admins",), via=Via.SIGNED)
    other = Identity(name="ann", groups=("finance",), via=Via.SIGNED)
    for identity, reason in ((other, "hurry"), (admin, " ")):
        with pytest.raises(DecisionError):
            await shop.desk.overrule(
                shop.tenant, request.approval_id, identity, Verdict.APPROVE, reason=reason
            )
    assert shop.incidents == []
    told = await shop.desk.overrule(
        shop.tenant, request.approval_id, admin, Verdict.APPROVE, reason="finance is on the plane"
    )
    assert told.decisions[0].is_override
    assert [each.kind for each in shop.incidents] == [IncidentKind.APPROVAL_OVERRIDDEN]
    assert await shop.advance(run_id) is Standing.ENDED


@pytest.mark.adversarial(91)
@pytest.mark.asyncio
@pytest.mark.negative
@pytest.mark.parametrize(
    "when",
    [
        "args.amount / 0 > 1",
        "[1, 2][args.amount] > 0",
        "args.amount > 0",
        "{'y': 1}[args.order] > 0",
        "dyn('much') > 1",
        f"{MANY}.exists(a, {MANY}.exists(b, {MANY}.exists(c, {MANY}.exists(d, d < 0))))",
    ],
    ids=["division", "index", "holds", "missing", "type", "budget"],
)
async def test_what_a_condition_cannot_judge_a_person_does(when: str) -> None:
    """A condition that fails asks, as one that holds does: nothing is approved by an error."""
    usual = 'args.amount > 5000 || risk == "high" && args.currency != "USD"'
    shop = shop_in_memory(TEXT.replace(usual, f'"{when}"'))
    run_id = await shop.start("refund", refund(amount=100))
    assert await shop.advance(run_id) is Standing.SUSPENDED
    assert len(await shop.waiting()) == 1
    assert shop.made("payments.refund") == []


def _public(key: Ed25519PrivateKey) -> str:
    import base64

    return base64.b64encode(key.public_key().public_bytes_raw()).decode()


@pytest.mark.asyncio
@pytest.mark.negative
async def test_silence_agrees_only_where_no_money_is_concerned() -> None:
    """A rule that lets silence agree lets it do so for other effects alone, whatever stands in the books."""
    _, _, request = await held()
    lenient = replace(request, question=replace(request.question, approves_on_timeout=True))
    end = request.question.expires_at
    assert aged(lenient, now=end).status is Status.EXPIRED
    assert aged(replace(lenient, is_financial=False), now=end).status is Status.APPROVED
