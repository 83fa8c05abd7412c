"""However an act is asked for, the provider carries it out once and our books say so once."""

import itertools
import random
from uuid import UUID

import pytest

from autobiz_harness.adapters import searched_places
from autobiz_mocks import VirtualClock, WireMock, World
from autobiz_oracles import PlainAnswer, expect

from ..database import Connect, ReadReceipts
from ..stripe_tools import ReadJournal, StripeTools
from .acts import CurrencyClass, Operation, draw_acts
from .deliveries import Delivery, Scene, deliver

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.priority("P1"),
    pytest.mark.requirement("P1-R06", "P1-R07"),
    pytest.mark.test_id("P1-T11", "P1-T13"),
]


# Amounts are what currencies differ in, and a void has none.
KINDS = [
    (operation, currency_class)
    for operation, currency_class in itertools.product(Operation, CurrencyClass)
    if operation is not Operation.VOID or currency_class is CurrencyClass.TWO_DECIMALS
]


@pytest.mark.parametrize("delivery", Delivery)
@pytest.mark.parametrize(("operation", "currency_class"), KINDS)
async def test_each_act_happens_once(
    operation: Operation,
    delivery: Delivery,
    currency_class: CurrencyClass,
    seed: int,
    connect: Connect,
    clock: VirtualClock,
    wiremock: WireMock,
    stripe: StripeTools,
    tenant: UUID,
    trial: str,
    receipts_of: ReadReceipts,
    read_journal: ReadJournal,
    world: World,
) -> None:
    """Every act of a seeded family takes effect exactly once, leaves one receipt, and gives one result."""
    rng = random.Random(f"{operation}/{delivery}/{currency_class}/{seed}")
    scene = Scene(connect=connect, clock=clock, wiremock=wiremock, tenant=tenant, trial=trial, rng=rng)
    acts = draw_acts(rng, stripe, operation, currency_class)

    results = await deliver(delivery, scene, acts)
    before = read_journal()
    ledger = await connect()
    for given, act in zip(results, acts, strict=True):
        reply = await scene.call(ledger, act)
        assert reply.result is not None, reply
        given.append(reply.result)
    after = read_journal()

    paths = sorted({act.path for act in acts})
    wanted = {path: sum(act.path == path for act in acts) for path in paths}
    receipts = await receipts_of(tenant)
    truth = world.truth()
    with expect.softly():
        # The provider's own rules, followed without the kernel's code, say the same.
        expect.worlds((truth.rules_broken, len(truth.effects)), ((), len(acts))).alike()
        for path in paths:
            expect.effects(after).exactly(wanted[path], "POST", path)
        expect.effects(after).nothing_else(*(("POST", path) for path in paths))
        expect.receipts(receipts).match(after)
        # Once in some thousand keys sixteen of its digits in a row look like a card's number.
        names = {
            trial,
            *(receipt.external_key for receipt in receipts),
            *(receipt.external_key.removeprefix("autobiz:") for receipt in receipts),
            *(value for act in acts for value in act.arguments.values() if isinstance(value, str)),
        }
        expect.security(searched_places(receipts=receipts, journal=after)).leaks_nothing(allowed=names)
        for given in results:
            answers = [PlainAnswer(result=result, seen=before) for result in given[:-1]]
            last = PlainAnswer(result=given[-1], seen=after)
            expect.idempotency(*answers, last).same_result().no_new_effects()
