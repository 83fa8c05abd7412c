"""What an adversary tries against a whole run: bad answers, late decisions, money further within."""

import asyncio
from datetime import timedelta
from itertools import permutations
from uuid import UUID

import pytest

from autobiz_kernel import IncidentKind, Json
from autobiz_kernel.approvals import LateDecisionError, Verdict
from autobiz_kernel.workflow import Standing

from ....shop.place import TEXT, order, refund, shop_in_memory
from ....shop.tools import answer_of

pytestmark = [pytest.mark.asyncio, pytest.mark.priority("P0"), pytest.mark.negative]

NESTED = """
  outer:
    principal: refund_agent
    start: inner
    input:
      type: object
      properties:
        refund_id: {type: string, minLength: 1, maxLength: 100}
        order: {type: string, minLength: 1, maxLength: 100}
        amount: {type: integer, minimum: 1}
        currency: {type: string, pattern: "^[A-Z]{3}$"}
      required: [refund_id, order, amount, currency]
      additionalProperties: false
    output: {}
    steps:
      inner:
        run: refund
        input:
          refund_id: "=input.refund_id"
          order: "=input.order"
          amount: "=input.amount"
          currency: "=input.currency"
        next: done
      done: {end: completed}
"""


@pytest.mark.adversarial(17)
@pytest.mark.requirement("P1-R01", "INV-05")
@pytest.mark.test_id("P1-T02")
async def test_a_run_fails_on_an_answer_that_breaks_its_schema() -> None:
    """The refund has happened and has its receipt, but nothing is built on its answer: the run fails."""
    shop = shop_in_memory()
    shop.answers["payments.refund"] = [{"id": 7}]
    run_id = await shop.start("refund", refund())
    assert await shop.until_over(run_id) == "FAILED"
    receipts = await shop.ledger.receipts_of(shop.tenant, run_id)
    assert [(each.tool, each.result) for each in receipts] == [("payments", {})]
    assert len(shop.made("payments.refund")) == 1
    assert shop.made("mail.send") == []
    assert IncidentKind.OUTPUT_INVALID in {each.kind for each in shop.incidents}


@pytest.mark.adversarial(89)
@pytest.mark.requirement("P1-R09", "INV-07")
@pytest.mark.test_id("P1-T17")
async def test_a_decision_after_the_end_of_its_run_moves_nothing() -> None:
    """A run that was ended while it waited stays ended; a later word is refused, and is on record."""
    shop = shop_in_memory(TEXT.replace("wall_ms_max: 604800000", "wall_ms_max: 60000"))
    run_id = await shop.start("refund", refund(amount=6_000))
    assert await shop.advance(run_id) is Standing.SUSPENDED
    (request,) = await shop.waiting()
    assert await shop.until_over(run_id, step=timedelta(seconds=30)) == "MAX_TIME"
    assert await shop.waiting() == ()
    with pytest.raises(LateDecisionError, match="MAX_TIME"):
        await shop.decide(request, "U0ANN")
    (late,) = await shop.approvals.late_ones(shop.tenant, request.approval_id)
    assert (late.approver, late.verdict) == ("ann", Verdict.APPROVE)
    await shop.worker().work()
    assert await shop.advance(run_id) is Standing.ENDED
    assert shop.made("payments.refund") == []


@pytest.mark.adversarial(94)
@pytest.mark.requirement("P1-R09", "INV-07")
@pytest.mark.test_id("P1-T16", "P1-T41")
async def test_money_within_another_workflow_waits_for_a_person() -> None:
    """A large refund that another workflow runs as a part of it waits as it would alone."""
    shop = shop_in_memory(TEXT + NESTED)
    run_id = await shop.start("outer", refund(amount=6_000))
    assert await shop.advance(run_id) is Standing.SUSPENDED
    assert shop.made("payments.refund") == []
    (request,) = await shop.waiting()
    await shop.decide(request, "U0ANN")
    assert await shop.until_over(run_id) == "COMPLETED"
    assert len(shop.made("payments.refund")) == 1


@pytest.mark.adversarial(82)
@pytest.mark.requirement("P1-R08", "INV-06")
@pytest.mark.test_id("P1-T15")
async def test_branches_that_finish_in_any_order_make_one_history() -> None:
    """In each of the six orders in which three branches can finish, state and replay are the same."""
    hashes = set()
    for ranks in permutations(range(3)):
        shop, finished = shop_in_memory(), list[int]()

        async def answer(
            operation: str,
            arguments: Json,
            key: str,
            ranks: tuple[int, ...] = ranks,
            finished: list[int] = finished,
        ) -> Json:
            if operation == "stock.reserve":
                rank = ranks[int(str(arguments["line"])[-1])]
                while len(finished) < rank:
                    await asyncio.sleep(0)
                finished.append(rank)
            return answer_of(operation, arguments, key)

        shop.provider = answer
        run_id = await shop.start("reserve_all", order(), run_id=UUID(int=7))
        assert await shop.advance(run_id) is Standing.SUSPENDED
        assert finished == [0, 1, 2]
        versions = await shop.ledger.versions_of(shop.tenant, run_id)
        told = await shop.replay(run_id)
        assert told.state_hash == versions[-1].state_hash
        hashes.add((told.state_hash, told.receipts))
    assert len(hashes) == 1
    assert {receipts for _, receipts in hashes} == {3}
