"""Tallies: what counts as a trial, and what contradicts itself."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autobiz_gates import CaseTally, Outcome, Tallies, TallyError

OUTCOMES = st.lists(st.sampled_from([str(outcome) for outcome in Outcome]), max_size=9).map(tuple)


@given(OUTCOMES)
def test_every_outcome_is_counted_exactly_once(outcomes: tuple[str, ...]) -> None:
    """The seven counts add up to the planned trials, and only what was judged is a valid trial."""
    tally = CaseTally(case="a", outcomes=outcomes)
    without_evidence = tally.skipped + tally.missing + tally.invalid
    assert tally.valid == tally.passed + tally.failed + tally.unknown
    assert tally.slots == tally.valid + without_evidence
    assert tally.slots + tally.replayed == len(outcomes)
    assert tally.against == tally.failed + tally.unknown


@pytest.mark.parametrize("word", ["passed", "PASS", "", "error", "xfail"])
def test_unknown_outcome_word_is_refused(word: str) -> None:
    """An outcome outside the seven words is refused: it would silently count as nothing."""
    with pytest.raises(TallyError, match=f"case 'a': unknown outcome '{word}'"):
        CaseTally(case="a", outcomes=("pass", word, "strange as well", "and this"))


def test_case_tallied_twice_is_refused() -> None:
    """One case has one tally, or its trials would weigh double."""
    with pytest.raises(TallyError, match="case 'a' is tallied twice"):
        Tallies(cases=tuple(CaseTally(case=name) for name in "abacbc"), runs=(1,))


def test_more_outcomes_than_runs_are_refused() -> None:
    """A case cannot have had more trials than there were runs."""
    with pytest.raises(TallyError, match="case 'a' has 2 outcomes of 1 runs"):
        Tallies(cases=(CaseTally(case="a", outcomes=("pass", "pass")),), runs=(1,))


def test_run_listed_twice_is_refused() -> None:
    """A run number names one run."""
    with pytest.raises(TallyError, match="a run is listed twice"):
        Tallies(cases=(), runs=(1, 1))
