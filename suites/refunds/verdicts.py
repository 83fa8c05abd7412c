"""What the world and the books must hold after a trial, whatever has happened in it."""

from collections.abc import Mapping, Sequence
from enum import StrEnum

from autobiz_kernel import verify_tenant
from autobiz_kernel.approvals import Status
from autobiz_mocks.truth import Effect
from autobiz_oracles import expect

from ..database import read_receipts
from ..stripe_tools import KEY_HEADER
from .returns import Return
from .scene import Scene


class Became(StrEnum):
    """What a return has come to."""

    REFUNDED = "refunded"
    DENIED = "denied"  # by a person, or by nobody's answer
    REFUSED = "refused"  # there was no such money to give back
    UNRECORDED = "unrecorded"  # refunded, and the shop would not write it down


# How each kind of run ends, and what the customer is told.
_REASON = {how: "COMPLETED" if how is Became.REFUNDED else "FAILED" for how in Became}
_MAIL = {Became.REFUNDED: "refunded", Became.UNRECORDED: "refunded", Became.DENIED: "denied"}


async def judge(
    scene: Scene,
    app_database: str,
    became: Mapping[Return, Became],
    *,
    asked: Sequence[Status] = (),
    unmailed: Sequence[Return] = (),
) -> None:
    """Judge money, records, mails, receipts, chains, runs and requests, each where it cannot be made up."""
    drawn, plain = scene.drawn, scene.plain
    journal = scene.world.seen()
    truth = scene.world.truth(journal)
    paid = [each for each, how in became.items() if how in (Became.REFUNDED, Became.UNRECORDED)]
    at_stripe = {scene.refund_key(each): each.amount for each in paid}
    at_shop = {
        scene.record_key(each): int(drawn.decimal(each.amount) * 100)
        for each in paid
        if became[each] is Became.REFUNDED
    }
    mails = {
        scene.mail_key(each, _MAIL[how]): f"{drawn.decimal(each.amount)} {drawn.currency}"
        for each, how in became.items()
        if how in _MAIL and each not in unmailed
    }
    sent = {each.header(KEY_HEADER): each.body for each in journal if each.op == "send_mail"}
    receipts = await read_receipts(plain, scene.tenant)
    books = verify_tenant(app_database, scene.tenant)
    run_ids = await scene.run_ids()
    reasons = sorted([(await scene.record(each)).termination_reason or "" for each in run_ids])
    cursor = await plain.execute(
        "SELECT status FROM hitl_requests WHERE tenant_id = %s ORDER BY status", [scene.tenant]
    )
    requests = [row[0] for row in await cursor.fetchall()]
    with expect.softly():
        # The providers' own rules, followed without the kernel's code, and what has happened by them.
        expect.value(truth.rules_broken).equals(())
        expect.value(_amounts(truth.of("stripe", "refund"))).equals(sorted(at_stripe.items()))
        expect.value(sum(each.amount for each in truth.of("stripe", "refund"))).at_most(drawn.captured)
        expect.value(_amounts(truth.of("shopify", "refund_order"))).equals(sorted(at_shop.items()))
        expect.value(sorted(each.key for each in truth.of("sendgrid", "send_mail"))).equals(sorted(mails))
        for key, words in mails.items():
            expect.value(sent.get(key, "")).contains(f" {words}")
        expect.effects(journal).exactly(len(paid), "POST", "/v1/refunds")
        # Our books, read past the kernel.
        expect.receipts(receipts).match(journal)
        expect.value((books.rows, books.flaws)).equals((len(receipts), ()))
        expect.value([str(each) for each in reasons]).equals(sorted(_REASON[how] for how in became.values()))
        expect.value(requests).equals(sorted(int(each) for each in asked))
        for run_id in run_ids:
            expect.replay(*await scene.replayed(run_id)).agrees()


def _amounts(effects: Sequence[Effect]) -> list[tuple[str, int]]:
    return sorted((each.key, each.amount) for each in effects)
