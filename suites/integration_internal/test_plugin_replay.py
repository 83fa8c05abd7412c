"""Trials that answer from recordings say so, and are not counted as if they were new."""

import pytest

from autobiz_gates import fold
from autobiz_oracles import expect

from ..inner_pytest import QUIET
from ..ledgers import trials

pytestmark = [pytest.mark.priority("P0"), pytest.mark.requirement("P1-TR06")]

RECORDED = """
def test_without_seed(record_property):
    record_property("cassette", "5e1f")

def test_with_seed(record_property, seed):
    record_property("cassette", "5e1f")

def test_live(record_property):
    record_property("something", "else")
"""


@pytest.mark.parametrize("workers", ["-n0", "-n2"])
def test_replayed_runs_count_once_unless_the_seed_made_other_inputs(
    pytester: pytest.Pytester, workers: str
) -> None:
    """The same cassette without a seed is the same trial in every run; with the seed only under the same."""
    pytester.makepyfile(RECORDED)
    for run in (1, 2, 3):
        # Like the runs of one `gate run`, they share their run's name.
        pytester.runpytest(*QUIET, workers, "--gate-ledger=ledger", f"--gate-run={run}")

    tallies = fold([pytester.path / "ledger"])

    found = {case.case.partition("::")[2]: case.outcomes for case in tallies.cases}
    expect.value(sorted(found["test_without_seed"])).equals(["pass", "replay", "replay"])
    expect.value(found["test_with_seed"]).equals(("pass", "pass", "pass"))
    expect.value(found["test_live"]).equals(("pass", "pass", "pass"))


def test_the_same_seed_and_run_replayed_is_the_same_trial(pytester: pytest.Pytester) -> None:
    """Whoever repeats a run with its seed over the same recordings learns nothing new."""
    pytester.makepyfile(RECORDED)
    for _ in range(2):
        pytester.runpytest(*QUIET, "--gate-ledger=ledger", "--gate-seed=7")

    keys = [trial.replay for trial in trials(pytester.path / "ledger") if "with_seed" in trial.case]

    expect.value(keys).equals(["5e1f/7/1", "5e1f/7/1"])
