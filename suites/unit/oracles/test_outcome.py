"""Three outcomes and their fold."""

import itertools

import pytest

from autobiz_oracles import OracleType, Outcome, Verdict, VerdictError, insist, worst

ORDER = [Outcome.PASS, Outcome.UNKNOWN, Outcome.FAIL]


def verdict(outcome: Outcome, reason: str = "because") -> Verdict:
    return Verdict(
        type=OracleType.SCHEMA,
        name="shape",
        outcome=outcome,
        reason=reason,
        observed="seen",
        expected="wanted",
    )


@pytest.mark.parametrize("outcomes", [c for n in (1, 2, 3) for c in itertools.product(ORDER, repeat=n)])
def test_the_worst_outcome_wins(outcomes: tuple[Outcome, ...]) -> None:
    """Over all sequences of up to three, one fail makes a fail, and one unknown spoils all passes."""
    assert worst(outcomes) is ORDER[max(ORDER.index(outcome) for outcome in outcomes)]


@pytest.mark.negative
def test_nothing_judged_is_nothing_known() -> None:
    """An empty fold is unknown, never a pass."""
    assert worst([]) is Outcome.UNKNOWN


def test_insisting_on_passes_is_silent() -> None:
    """When every verdict passes, nothing is raised."""
    insist(verdict(Outcome.PASS), verdict(Outcome.PASS))


@pytest.mark.negative
@pytest.mark.parametrize("bad", [Outcome.UNKNOWN, Outcome.FAIL])
def test_insisting_raises_with_the_worst_outcome(bad: Outcome) -> None:
    """One bad verdict raises, carries the folded outcome, and shows only what did not pass."""
    with pytest.raises(VerdictError) as caught:
        insist(verdict(Outcome.PASS, "fine"), verdict(bad, "broken"))
    assert caught.value.outcome is bad
    assert "broken" in str(caught.value)
    assert "expected: wanted" in str(caught.value)
    assert "fine" not in str(caught.value)


@pytest.mark.negative
def test_insisting_on_nothing_raises() -> None:
    """A test that gathered no verdict has shown nothing."""
    with pytest.raises(VerdictError, match="no verdict") as caught:
        insist()
    assert caught.value.outcome is Outcome.UNKNOWN


def test_oracle_types_are_closed() -> None:
    """There are thirteen types of oracle, and each is called as the specification calls it."""
    assert [str(kind) for kind in OracleType] == [
        "Schema",
        "Permission",
        "Bounds",
        "Consistency",
        "Trace",
        "Cost",
        "Security",
        "Idempotency",
        "SideEffect",
        "Durability",
        "Timing",
        "StateChange",
        "Observability",
    ]
