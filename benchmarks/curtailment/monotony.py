"""No decision gets worse when one outcome improves: every shape of up to forty trials, and samples above."""

import random
from collections.abc import Callable, Iterator
from datetime import date
from functools import cache
from itertools import combinations_with_replacement
from typing import Final

from autobiz_gates import CaseTally, Decision, Gate, MarkExpression, P0Gate, P1Gate, Tallies, Waiver, decide

DAY: Final = date(2030, 1, 1)
BADNESS: Final = {Decision.OPEN: 0, Decision.UNDECIDED: 1, Decision.SHUT: 2}
WORDS: Final = {"p": "pass", "f": "fail", "u": "unknown", "s": "skip", "m": "missing"}
FLOORS: Final = (0.5, 0.8, 0.95)
Suite = tuple[str, ...]


def gates(runs: int) -> Iterator[Gate]:
    """Every profile at a low, a middle and the usual floor, and the gate that asks for every trial."""
    yield P0Gate(name="g", runs=runs)
    for floor in FLOORS:
        for profile in ("default", "literal", "strict"):
            sided = 1 if profile == "strict" else 2
            yield P1Gate(name="g", runs=runs, floor=floor, profile=profile, sided=sided, cases_min=2)


def enumerated(letters: str, trials_max: int) -> tuple[int, int, int]:
    """Compare every suite with every improvement of it; return suites, pairs, and how many got worse."""
    suites = pairs = worse = 0
    for runs in range(1, trials_max + 1):
        shapes = list(_shapes(letters, runs, trials_max // runs))
        suites += len(shapes)
        for gate in gates(runs):
            badness = _judge(gate, runs)
            for suite in shapes:
                had = badness(suite)
                for better in _improvements(suite):
                    pairs += 1
                    worse += badness(better) > had
    return suites, pairs, worse


def sampled(seed: int, samples: int) -> tuple[int, int]:
    """Improve one outcome of suites of 41 to 450 trials; return comparisons, and how many got worse."""
    chosen = random.Random(seed)
    worse = done = 0
    while done < samples:
        cases, bad = chosen.randint(14, 150), chosen.choice((0.005, 0.01, 0.03, 0.1))
        words = [
            "".join(chosen.choices("pfusm", (1.0, bad, bad / 4, bad / 4, bad / 4), k=3)) for _ in range(cases)
        ]
        slots = [(i, j) for i, word in enumerate(words) for j, letter in enumerate(word) if letter != "p"]
        if not slots:
            continue
        i, j = chosen.choice(slots)
        better = [*words[:i], words[i][:j] + "p" + words[i][j + 1 :], *words[i + 1 :]]
        gate = _any_gate(chosen)
        before, after = (decide(gate, _tallied(suite, 3), DAY).decision for suite in (words, better))
        done += 1
        worse += BADNESS[after] > BADNESS[before]
    return done, worse


def _any_gate(chosen: random.Random) -> Gate:
    profile = chosen.choice(("default", "literal", "strict"))
    return P1Gate(
        name="g",
        floor=chosen.choice((0.8, 0.9, 0.95, 0.97)),
        profile=profile,
        sided=1 if profile == "strict" else 2,
        cases_min=chosen.choice((1, 20, 59)),
        veto=chosen.choice((None, MarkExpression.parse("money"))),
        waivers=chosen.choice(((), (Waiver(case="0", reason="known", expires=DAY),))),
    )


def _shapes(letters: str, runs: int, cases_max: int) -> Iterator[Suite]:
    words = ["".join(word) for word in combinations_with_replacement(letters, runs)]
    for cases in range(1, cases_max + 1):
        yield from combinations_with_replacement(sorted(words), cases)


def _improvements(suite: Suite) -> set[Suite]:
    """Every suite in which one outcome became a pass; the order of cases and of outcomes says nothing."""
    better = set()
    for place, word in enumerate(suite):
        for letter in set(word) - {"p"}:
            passed = "".join(sorted(word.replace(letter, "p", 1), key="pfusm".index))
            better.add(tuple(sorted((*suite[:place], passed, *suite[place + 1 :]))))
    return better


def _judge(gate: Gate, runs: int) -> Callable[[Suite], int]:
    @cache
    def badness(suite: Suite) -> int:
        return BADNESS[decide(gate, _tallied(suite, runs), DAY).decision]

    return badness


def _tallied(suite: list[str] | Suite, runs: int) -> Tallies:
    cases = tuple(
        CaseTally(
            case=str(place),
            outcomes=tuple(WORDS[letter] for letter in word),
            marks=("money",) if place < 5 else (),
        )
        for place, word in enumerate(suite)
    )
    return Tallies(cases=cases, runs=tuple(range(1, runs + 1)))
