"""Oracles and the plugin: what they said is recorded, and a test that owes a judgement does not pass."""

import pytest

from autobiz_oracles import expect

from ..inner_pytest import QUIET, ending_of, expect_lines, expect_outcomes
from ..ledgers import outcomes, trials

pytestmark = [pytest.mark.priority("P0"), pytest.mark.requirement("P1-TR05")]

REQUIRED = '[tool.autobiz]\noracles_required = ["golden"]\n'

SILLY = """
import os
import threading

import pytest

from autobiz_oracles import OracleType, Outcome, Verdict, exactly_once, insist, no_new_effects, unheard

GOOD = Verdict(
    type=OracleType.SCHEMA, name="shape", outcome=Outcome.PASS, reason="as it should be", observed=os.getcwd()
)
BAD = Verdict(type=OracleType.COST, name="price", outcome=Outcome.FAIL, reason="too much")
DIM = Verdict(type=OracleType.TRACE, name="trace", outcome=Outcome.UNKNOWN, reason="no trace")

pytestmark = pytest.mark.golden

def test_insists(): insist(GOOD)
def test_insists_in_a_thread():
    thread = threading.Thread(target=insist, args=(GOOD,))
    thread.start()
    thread.join()
def test_asserts_nothing(): pass
def test_asserts_a_constant(): assert True
def test_asserts_plainly(): assert [1] == [1]
def test_fails(): insist(GOOD, BAD)
def test_is_unknown(): insist(GOOD, DIM)
def test_lacks_evidence(): insist(exactly_once(None, method="POST", path="/", header="K"))
def test_ignores_a_failure():
    insist(GOOD)
    exactly_once([], method="POST", path="/", header="K")
def test_ignores_an_unknown():
    insist(GOOD)
    no_new_effects(None, None, header="K")
def test_swallows():
    try:
        insist(BAD)
    except AssertionError:
        pass
def test_insists_on_nothing():
    insist()
def test_hears_nothing():
    with unheard():
        insist(GOOD)
@pytest.mark.oracle("Schema")
def test_declares_and_judges(): insist(GOOD)
@pytest.mark.oracle("Schema", "Cost")
def test_declares_more_than_it_judges(): insist(GOOD)
@pytest.fixture
def broken_teardown():
    yield
    raise RuntimeError("left over")
def test_unknown_and_broken_teardown(broken_teardown): insist(DIM)
@pytest.mark.skip
def test_skipped(): pass
"""

EXPECTED = {
    "test_insists": "pass",
    "test_insists_in_a_thread": "pass",
    "test_asserts_nothing": "unknown",
    "test_asserts_a_constant": "unknown",
    "test_asserts_plainly": "unknown",
    "test_fails": "fail",
    "test_is_unknown": "unknown",
    "test_lacks_evidence": "unknown",
    "test_ignores_a_failure": "fail",
    "test_ignores_an_unknown": "unknown",
    "test_swallows": "fail",
    "test_insists_on_nothing": "unknown",
    "test_hears_nothing": "unknown",
    "test_declares_and_judges": "pass",
    "test_declares_more_than_it_judges": "unknown",
    "test_unknown_and_broken_teardown": "fail",
    "test_skipped": "skip",
}


@pytest.mark.negative
@pytest.mark.parametrize("workers", ["-pno:xdist", "-n0", "-n2"])
def test_no_test_passes_by_accident(pytester: pytest.Pytester, workers: str) -> None:
    """Where oracles are required, what none of them judged is unknown, and no verdict can be ignored."""
    pytester.makepyprojecttoml(REQUIRED)
    pytester.makepyfile(test_silly=SILLY)

    result = pytester.runpytest_subprocess(*QUIET, workers, "--gate-ledger=ledger")

    expect.value(outcomes(pytester.path / "ledger")).equals(EXPECTED)
    bad = sum(outcome in ("fail", "unknown") for outcome in EXPECTED.values())
    # The broken teardown is an error besides.
    expect_outcomes(result, passed=3, failed=bad, skipped=1, errors=1)


def test_verdicts_are_in_the_ledger_and_in_the_summary(pytester: pytest.Pytester) -> None:
    """Each verdict is kept once with type, name, outcome and reason, and -v counts them by type."""
    pytester.makepyprojecttoml(REQUIRED)
    pytester.makepyfile(test_silly=SILLY)

    result = pytester.runpytest_subprocess(*QUIET[1:], "-v", "-n2", "--gate-ledger=ledger")

    kept = {trial.case.partition("::")[2]: trial.oracles for trial in trials(pytester.path / "ledger")}
    expect.value([(one.type, one.name, one.outcome, one.reason) for one in kept["test_fails"]]).equals(
        [
            ("Schema", "shape", "pass", "as it should be"),
            ("Cost", "price", "fail", "too much"),
        ]
    )
    expect.value(len(kept["test_lacks_evidence"])).equals(1)
    expect_lines(
        result.outlines, "*UNKNOWN*test_asserts_nothing*", "*verdicts*", "Cost: 2 fail", "Schema: * pass"
    )


def test_elsewhere_plain_asserts_count(pytester: pytest.Pytester) -> None:
    """A project that requires no oracles, or a suite that it does not name, is judged by its asserts."""
    pytester.makepyprojecttoml('[tool.autobiz]\noracles_required = ["soak"]\n')
    pytester.makepyfile("import pytest\n@pytest.mark.golden\ndef test_it(): assert [1] == [1]")
    expect_outcomes(pytester.runpytest_subprocess(*QUIET), passed=1)


@pytest.mark.negative
@pytest.mark.parametrize("given", ['["goldn"]', '"golden"', "[1]"])
def test_a_suite_that_is_none_is_refused(pytester: pytest.Pytester, given: str) -> None:
    """A misspelt suite would require nothing, so it is told."""
    pytester.makepyprojecttoml(f"[tool.autobiz]\noracles_required = {given}\n")
    pytester.makepyfile("def test_it(): pass")

    result = pytester.runpytest_subprocess(*QUIET)

    expect.program(ending_of(result)).ended(int(pytest.ExitCode.USAGE_ERROR))
    expect_lines(result.errlines, "*oracles_required must be a list of suites: hygiene, unit*")
