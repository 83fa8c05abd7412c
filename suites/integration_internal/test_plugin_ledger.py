"""--gate-ledger: one entry per test, whatever happens to the test, in one process and under xdist."""

import pytest

from autobiz_oracles import expect

from ..inner_pytest import QUIET, ending_of, expect_lines
from ..ledgers import headers, outcomes, planned, trials

pytestmark = [pytest.mark.priority("P0"), pytest.mark.requirement("P1-TR04")]


EVERY_KIND = """
import asyncio
import unittest

import pytest

attempts = []


@pytest.fixture
def broken_setup():
    raise RuntimeError("no database")


@pytest.fixture
def broken_teardown():
    yield
    raise RuntimeError("left over")


def test_passes():
    pass


def test_fails():
    assert 1 == 2


def test_setup_error(broken_setup):
    pass


def test_teardown_error(broken_teardown):
    pass


def test_fails_twice(broken_teardown):
    assert 1 == 2


@pytest.mark.skip(reason="not here")
def test_skipped():
    pass


def test_skips_itself():
    pytest.skip("not now")


@pytest.mark.xfail(reason="known")
def test_expected_failure():
    assert False


@pytest.mark.xfail(strict=False)
def test_unexpected_pass():
    pass


@pytest.mark.xfail(strict=True)
def test_strict_unexpected_pass():
    pass


@pytest.mark.parametrize("number", [1, 2])
def test_parameters(number):
    assert number == 1


class TestInClass:
    def test_method(self):
        pass


class TestCase(unittest.TestCase):
    def test_unittest(self):
        self.assertTrue(True)

    def test_unittest_fails(self):
        self.fail()

    @unittest.skip("not here")
    def test_unittest_skipped(self):
        pass

    def test_with_subtests(self):
        for number in range(3):
            with self.subTest(number=number):
                self.assertNotEqual(number, 1)


def test_subtests(subtests):
    with subtests.test("good"):
        pass
    with subtests.test("bad"):
        assert False


@pytest.mark.asyncio
async def test_async():
    await asyncio.sleep(0)


@pytest.mark.flaky(reruns=2)
def test_passes_on_rerun():
    attempts.append(1)
    assert len(attempts) == 2


@pytest.mark.flaky(reruns=1)
def test_fails_on_every_rerun():
    assert False


def function_with_doctest():
    '''
    >>> 1 + 1
    2
    '''
"""

EXPECTED = {
    "test_passes": "pass",
    "test_fails": "fail",
    "test_setup_error": "unknown",
    "test_teardown_error": "fail",
    "test_fails_twice": "fail",
    "test_skipped": "skip",
    "test_skips_itself": "skip",
    "test_expected_failure": "skip",
    "test_unexpected_pass": "pass",
    "test_strict_unexpected_pass": "fail",
    "test_parameters[1]": "pass",
    "test_parameters[2]": "fail",
    "TestInClass::test_method": "pass",
    "TestCase::test_unittest": "pass",
    "TestCase::test_unittest_fails": "fail",
    "TestCase::test_unittest_skipped": "skip",
    "TestCase::test_with_subtests": "fail",
    "test_subtests": "fail",
    "test_async": "pass",
    "test_passes_on_rerun": "fail",
    "test_fails_on_every_rerun": "fail",
    "test_every_kind.function_with_doctest": "pass",
}


@pytest.mark.parametrize("workers", ["-pno:xdist", "-n0", "-n2"])
def test_every_kind_of_test_leaves_the_one_entry_it_deserves(pytester: pytest.Pytester, workers: str) -> None:
    """A passed, failed, skipped, erring, rerun, async, unittest or doctest item leaves exactly one entry."""
    pytester.makepyfile(test_every_kind=EVERY_KIND)

    pytester.runpytest(*QUIET, workers, "--doctest-modules", "--gate-ledger=ledger")

    expect.value(outcomes(pytester.path / "ledger")).equals(EXPECTED)
    expect.value(len(planned(pytester.path / "ledger"))).equals(len(EXPECTED))


@pytest.mark.parametrize("workers", ["-n0", "-n2"])
def test_with_and_without_ledger_pytest_says_the_same(pytester: pytest.Pytester, workers: str) -> None:
    """Recording changes no outcome and no exit code."""
    pytester.makepyfile(test_every_kind=EVERY_KIND)

    without = pytester.runpytest(*QUIET, workers)
    recorded = pytester.runpytest(*QUIET, workers, "--gate-ledger=ledger")

    expect.value(recorded.parseoutcomes()).equals(without.parseoutcomes())
    expect.program(ending_of(recorded)).ended(without.ret)


def test_an_entry_tells_what_the_marks_told(pytester: pytest.Pytester) -> None:
    """Suite, priority, requirements, test ids, workflow and mark names travel with the entry."""
    folder = pytester.mkdir("suites") / "golden"
    folder.mkdir()
    (folder / "test_marked.py").write_text(
        "import pytest\n"
        "@pytest.mark.priority('P1')\n"
        "@pytest.mark.requirement('R1', 'R2')\n"
        "@pytest.mark.test_id('T7')\n"
        "@pytest.mark.workflow('WF03')\n"
        "@pytest.mark.negative\n"
        "def test_it(): assert not 'ever'\n"
    )

    pytester.runpytest(*QUIET, "--gate-ledger=ledger", "--gate-seed=9", "--gate-run=2")

    (trial,) = trials(pytester.path / "ledger")
    expect.value((trial.suite, trial.priority, trial.workflow)).equals(("golden", "P1", "WF03"))
    expect.value((trial.requirements, trial.tests)).equals((("R1", "R2"), ("T7",)))
    expect.value(trial.marks).contains("negative", "golden", "priority")
    expect.value((trial.run, trial.phase, trial.worker)).equals((2, "call", "main"))
    expect.value(trial.reason).matches("^AssertionError: assert not 'ever'")
    expect.value(trial.fingerprint).matches("^[0-9a-f]+$")


@pytest.mark.parametrize("workers", ["-n0", "-n2"])
def test_a_module_that_does_not_import_is_unknown_evidence(pytester: pytest.Pytester, workers: str) -> None:
    """A collection error leaves one entry that says unknown, so that nobody takes its tests for absent."""
    pytester.makepyfile(test_broken="import does_not_exist", test_good="def test_it(): pass")

    pytester.runpytest(*QUIET, workers, "--continue-on-collection-errors", "--gate-ledger=ledger")

    expect.value(outcomes(pytester.path / "ledger")).equals({"test_broken.py": "unknown", "test_it": "pass"})


def test_two_sessions_into_one_folder_keep_apart(pytester: pytest.Pytester) -> None:
    """Every session writes files of its own, so a ledger folder only ever grows."""
    pytester.makepyfile("def test_it(): pass")

    pytester.runpytest(*QUIET, "--gate-ledger=ledger")
    pytester.runpytest(*QUIET, "--gate-ledger=ledger", "--gate-run=2")

    found = headers(pytester.path / "ledger")
    expect.value(sorted(header.run for header in found)).equals([1, 2])
    expect.value(len({header.run_id for header in found})).equals(2)


def test_under_xdist_all_workers_tell_one_run(pytester: pytest.Pytester) -> None:
    """Workers share the run id and the subject that the controller chose."""
    pytester.makepyfile("import pytest\n@pytest.mark.parametrize('n', range(8))\ndef test_it(n): pass\n")

    pytester.runpytest(*QUIET, "-n2", "--gate-ledger=ledger")

    found = headers(pytester.path / "ledger")
    expect.value(len(found)).equals(2)
    expect.value(len({(header.run_id, header.subject) for header in found})).equals(1)


def test_collect_only_writes_nothing(pytester: pytest.Pytester) -> None:
    """Looking at what would run is no evidence."""
    pytester.makepyfile("def test_it(): pass")

    result = pytester.runpytest(*QUIET, "--collect-only", "--gate-ledger=ledger")

    expect.program(ending_of(result)).ended(0).said("1 test collected", on="out")
    expect.value(list(pytester.path.glob("ledger/*"))).equals([])


@pytest.mark.negative
def test_a_file_in_the_place_of_the_folder_is_refused(pytester: pytest.Pytester) -> None:
    """A ledger path that is a file is a usage error that says what to name instead."""
    pytester.makefile(".jsonl", ledger="{}")

    result = pytester.runpytest(*QUIET, "--gate-ledger=ledger.jsonl")

    expect.program(ending_of(result)).ended(int(pytest.ExitCode.USAGE_ERROR))
    expect_lines(result.errlines, "*--gate-ledger ledger.jsonl: is a file; name a folder*")
