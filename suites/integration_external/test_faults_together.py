"""Many faults in flight at once, drawn at a rate: in the end there is one effect for each act."""

import asyncio
import random

import pytest

from autobiz_kernel import ClaimOutcome, Json
from autobiz_kernel.transport import ProviderError
from autobiz_mocks import Fault, Planned, unlucky
from autobiz_oracles import expect

from ..database import ReadReceipts
from ..faulty_wires import covers
from ..providing import ACTS, Trial

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.priority("P0"),
    pytest.mark.requirement("INV-05", "P1-TR01"),
    pytest.mark.test_id("P1-T22"),
    pytest.mark.negative,
]
NAME = "stripe.refund"
ACTS_COUNT = 32
ROUNDS_MAX = 6
FAULTS = (
    Fault.ANSWER_LOST,
    Fault.RESET_BEFORE,
    Fault.SERVER_ERROR_DONE,
    Fault.UNAVAILABLE,
    Fault.TOO_MANY,
    Fault.TRUNCATED_JSON,
)


@covers(5, 12, 21, 24, 25, 33)
async def test_a_bad_hour_leaves_one_effect_for_each_act(
    seed: int, at_providers: Trial, receipts_of: ReadReceipts
) -> None:
    """A third of the acts meet one of six faults, some twice; asked for until answered, each is once."""
    trial, rng = at_providers, random.Random(f"bad hour/{seed}")
    acts: dict[str, Json] = {}
    for number in range(ACTS_COUNT):
        arguments: Json = {**ACTS[NAME], "refund_id": f"r-{number}", "amount": rng.randint(1, 70)}
        acts[trial.key_of(NAME, arguments)] = arguments
    struck = unlucky(tuple(acts), share=0.35, seed=rng.randrange(2**32))
    for key in struck:
        trial.plant(NAME, Planned(fault=rng.choice(FAULTS), times=rng.randint(1, 2)), acts[key])

    waiting = dict(acts)
    for _ in range(ROUNDS_MAX):
        answers = await asyncio.gather(
            *(trial.call(NAME, each) for each in waiting.values()), return_exceptions=True
        )
        strange = [
            each
            for each in answers
            if isinstance(each, BaseException) and not isinstance(each, ProviderError)
        ]
        assert not strange, strange
        waiting = {
            key: acts[key]
            for key, each in zip(tuple(waiting), answers, strict=True)
            if isinstance(each, BaseException) or each.outcome is not ClaimOutcome.CLAIMED
        }
    assert waiting == {}
    truth = trial.world.truth()
    keys = sorted(each.key for each in truth.of("stripe", "refund"))
    expect.worlds((truth.rules_broken, keys), ((), sorted(acts))).alike()
    expect.receipts(await receipts_of(trial.tenant)).match(trial.world.seen())
    assert len(trial.world.seen()) > ACTS_COUNT
