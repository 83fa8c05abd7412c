"""Simulated suites, stopped as soon as they are settled, beside the decision of the whole suite.

Trials come run by run, every case once and then again. Where a suite stops is computed here in whole numbers
for thousands of suites at once; what it would have come to is asked of the real decision.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from autobiz_gates import CaseTally, Decision, P1Gate, Tallies, decide
from autobiz_gates.statistics import (
    allowed_failed_runs_case_unit,
    allowed_failures,
    case_upper,
    wilson_upper,
)

RUNS: Final = 3
FLOOR: Final = 0.95
DAY: Final = date(2030, 1, 1)
SIZES: Final = (20, 60, 100, 150)
AGREEMENTS: Final = (0.0, 0.2, 0.5, 1.0)
# Bad subjects end in ever new ways, each a decision to make; good ones repeat themselves and are cheap.
SUITES: Final = {
    0.8: 600,
    0.9: 600,
    0.93: 1500,
    0.95: 1500,
    0.97: 3000,
    0.98: 4000,
    0.99: 4000,
    0.995: 4000,
    0.999: 4000,
}
GATES: Final = {
    "default": P1Gate(name="g", floor=FLOOR),
    "literal": P1Gate(name="g", floor=FLOOR, profile="literal", cases_min=1),
    "strict": P1Gate(name="g", floor=FLOOR, profile="strict", sided=1, cases_min=1),
}
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Suites of one kind: when each stopped, with what decision, and what the whole of it came to."""

    profile: str
    cases: int
    rate: float
    agreement: float
    stopped: Ints
    early: NDArray[np.str_]
    whole: NDArray[np.str_]


def batches(seed: int, share: float = 1.0) -> Iterator[Batch]:
    chosen = np.random.default_rng(seed)
    for rate, suites in SUITES.items():
        for cases in SIZES:
            for agreement in AGREEMENTS:
                failing = draw(chosen, max(1, int(suites * share)), cases, rate, agreement)
                for profile in GATES:
                    stopped, early = stop(profile, failing)
                    whole = whole_decisions(profile, failing)
                    yield Batch(
                        profile=profile,
                        cases=cases,
                        rate=rate,
                        agreement=agreement,
                        stopped=stopped,
                        early=early,
                        whole=whole,
                    )


def draw(chosen: np.random.Generator, suites: int, cases: int, rate: float, agreement: float) -> Bools:
    """Return which trials fail, by suite, run and case; case rates are beta-distributed."""
    if agreement == 0.0:
        rates = np.full((suites, cases), rate)
    elif agreement == 1.0:
        rates = (chosen.random((suites, cases)) < rate).astype(float)
    else:
        spread = (1.0 - agreement) / agreement
        rates = chosen.beta(rate * spread, (1.0 - rate) * spread, (suites, cases))
    return np.asarray(chosen.random((suites, RUNS, cases)) >= rates[:, None, :])


def stop(profile: str, failing: Bools) -> tuple[Ints, NDArray[np.str_]]:
    """Return after how many trials each suite is settled, and as what."""
    suites, _, cases = failing.shape
    trials = RUNS * cases
    good, fatal = _bar(profile, cases)
    seen = np.cumsum(failing.reshape(suites, trials), axis=1)
    shut = _first(seen >= fatal)
    # Settled for the better: not even failing throughout would add up to what shuts the gate.
    left = trials - np.arange(trials + 1)
    safe = _first((np.hstack([np.zeros((suites, 1), np.int64), seen]) + left < fatal)[:, 1:])
    if profile == "default":
        twice = np.cumsum(failing, axis=1) >= RUNS // 2 + 1
        shut = np.minimum(shut, _first(twice.reshape(suites, trials)))
        # A case is safe from failing most of its runs after two passes; the last one without is waited for.
        once: Bools = np.any(failing[:, : RUNS - 1], axis=1)
        last = np.where(once.any(axis=1), cases - np.argmax(once[:, ::-1], axis=1), 0)
        safe = np.maximum(safe, (RUNS - 1) * cases + last)
    stopped = np.minimum(shut, safe)
    return stopped, np.where(shut <= safe, "shut", good)


def _first(there: Bools) -> Ints:
    """Return how many trials it takes until it is there for the first time, or more than all."""
    found = np.where(there.any(axis=1), np.argmax(there, axis=1) + 1, there.shape[1] + 1)
    return np.asarray(found, dtype=np.int64)


@lru_cache(maxsize=64)
def _bar(profile: str, cases: int) -> tuple[str, int]:
    """Return what a suite is that fails too seldom to be shut, and how many failures shut one."""
    gate, trials = GATES[profile], RUNS * cases
    if profile == "strict":
        allowed = allowed_failed_runs_case_unit(cases, RUNS, FLOOR)["max_failed_runs"]
        uppers = (case_upper(_spread(trials - lost, cases), [RUNS] * cases) for lost in range(trials + 1))
    else:
        allowed = allowed_failures(trials, FLOOR)
        uppers = (wilson_upper(trials - lost, trials) for lost in range(trials + 1))
    fatal = allowed + 1
    if allowed < 0:
        fatal = next(lost for lost, upper in enumerate(uppers) if upper < FLOOR)
    return ("open" if allowed >= 0 and cases >= gate.cases_min else "undecided"), fatal


def _spread(passes: int, cases: int) -> list[int]:
    return [passes // cases + (place < passes % cases) for place in range(cases)]


def whole_decisions(profile: str, failing: Bools) -> NDArray[np.str_]:
    """Return what the real decision is on each whole suite; suites that ended alike are asked once."""
    lost = failing.sum(axis=1)
    endings = np.stack([(lost == times).sum(axis=1) for times in range(RUNS + 1)], axis=1)
    unique, which = np.unique(endings, axis=0, return_inverse=True)
    decided = np.array([str(_decided(profile, tuple(map(int, ending)))) for ending in unique])
    return np.asarray(decided[which.reshape(-1)])


@lru_cache(maxsize=400_000)
def _decided(profile: str, ending: tuple[int, ...]) -> Decision:
    words = [
        ("fail",) * times + ("pass",) * (RUNS - times) for times, n in enumerate(ending) for _ in range(n)
    ]
    cases = tuple(CaseTally(case=str(place), outcomes=outcomes) for place, outcomes in enumerate(words))
    return decide(GATES[profile], Tallies(cases=cases, runs=(1, 2, 3)), DAY).decision
