"""Mode anytime: a bet against the floor that may be looked at after every case and stopped at will.

The bet's wealth is a product over cases, each with the mean of its runs, so it holds however the runs of a
case hang together. That it may be stopped at any time rests on two things fixed before the first trial: the
rule, and the order of the cases. So the gate file's hash stands in the header of every ledger, and the order
follows from the seed there.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import takewhile
from math import ceil, log
from typing import Final

from .decision import Condition, Decision
from .given import Given
from .order import registered_place
from .statistics import eprocess_value
from .tally import CaseTally

# The bet is placed on a fifth of the failures that the floor allows: 0.99 where the floor is 0.95.
_AIM: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Sequenced:
    """The cases in their order up to the first that is not finished, and those behind it."""

    finished: tuple[CaseTally, ...]
    rest: tuple[CaseTally, ...]

    @property
    def counted(self) -> tuple[CaseTally, ...]:
        """What a decision rests on: nothing is gained behind the first gap, but what failed there counts."""
        return self.finished + tuple(case for case in self.rest if case.against)


def sequenced(cases: Sequence[CaseTally], given: Given) -> Sequenced:
    """Put the cases in the registered order and cut where the first still lacks a trial."""
    seed = given.tallies.seeds[0] if given.tallies.seeds else 0
    ordered = sorted(cases, key=lambda case: (registered_place(seed, case.case), case.case))
    finished = tuple(takewhile(_is_finished, ordered))
    return Sequenced(finished=finished, rest=tuple(ordered[len(finished) :]))


def registration(given: Given) -> list[Condition]:
    """What keeps a bet from counting: a rule or an order that was not fixed before the first trial."""
    wanting = []
    if given.gate_file_sha256 is None or given.tallies.gate_files != (given.gate_file_sha256,):
        wanting.append("mode anytime needs ledgers that were begun under this very gate file")
    if len(given.tallies.seeds) != 1:
        count = len(given.tallies.seeds)
        wanting.append(f"mode anytime needs one seed to order the cases by, and there are {count}")
    return [Condition(name="registered", decision=Decision.UNDECIDED, reason=words) for words in wanting]


def bet(cases: Sequenced, *, floor: float, confidence: float) -> Condition:
    """Judge the wealth after the finished cases; cases still to come can only bring it up or down."""
    aim = 1.0 - (1.0 - floor) / _AIM
    means = [Fraction(case.passed, case.valid) for case in cases.finished]
    rest = [Fraction(case.slots - case.against, case.slots) for case in cases.rest]
    # A mean of the floor leaves the wealth as it is: cases out of turn can only cost.
    losses = [min(mean, Fraction(floor)) for mean in rest]
    wealth = _wealth(means + losses, floor, aim)
    needed = 1.0 / (1.0 - confidence)
    words = f"the bet against {floor:g} is worth {wealth:.4g} of {needed:.4g} after {len(means)} cases"
    if wealth >= needed:
        return Condition(name="bet", decision=Decision.OPEN, reason=words)
    all_of_them = len(means) + len(rest)
    can_still = _wealth(means + rest, floor, aim) >= needed
    could_have = _wealth([Fraction(1)] * all_of_them, floor, aim) >= needed
    shut = could_have and not can_still
    more = ceil(log(needed / wealth) / log(aim / floor)) if wealth > 0.0 else None
    return Condition(
        name="bet",
        decision=Decision.SHUT if shut else Decision.UNDECIDED,
        reason=words,
        clean_cases_more=more,
    )


def _is_finished(case: CaseTally) -> bool:
    return bool(case.valid) and not case.missing and not case.invalid


def _wealth(means: Sequence[Fraction], floor: float, aim: float) -> float:
    return eprocess_value(Counter(means), p0=floor, q=aim)["e_value"]
