"""Causes: ruled out one after the other, and never guessed in favour of the case."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autobiz_gates.flakes import REPEATS, Cause, Disagreement, Regrade, classify

pytestmark = pytest.mark.priority("P0")

STEADY = ["fail"] * REPEATS


def disagreement(**changed: Any) -> Disagreement:
    return Disagreement(**{"case": "c", "subject": "s", "passes": 2, "failures": 1, **changed})


def saying(outcomes: Sequence[str]) -> Regrade:
    """A hook that answers with these outcomes, whatever it is asked."""

    def hook(disagreement: Disagreement, times: int) -> Sequence[str]:
        return outcomes

    return hook


def broken(disagreement: Disagreement, times: int) -> Sequence[str]:
    raise ConnectionError("no judge")


def test_typed_errors_of_the_harness_are_infrastructure_and_need_no_hook() -> None:
    """When every failure is the harness's own error the cause is infra, without grading anything."""
    finding = classify(disagreement(failures=2, infra=2), regrade=broken, replay=broken)
    assert (finding.cause, finding.regression_suspect) == (Cause.INFRA, False)


@pytest.mark.parametrize("flips", range(1, REPEATS + 1))
def test_one_regrade_that_differs_is_the_oracle(flips: int) -> None:
    """Any re-grade of the frozen trace that says otherwise makes the oracle the cause, even if all do."""
    outcomes = ["pass"] * flips + ["fail"] * (REPEATS - flips)
    assert classify(disagreement(), regrade=saying(outcomes), replay=saying(STEADY)).cause is Cause.ORACLE


@pytest.mark.parametrize("flips", range(1, REPEATS + 1))
def test_one_replay_that_differs_is_the_environment(flips: int) -> None:
    """With a steady oracle, any replay that comes out otherwise is the environment."""
    outcomes = ["pass"] * flips + ["fail"] * (REPEATS - flips)
    assert classify(disagreement(), regrade=saying(STEADY), replay=saying(outcomes)).cause is Cause.ENV


def test_what_is_steady_is_the_agent() -> None:
    """With a steady oracle and a steady environment only the agent is left."""
    assert classify(disagreement(), regrade=saying(STEADY), replay=saying(STEADY)).cause is Cause.AGENT


@pytest.mark.negative
@pytest.mark.parametrize(
    ("regrade", "replay", "reason"),
    [
        (None, None, "there were no re-grades"),
        (None, saying(["pass"] * REPEATS), "there were no re-grades"),
        (saying(STEADY), None, "there were no replays"),
        (saying(STEADY[1:]), saying(STEADY), "only 9 of 10"),
        (saying([]), saying(STEADY), "only 0 of 10"),
        (saying(["pass", *STEADY[2:], "unknown"]), saying(STEADY), "1 of 10 re-grades"),
        (saying(STEADY), saying(["skip", *STEADY[1:]]), "1 of 10 replays"),
        (broken, saying(STEADY), "ConnectionError: no judge"),
        (saying(STEADY), broken, "replays of the recorded actions broke"),
    ],
)
def test_what_was_not_shown_is_unknown(regrade: Regrade | None, replay: Regrade | None, reason: str) -> None:
    """A hook that is absent, broken, too short or unjudged leaves the cause unknown and says why."""
    finding = classify(disagreement(), regrade=regrade, replay=replay)
    assert finding.cause is Cause.UNKNOWN
    assert reason in finding.reason


@pytest.mark.parametrize(
    ("history", "failures", "p", "suspect"),
    [
        ((0, 60), 1, 0.024, False),
        ((0, 60), 2, 0.0006, True),
        ((3, 60), 2, 0.0118, False),
        ((6, 60), 2, 0.035, False),
        ((6, 60), 3, 0.0017, True),
        ((12, 60), 3, 0.0103, False),
    ],
)
def test_history_makes_a_failure_of_the_agent_a_surprise_or_not(
    history: tuple[int, int], failures: int, p: float, suspect: bool
) -> None:
    """The published predictive chances come out, and below 1 % the agent is suspected of a regression."""
    met = disagreement(
        passes=max(1, 3 - failures), failures=failures, history_failures=history[0], history_trials=history[1]
    )
    finding = classify(met, regrade=saying(STEADY), replay=saying(STEADY))
    if failures < 3:
        assert finding.p == pytest.approx(p, abs=0.5 * 10 ** -len(str(p).partition(".")[2]))
        assert finding.regression_suspect is suspect


def test_trials_that_broke_on_the_machinery_are_set_aside() -> None:
    """Failures of the harness do not add to the surprise that the others are."""
    mixed = classify(disagreement(failures=3, infra=2, history_trials=60))
    alone = classify(disagreement(failures=1, history_trials=60))
    assert mixed.p == alone.p
    assert not mixed.regression_suspect


@given(st.lists(st.sampled_from(["pass", "fail", "unknown", "skip"]), max_size=12),
       st.lists(st.sampled_from(["pass", "fail", "unknown", "skip"]), max_size=12))  # fmt: skip
def test_agent_is_only_what_both_hooks_have_shown(grades: list[str], replays: list[str]) -> None:
    """Whatever hooks answer, the agent is named only after ten steady re-grades and ten steady replays."""
    cause = classify(disagreement(), regrade=saying(grades), replay=saying(replays)).cause
    steady = [len(one) >= REPEATS and set(one) == {"fail"} for one in (grades, replays)]
    assert (cause is Cause.AGENT) is all(steady)
    if cause in (Cause.ORACLE, Cause.ENV):
        assert len(grades) >= REPEATS
        assert set(grades) <= {"pass", "fail"}


@pytest.mark.negative
@pytest.mark.parametrize("counts", [{"passes": 0}, {"failures": 0}, {"infra": 2}, {"infra": -1}])
def test_what_does_not_disagree_has_no_cause(counts: dict[str, int]) -> None:
    """Counts without a pass, without a failure, or with more infra than failures are refused."""
    with pytest.raises(ValueError, match="c: "):
        disagreement(**counts)
