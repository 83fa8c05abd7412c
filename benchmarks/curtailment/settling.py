"""The real `settled`, asked along suites with skips, losses, waivers and vetoes; and where it stops."""

import random
from typing import Final

import numpy as np

from autobiz_gates import (
    CaseTally,
    Decision,
    Gate,
    MarkExpression,
    P0Gate,
    P1Gate,
    Tallies,
    Waiver,
    decide,
    settled,
)

from .simulated import DAY, GATES, RUNS, SIZES, draw, stop

_JUDGED: Final = {"pass", "fail", "unknown"}
Trial = tuple[int, str]


def differing(seed: int, suites: int) -> tuple[int, int]:
    """Return how many suites were settled before their end, and how many ended otherwise."""
    chosen = random.Random(seed)
    early = differences = 0
    for _ in range(suites):
        gate, cases = _gate(chosen), chosen.choice((20, 60, 100))
        trials = _trials(chosen, cases)
        at = _first_settled(gate, trials, cases)
        if at is None:
            continue
        decision = settled(gate, _so_far(trials[:at], cases), DAY)
        whole = decide(gate, _so_far(trials, cases), DAY).decision
        early += at < len(trials)
        # Unless it is shut, what is settled speaks of outcomes: a skipped rest, or a trial that is lost and
        # never made again, is evidence that is wanting.
        lost = any(outcome == "missing" for _, outcome in trials)
        judged = {outcome for _, outcome in trials[at:]} <= _JUDGED and not lost
        if decision is Decision.SHUT or judged:
            differences += decision is not whole
    return early, differences


def stopping_elsewhere(seed: int, suites: int) -> tuple[int, int]:
    """Return how many simulated suites were followed, and how many the real `settled` stops elsewhere."""
    chosen, asked, elsewhere = np.random.default_rng(seed), 0, 0
    for number in range(suites):
        cases, rate = SIZES[number % len(SIZES)], (0.9, 0.95, 0.999)[number % 3]
        failing = draw(chosen, 1, cases, rate, (0.0, 0.3, 1.0, 0.5, 0.1)[number % 5])
        words = np.where(failing[0], "fail", "pass")
        trials = [(case, str(words[run, case])) for run in range(RUNS) for case in range(cases)]
        for profile, gate in GATES.items():
            stopped, early = stop(profile, failing)
            at = _first_settled(gate, trials, cases)
            decision = settled(gate, _so_far(trials[:at], cases), DAY)
            asked += 1
            elsewhere += (at, str(decision)) != (int(stopped[0]), str(early[0]))
    return asked, elsewhere


def _gate(chosen: random.Random) -> Gate:
    if chosen.random() < 0.1:
        return P0Gate(name="g")
    profile = chosen.choice(("default", "literal", "strict"))
    return P1Gate(
        name="g",
        floor=chosen.choice((0.9, 0.95)),
        profile=profile,
        sided=1 if profile == "strict" else 2,
        cases_min=59 if profile == "default" else 1,
        veto=chosen.choice((None, None, MarkExpression.parse("money"))),
        waivers=chosen.choice(((), (Waiver(case="3", reason="known", expires=DAY),))),
    )


def _trials(chosen: random.Random, cases: int) -> list[Trial]:
    """Every case once, then again; a trial in a hundred suites is skipped or lost."""
    rate, odd = chosen.choice((0.8, 0.9, 0.95, 0.97, 0.99, 1.0)), chosen.choice((0.0, 0.0, 0.01))
    weights = (rate, (1.0 - rate) * 0.8, (1.0 - rate) * 0.2, odd, odd)
    words = ("pass", "fail", "unknown", "skip", "missing")
    return [(case, chosen.choices(words, weights)[0]) for _ in range(RUNS) for case in range(cases)]


def _first_settled(gate: Gate, trials: list[Trial], cases: int) -> int | None:
    """Return the first trial after which the suite is settled; found by halving, since it then stays so."""
    low, high = -1, len(trials)
    if settled(gate, _so_far(trials, cases), DAY) is None:
        return None
    while low + 1 < high:
        middle = (low + high) // 2
        if settled(gate, _so_far(trials[:middle], cases), DAY) is None:
            low = middle
        else:
            high = middle
    return high


def _so_far(trials: list[Trial], cases: int) -> Tallies:
    outcomes: list[list[str]] = [[] for _ in range(cases)]
    for case, outcome in trials:
        outcomes[case].append(outcome)
    tallies = tuple(
        CaseTally(
            case=str(case),
            outcomes=(*words, *["missing"] * (RUNS - len(words))),
            marks=("money",) if case < 3 else (),
        )
        for case, words in enumerate(outcomes)
    )
    return Tallies(cases=tallies, runs=tuple(range(1, RUNS + 1)))
