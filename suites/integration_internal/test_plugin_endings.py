"""--gate-ledger when a session does not end well: dead workers, --maxfail, Ctrl-C, a full disk."""

import pytest

from autobiz_oracles import expect

from ..inner_pytest import QUIET, ending_of, expect_lines
from ..ledgers import outcomes, planned, trials

pytestmark = [pytest.mark.priority("P0"), pytest.mark.requirement("P1-TR04")]


def test_a_worker_that_dies_leaves_unknown_and_nothing_is_lost(pytester: pytest.Pytester) -> None:
    """When a worker dies, the test it ran is unknown with its marks, and all others have their entries."""
    pytester.makepyfile(
        test_deadly="import os, pytest\n"
        "@pytest.mark.priority('P0')\n"
        "def test_dies(): os._exit(9)\n"
        "@pytest.mark.parametrize('n', range(6))\n"
        "def test_lives(n): pass\n"
    )

    pytester.runpytest(*QUIET, "-n2", "--gate-ledger=ledger")

    found = {trial.case.partition("::")[2]: trial for trial in trials(pytester.path / "ledger")}
    expect.value(found.pop("test_dies").outcome).equals("unknown")
    expect.value(len(found)).equals(6)
    expect.value({trial.outcome for trial in found.values()}).equals({"pass"})
    crashed = next(trial for trial in trials(pytester.path / "ledger") if trial.phase == "crash")
    expect.value(crashed.priority).equals("P0")
    expect.value(crashed.reason).contains("worker")


def test_loadgroup_names_do_not_leak_into_cases(pytester: pytest.Pytester) -> None:
    """A case keeps its name when xdist decorates node ids with groups, also when its worker dies."""
    pytester.makepyfile(
        test_grouped="import os, pytest\n"
        "pytestmark = pytest.mark.xdist_group('one')\n"
        "def test_a(): pass\n"
        "@pytest.mark.priority('P0')\n"
        "def test_dies(): os._exit(9)\n"
    )

    pytester.runpytest(*QUIET, "-n2", "--dist=loadgroup", "--gate-ledger=ledger")

    expect.value(outcomes(pytester.path / "ledger")).equals({"test_a": "pass", "test_dies": "unknown"})


@pytest.mark.parametrize("workers", ["-n0", "-n2"])
def test_maxfail_leaves_the_rest_planned_but_missing(pytester: pytest.Pytester, workers: str) -> None:
    """What --maxfail cut off has no entry, and the plan knows it."""
    pytester.makepyfile(
        "import pytest\n@pytest.mark.parametrize('n', range(40))\ndef test_fails(n): assert False\n"
    )

    pytester.runpytest(*QUIET, workers, "--maxfail=1", "--gate-ledger=ledger")

    expect.value(len(planned(pytester.path / "ledger"))).equals(40)
    expect.value(len(trials(pytester.path / "ledger"))).between(1, 39)


def test_ctrl_c_records_no_verdict_for_the_trial_it_cut(pytester: pytest.Pytester) -> None:
    """The trial that Ctrl-C interrupted stays missing; the ones before it have their entries."""
    pytester.makepyfile(
        "def test_before(): pass\ndef test_cut(): raise KeyboardInterrupt\ndef test_after(): pass\n"
    )

    pytester.runpytest_subprocess(*QUIET, "--gate-ledger=ledger")

    expect.value(outcomes(pytester.path / "ledger")).equals({"test_before": "pass"})
    expect.value(len(planned(pytester.path / "ledger"))).equals(3)


@pytest.mark.negative
@pytest.mark.parametrize("workers", ["-n0", "-n2"])
def test_a_full_disk_is_told_and_is_not_a_test_failure(pytester: pytest.Pytester, workers: str) -> None:
    """A ledger that cannot be written ends the session with code 74 and a sentence, not with a traceback."""
    pytester.makepyfile("import pytest\n@pytest.mark.parametrize('n', range(50))\ndef test_it(n): pass\n")
    # Files of this process may grow to 4 KiB: what a full disk does to a ledger, for any user.
    pytester.makeconftest(
        "import resource, signal\n"
        "def pytest_collection_finish(session):\n"
        "    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))\n"
    )

    result = pytester.runpytest_subprocess(*QUIET, workers, "--gate-ledger=ledger")

    expect.program(ending_of(result)).ended(74)
    expect_lines(result.outlines, "*autobiz: the ledger *ledger* cannot be written (File too large)*")
