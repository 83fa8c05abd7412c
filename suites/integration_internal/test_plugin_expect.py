"""`expect` in pytest: a fixture, short failures, and no way round a verdict."""

import pytest

from autobiz_oracles import expect

from ..inner_pytest import QUIET, ending_of, expect_lines, expect_outcomes
from ..ledgers import outcomes, trials

pytestmark = [pytest.mark.priority("P0"), pytest.mark.requirement("P1-TR05")]

REQUIRED = '[tool.autobiz]\noracles_required = ["golden"]\n'

JUDGED = """
import os
import pytest

pytestmark = pytest.mark.golden

def test_first_to_load_oracles(expect): expect.worlds(os.getcwd(), os.getcwd()).alike()
def test_imports_inside():
    from autobiz_oracles import expect
    expect.worlds(os.getcwd(), os.getcwd()).alike()
def test_fails(expect): expect.state({}, {"order": 1}, where="state.json").unchanged()
def test_is_unknown(expect): expect.effects(None).none()
def test_softly(expect):
    with expect.softly():
        expect.effects([]).none()
        expect.effects(None).none()
        expect.state({}, {"order": 1}).unchanged()
def test_swallows(expect):
    try:
        expect.effects(None).none()
    except AssertionError:
        pass
def test_swallows_a_soft_block(expect):
    try:
        with expect.softly():
            expect.state({}, {"order": 1}).unchanged()
    except AssertionError:
        pass
def test_expects_nothing_of_its_evidence(expect):
    expect.effects([]).none()
    expect.effects([])
def test_leaves_in_a_soft_block(expect):
    with expect.softly():
        expect.state({}, {"order": 1}).unchanged()
        pytest.skip("no more time")
def test_leaves(expect): pytest.skip("not today")
def test_soft_and_broken(expect):
    with expect.softly():
        expect.state({}, {"order": 1}).unchanged()
        raise LookupError("gone")
"""

EXPECTED = {
    "test_first_to_load_oracles": "pass",
    "test_imports_inside": "pass",
    "test_fails": "fail",
    "test_is_unknown": "unknown",
    "test_softly": "fail",
    "test_swallows": "unknown",
    "test_swallows_a_soft_block": "fail",
    "test_expects_nothing_of_its_evidence": "unknown",
    "test_leaves_in_a_soft_block": "fail",
    "test_leaves": "skip",
    "test_soft_and_broken": "fail",
}


@pytest.mark.negative
@pytest.mark.parametrize("workers", ["-pno:xdist", "-n0", "-n2"])
def test_no_sentence_is_lost(pytester: pytest.Pytester, workers: str) -> None:
    """Verdicts of sentences count, also those that were swallowed, left behind or followed by an error."""
    pytester.makepyprojecttoml(REQUIRED)
    pytester.makepyfile(test_judged=JUDGED)

    pytester.runpytest_subprocess(*QUIET, workers, "--gate-ledger=ledger")

    expect.value(outcomes(pytester.path / "ledger")).equals(EXPECTED)


def test_each_sentence_is_in_the_ledger_once(pytester: pytest.Pytester) -> None:
    """A soft block leaves each of its verdicts in the ledger, passes too, and none twice."""
    pytester.makepyprojecttoml(REQUIRED)
    pytester.makepyfile(test_judged=JUDGED)

    pytester.runpytest_subprocess(*QUIET, "-pno:xdist", "--gate-ledger=ledger")

    kept = {trial.case.partition("::")[2]: trial.oracles for trial in trials(pytester.path / "ledger")}
    expect.value([(one.name, one.outcome) for one in kept["test_softly"]]).equals(
        [
            ("no_effect", "pass"),
            ("no_effect", "unknown"),
            ("changed_only", "fail"),
        ]
    )


def test_a_failure_shows_the_sentence_and_not_the_library(pytester: pytest.Pytester) -> None:
    """Pytest shows the line that expects and a short verdict, and no line of the oracles' own code."""
    pytester.makepyfile(test_judged=JUDGED)

    result = pytester.runpytest_subprocess(*QUIET, "-pno:xdist", "-k", "test_fails")

    expect_lines(
        result.outlines,
        ">*expect.state({}, {?order?: 1}, where=?state.json?).unchanged()",
        "E *VerdictError: StateChange changed_only: fail: *",
        "E *expected: no change",
        "E *observed: /order",
        "E */order: absent -> 1",
        "E *evidence: state.json",
    )
    expect.program(ending_of(result)).never_said("self._settle", on="out")
    expect.value(len(result.outlines)).between(6, 24)


def test_an_error_in_a_soft_block_carries_what_was_found(pytester: pytest.Pytester) -> None:
    """The error is shown as it is, with the verdicts until then below it."""
    pytester.makepyfile(test_judged=JUDGED)

    result = pytester.runpytest_subprocess(*QUIET, "-pno:xdist", "-k", "test_soft_and_broken")

    expect_lines(result.outlines, "E *LookupError: gone", "E *StateChange changed_only: fail: *")


def test_oracles_are_loaded_for_those_who_ask(pytester: pytest.Pytester) -> None:
    """A project that uses no oracles does not load them for the plugin's sake."""
    pytester.makepyfile(
        """
        import sys

        def test_without(): assert "autobiz_oracles" not in sys.modules
        def test_with(expect): assert "autobiz_oracles" in sys.modules
        """
    )
    expect_outcomes(pytester.runpytest_subprocess(*QUIET, "-pno:xdist"), passed=2)
