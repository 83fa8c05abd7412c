"""The same cases then and now: pairs that may be compared, why others may not, and is now no worse."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from .decision import Condition, Decision
from .errors import LedgerError
from .folding import fold
from .given import Given
from .selection import Selection
from .statistics import PairedDifference, first_where, newcombe_paired
from .tally import CaseTally
from .wholeness import named

MARGIN_POINTS: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """One case, as the baseline judged it and as it was judged now."""

    case: str
    before: CaseTally
    now: CaseTally


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The pairs of a baseline, and what keeps them from being compared fairly: all of it undecided.

    Whoever was tried once more than the baseline can be compared, and is not even; who was tried less cannot.
    """

    pairs: tuple[Pair, ...]
    wanting: tuple[Condition, ...]

    @property
    def fair(self) -> bool:
        """Whether each case of the pairs has at least the trials that the baseline gave it."""
        return all(pair.before.valid <= pair.now.valid for pair in self.pairs)

    @property
    def even(self) -> bool:
        """Whether each has as many, no more and no less."""
        return all(pair.before.valid == pair.now.valid for pair in self.pairs)


def compared(
    given: Given,
    baseline: str,
    selection: Selection,
    cases: Sequence[CaseTally],
    without: Collection[str] = (),
) -> Comparison:
    """Pair the cases with those of the baseline's ledgers, but for those it is to do `without`."""
    try:
        read = fold([given.root / baseline]).cases
        before = [case for case in read if selection.picks(case) and case.case not in without]
    except LedgerError as error:
        words = f"the baseline cannot be read: {given.told(error)}"
        return Comparison(pairs=(), wanting=(_undecided("baseline", words),))
    now = {case.case: case for case in cases}
    pairs = tuple(Pair(case=old.case, before=old, now=now[old.case]) for old in before if old.case in now)
    lost = [old.case for old in before if old.valid and old.case not in now]
    fewer = [pair.case for pair in pairs if pair.before.valid > pair.now.valid]
    wanting = []
    if not pairs:
        wanting.append(_undecided("pairs", f"no case of {baseline} was tried again"))
    if lost:
        words = f"the baseline judged {named(lost)}, which was not tried again"
        wanting.append(_undecided("lost cases", words))
    if fewer:
        words = f"judged in fewer runs than in the baseline: {named(fewer)}"
        wanting.append(_undecided("fewer runs", words))
    return Comparison(pairs=pairs, wanting=tuple(wanting))


def is_non_inferior(pairs: Sequence[Pair]) -> bool:
    """Whether a drop of five points is excluded, by the majority of each case's trials."""
    shown = _difference([(_passes(pair.before), _passes(pair.now)) for pair in pairs])
    return shown["non_inferior_5pp"]


def non_inferiority(pairs: Sequence[Pair], confidence: float) -> Condition:
    """Judge whether a drop of five points is excluded, one-sided.

    As with every bound it shuts only where the most favourable reading of empty slots fails too, and where
    cases that all pass would have been enough: with fewer, the evidence is wanting and not the subject. A
    case that the baseline judged and nobody judged now has not passed.
    """
    counted = [pair for pair in pairs if pair.before.valid]
    if not any(pair.now.valid for pair in counted):
        return _undecided("non-inferiority", "no case was judged both in the baseline and now")
    shown = _difference([(_passes(one.before), _passes(one.now)) for one in counted], confidence)
    points = f"the difference of {len(counted)} cases is above {100 * shown['lower']:.2f} points"
    if shown["non_inferior_5pp"]:
        return Condition(name="non-inferiority", decision=Decision.OPEN, reason=points)
    words = f"{points}, and must be above -{MARGIN_POINTS} to exclude a loss against the baseline"
    favourable = _difference([(_passes(one.before), _could_pass(one.now)) for one in counted], confidence)
    perfect = _difference([(_passes(one.before), True) for one in counted], confidence)
    if favourable["upper"] < -MARGIN_POINTS / 100:
        return Condition(name="non-inferiority", decision=Decision.SHUT, reason=f"{words}: it is worse")
    if perfect["non_inferior_5pp"] and not favourable["non_inferior_5pp"]:
        return Condition(name="non-inferiority", decision=Decision.SHUT, reason=words)
    more = _cases_more([(_passes(one.before), _could_pass(one.now)) for one in counted], confidence)
    return Condition(
        name="non-inferiority",
        decision=Decision.UNDECIDED,
        reason=f"{words}; {more} more cases that pass both times would show it",
        clean_cases_more=more,
    )


def _cases_more(outcomes: list[tuple[bool, bool]], confidence: float) -> int:
    def shown(more: int) -> bool:
        return _difference(outcomes, confidence, both_pass=more)["non_inferior_5pp"]

    return first_where(shown, 0)


def _difference(
    outcomes: Sequence[tuple[bool, bool]], confidence: float = 0.95, both_pass: int = 0
) -> PairedDifference:
    counts = {(was, is_now): 0 for was in (True, False) for is_now in (True, False)}
    for pair in outcomes:
        counts[pair] += 1
    return newcombe_paired(
        counts[True, True] + both_pass,
        counts[True, False],
        counts[False, True],
        counts[False, False],
        confidence,
        1,
    )


def _passes(case: CaseTally) -> bool:
    return 2 * case.passed > case.valid


def _could_pass(case: CaseTally) -> bool:
    """Whether most trials pass if every skipped and missing one does."""
    return 2 * case.against < case.slots


def _undecided(name: str, reason: str) -> Condition:
    return Condition(name=name, decision=Decision.UNDECIDED, reason=reason)
