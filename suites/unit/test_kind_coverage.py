"""Kind coverage: no id without proof, and failing proof is none."""

from datetime import date

import pytest

from autobiz_gates import CaseTally, CoverageGate, Decision, Tallies, decide

pytestmark = pytest.mark.priority("P0")

TODAY = date(2026, 1, 1)


def tallies(**rows: tuple[str, ...]) -> Tallies:
    """One case an entry: its name, then its outcome and the ids it covers."""
    cases = tuple(
        CaseTally(
            case=name, requirements=ids, tests=ids, workflow=ids[0] if ids else None, outcomes=(outcome,)
        )
        for name, (outcome, *ids_list) in rows.items()
        for ids in [tuple(ids_list)]
    )
    return Tallies(cases=cases, runs=(1,))


def gate(*ids: str, by: str = "requirement") -> CoverageGate:
    return CoverageGate(name="matrix", ids=ids, by=by, runs=1)


@pytest.mark.parametrize("by", ["requirement", "test", "workflow"])
def test_every_id_with_a_passing_case_opens(by: str) -> None:
    """The matrix is complete when each row has a case that passed every trial."""
    given = tallies(a=("pass", "R1"), b=("pass", "R2"))

    assert decide(gate("R1", "R2", by=by), given, TODAY).decision is Decision.OPEN


def test_one_proof_is_enough() -> None:
    """A row with one passing and one failing case is proven; the failure is other gates' business."""
    given = tallies(a=("pass", "R1"), b=("fail", "R1"))

    assert decide(gate("R1"), given, TODAY).decision is Decision.OPEN


@pytest.mark.negative
@pytest.mark.parametrize("outcome", ["fail", "unknown"])
def test_an_id_proven_only_by_failing_cases_shuts(outcome: str) -> None:
    """A requirement whose every case failed is not met."""
    decision = decide(gate("R1"), tallies(a=(outcome, "R1")), TODAY)

    assert decision.decision is Decision.SHUT
    assert "R1" in decision.reason


@pytest.mark.negative
@pytest.mark.parametrize("outcome", ["skip", "missing"])
def test_an_id_without_a_judged_case_is_undecided(outcome: str) -> None:
    """Nobody looked, so nobody knows."""
    given = tallies(a=(outcome, "R1"), b=("pass", "R2"))

    decision = decide(gate("R1", "R2"), given, TODAY)

    assert decision.decision is Decision.UNDECIDED
    assert "no judged case covers requirement R1" in decision.reason


@pytest.mark.negative
def test_an_id_that_no_case_names_is_undecided() -> None:
    """A row that was forgotten is named."""
    decision = decide(gate("R1", "R9"), tallies(a=("pass", "R1")), TODAY)

    assert decision.decision is Decision.UNDECIDED
    assert "R9" in decision.reason
