"""Marks: suites come from folders or marks; strict in a project that adopted them, silent elsewhere."""

import pytest

from autobiz_oracles import expect

from ..folders import files_in
from ..inner_pytest import QUIET, ending_of, expect_lines, expect_outcomes
from ..ledgers import trials

pytestmark = pytest.mark.priority("P1")


def test_the_folder_below_suites_is_the_suite(pytester: pytest.Pytester) -> None:
    """A test below suites/golden is selected by -m golden without a mark of its own."""
    for name in ("golden", "unit"):
        folder = pytester.path / "suites" / name / "deeper"
        folder.mkdir(parents=True)
        (folder / f"test_{name}.py").write_text("def test_it(): pass\n")

    result = pytester.runpytest(*QUIET, "-m", "golden", "--strict-markers", "--gate-ledger=ledger")

    expect_outcomes(result, passed=1, deselected=1)
    expect.value([trial.suite for trial in trials(pytester.path / "ledger")]).equals(["golden"])


def test_a_mark_outranks_the_folder(pytester: pytest.Pytester) -> None:
    """A test's own suite mark decides, wherever its file lies."""
    folder = pytester.path / "suites" / "unit"
    folder.mkdir(parents=True)
    (folder / "test_it.py").write_text("import pytest\n@pytest.mark.golden\ndef test_it(): pass\n")

    result = pytester.runpytest(*QUIET, "-m", "golden and not unit", "--gate-ledger=ledger")

    expect_outcomes(result, passed=1)
    expect.value([trial.suite for trial in trials(pytester.path / "ledger")]).equals(["golden"])


def test_a_folder_outside_suites_is_no_suite(pytester: pytest.Pytester) -> None:
    """tests/unit belongs to another project's own order and gets no mark of ours."""
    folder = pytester.path / "tests" / "unit"
    folder.mkdir(parents=True)
    (folder / "test_it.py").write_text("def test_it(): pass\n")

    result = pytester.runpytest(*QUIET, "-m", "not unit", "--gate-ledger=ledger")

    expect_outcomes(result, passed=1)
    expect.value([trial.suite for trial in trials(pytester.path / "ledger")]).equals([None])


FOREIGN = (
    "import pytest\n"
    "@pytest.mark.priority(3)\n@pytest.mark.workflow\n@pytest.mark.risk(high=True)\n"
    "def test_it(): pass\n"
)


def test_foreign_marks_of_our_names_do_no_harm(pytester: pytest.Pytester) -> None:
    """Another project's priority(3) passes as always, and claims no priority of ours."""
    pytester.makepyfile(FOREIGN)

    result = pytester.runpytest(*QUIET, "--strict-markers", "--gate-ledger=ledger")

    expect_outcomes(result, passed=1)
    expect.value([trial.priority for trial in trials(pytester.path / "ledger")]).equals([None])


@pytest.mark.negative
def test_an_adopting_project_hears_of_every_wrong_mark(pytester: pytest.Pytester) -> None:
    """With a [tool.autobiz] table, wrong marks stop the run, all of them named."""
    pytester.makepyfile(FOREIGN)
    pytester.makepyprojecttoml("[tool.autobiz]\n")

    result = pytester.runpytest(*QUIET, "--gate-ledger=ledger")

    expect.program(ending_of(result)).ended(int(pytest.ExitCode.USAGE_ERROR))
    expect_lines(
        result.errlines,
        '*priority(3): name "P0", "P1" or "P2"',
        "*workflow(): give its names*",
        "*risk(): give its names*",
    )


@pytest.mark.negative
def test_a_case_named_by_an_address_is_told(pytester: pytest.Pytester) -> None:
    """A parameter that is printed with its address would be a new case in every run, so it stops the run."""
    pytester.makepyfile(
        "import pytest\n@pytest.mark.parametrize('n', [1, object()], ids=repr)\ndef test_it(n): pass\n"
    )
    pytester.makepyprojecttoml("[tool.autobiz]\n")

    result = pytester.runpytest(*QUIET, "--gate-ledger=ledger")

    expect.program(ending_of(result)).ended(int(pytest.ExitCode.USAGE_ERROR))
    expect_lines(result.errlines, "*test_it[[]<object object at 0x*names an address*give it ids=")
    expect.value(result.stderr.str().count("names an address")).equals(1)


def test_without_options_the_plugin_is_silent(pytester: pytest.Pytester) -> None:
    """Not asked for anything, the plugin prints nothing, writes nothing and imports nothing heavy."""
    pytester.makepyfile(
        "import sys\n"
        "def test_it():\n"
        "    heavy = {'autobiz_gates', 'autobiz_harness.recording', 'autobiz_harness.stack', 'msgspec',\n"
        "             'pydantic', 'scipy', 'rich', 'click', 'psycopg'}\n"
        "    assert not heavy & set(sys.modules)\n"
    )

    plain = pytester.runpytest_subprocess("-p", "no:cacheprovider", "-p", "no:valkey", "-p", "no:autobiz")
    with_plugin = pytester.runpytest_subprocess("-p", "no:cacheprovider", "-p", "no:valkey")

    expect_outcomes(with_plugin, passed=1)
    expect.value(len(with_plugin.outlines)).equals(len(plain.outlines))
    expect.value(files_in(pytester.path)).lacks(".autobiz")
