"""Workflows and worlds that chance has drawn: an answer, an end within the bounds, a true replay."""

import asyncio
import random
from dataclasses import dataclass

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autobiz_kernel.business import Compiled
from autobiz_kernel.workflow import committing
from autobiz_kernel.workflow.frames import State
from autobiz_kernel.workflow.interpreter import moved
from autobiz_kernel.workflow.words import Event

from ....shop.place import shop_in_memory
from ....shop.random_graphs import Seeded, compiles, lives_through, random_business

pytestmark = [
    pytest.mark.priority("P0"),
    pytest.mark.requirement("P1-R03", "P1-R08", "INV-03", "INV-06"),
    pytest.mark.test_id("P1-T05", "P1-T15"),
]


@dataclass(frozen=True, slots=True)
class Drawn:
    """Chance from Hypothesis, which shrinks it."""

    data: st.DataObject

    def number(self, low: int, high: int) -> int:
        return self.data.draw(st.integers(low, high))


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
@given(data=st.data())
def test_whatever_compiles_ends_and_replays(data: st.DataObject) -> None:
    """Any graph is accepted or refused in words; an accepted one ends within its bounds and replays."""
    chance = Drawn(data)
    text = random_business(chance)
    if compiles(text):
        asyncio.run(lives_through(chance, shop_in_memory(text)))


def test_no_move_touches_the_state_that_it_moves(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a move shares with the state before it is changed in neither, whatever happens in a workflow."""
    moves = 0

    def watched(compiled: Compiled, state: State, event: Event, *, now_ms: int, seed: str) -> State:
        nonlocal moves
        moves += 1
        before = orjson.dumps(state)
        after = moved(compiled, state, event, now_ms=now_ms, seed=seed)
        assert orjson.dumps(state) == before
        return after

    monkeypatch.setattr(committing, "moved", watched)
    for seed in range(40):
        chance = Seeded(random.Random(seed))
        text = random_business(chance)
        if compiles(text):
            asyncio.run(lives_through(chance, shop_in_memory(text)))
    assert moves > 50


def test_a_sample_of_seeds_does_so_too() -> None:
    """Of the first seeds of the large run, which `benchmarks/workflows` counts in thousands, all do."""
    accepted = 0
    for seed in range(40):
        chance = Seeded(random.Random(seed))
        text = random_business(chance)
        if compiles(text):
            accepted += 1
            asyncio.run(lives_through(chance, shop_in_memory(text)))
    assert 15 <= accepted < 40
