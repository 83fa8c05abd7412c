"""The matrix of requirements, tests, oracles and workflows, folded from a registry and ledger lines."""

from pathlib import Path

import msgspec
import pytest

from autobiz_gates import Case, GateFileError, OracleVerdict, RunPlan, Trial
from autobiz_gates.trace import Judgement, Matrix, Row, matrix_of, read_registry

from ..ledger_lines import trial

pytestmark = [pytest.mark.priority("P1"), pytest.mark.requirement("P1-TR04")]

REGISTRY = """
oracle_types = ["Schema", "Cost"]

[requirement.R1]
says = "One"
tests = ["T1", "T2"]

[requirement.R2]
says = "Two"

[test.T1]
says = "Shows one"
oracles = ["Schema"]
workflows = ["W1"]

[test.T2]
says = "Shows it from the other side"

[workflow.W1]
says = "Refund"
priority = "P0"
"""


def matrix(folder: Path, *lines: object, registry: str = REGISTRY) -> Matrix:
    path = folder / "registry.toml"
    path.write_text(registry, encoding="utf-8")
    return matrix_of(read_registry(path), lines)


def marked(
    case: str,
    outcome: str = "pass",
    *,
    requirements: tuple[str, ...] = (),
    tests: tuple[str, ...] = (),
    workflow: str | None = None,
    oracles: tuple[str, ...] = (),
) -> Trial:
    said = tuple(OracleVerdict(type=one, name="n", outcome="pass") for one in oracles)
    return msgspec.structs.replace(
        trial(case, outcome), requirements=requirements, tests=tests, workflow=workflow, oracles=said
    )


AWAITING = REGISTRY.replace('says = "Two"', 'says = "Two"\nawaits = "the second floor"').replace(
    'says = "Refund"', 'says = "Refund"\nawaits = "a till"'
)


@pytest.mark.negative
def test_what_is_not_built_is_told_apart_and_is_a_gap_all_the_same(tmp_path: Path) -> None:
    """What awaits something is neither complete nor a forgotten mark: it is told with what it awaits."""
    found = matrix(tmp_path, marked("a", tests=("T1",), oracles=("Schema", "Cost")), registry=AWAITING)
    assert found.problems == ()
    assert found.awaited == (
        "requirement R2: nothing can show it yet; it awaits the second floor",
        "workflow W1: nothing can show it yet; it awaits a till",
    )
    assert not found.is_complete


@pytest.mark.negative
def test_a_word_that_is_out_of_date_is_told(tmp_path: Path) -> None:
    """Once a judged test shows it, nothing is awaited, and whoever left the word is asked to take it out."""
    shown = marked("a", tests=("T1",), requirements=("R2",), workflow="W1", oracles=("Schema", "Cost"))
    found = matrix(tmp_path, shown, registry=AWAITING)
    assert found.awaited == ()
    assert found.problems == (
        "requirement R2: it is judged, so it no longer awaits the second floor; take awaits out",
        "workflow W1: it is judged, so it no longer awaits a till; take awaits out",
    )


def test_nothing_missing_is_complete(tmp_path: Path) -> None:
    """With every id judged and nothing awaited the matrix is complete; with one gap it is not."""
    shown = marked("a", tests=("T1",), requirements=("R2",), workflow="W1", oracles=("Schema", "Cost"))
    assert matrix(tmp_path, shown).is_complete
    assert not matrix(tmp_path, marked("a", tests=("T1",), workflow="W1", oracles=("Schema",))).is_complete


def row(found: Matrix, name: str) -> Row:
    (one,) = [row for row in found.rows if row.name == name]
    return one


WHOLE = (
    marked("a", tests=("T1",), workflow="W1", oracles=("Schema", "Cost")),
    marked("b", requirements=("R2",)),
)


def test_a_requirement_is_shown_by_its_id_or_by_one_of_its_tests(tmp_path: Path) -> None:
    """A case judges the requirement that it names, and every requirement that names one of its test ids."""
    found = matrix(tmp_path, *WHOLE)

    assert found.problems == ()
    assert {one.name: one.judgement for one in found.rows} == {
        "R1": Judgement.PASSED,
        "R2": Judgement.PASSED,
        "T1": Judgement.PASSED,
        "T2": Judgement.UNJUDGED,
        "Schema": Judgement.PASSED,
        "Cost": Judgement.PASSED,
        "W1": Judgement.PASSED,
    }
    assert row(found, "R1").tests == ("T1", "T2")
    assert row(found, "R1").oracles == ("Cost", "Schema")
    assert row(found, "R1").workflows == ("W1",)


@pytest.mark.negative
@pytest.mark.parametrize("outcome", ["skip", "unknown", "invalid"])
def test_what_was_not_judged_shows_nothing(tmp_path: Path, outcome: str) -> None:
    """A skipped, unknown or invalid trial leaves its requirement, oracles and workflow untraced."""
    first = marked("a", outcome, tests=("T1",), workflow="W1", oracles=("Schema", "Cost"))

    found = matrix(tmp_path, first, WHOLE[1])

    assert row(found, "R1").judgement is Judgement.UNJUDGED
    assert [problem.partition(":")[0] for problem in found.problems] == [
        "requirement R1",
        "oracle Schema",
        "oracle Cost",
        "workflow W1",
    ]


@pytest.mark.negative
def test_a_plan_is_no_judgement(tmp_path: Path) -> None:
    """A case that was planned and never tried shows nothing, though its marks are read."""
    planned = RunPlan.of("r", 1, [Case(case="b", requirements=("R2", "R9"))])

    found = matrix(tmp_path, WHOLE[0], planned)

    assert row(found, "R2").judgement is Judgement.UNJUDGED
    assert [problem.partition(":")[0] for problem in found.problems] == ["requirement R2", "requirement R9"]


def test_one_failed_trial_fails_the_row_and_traces_it_all_the_same(tmp_path: Path) -> None:
    """A failure in any run outranks passes; the requirement is judged, which is all that tracing asks."""
    found = matrix(tmp_path, *WHOLE, marked("a", "fail", tests=("T1",), workflow="W1"))

    assert row(found, "R1").judgement is Judgement.FAILED
    assert row(found, "W1").judgement is Judgement.FAILED
    assert found.problems == ()


@pytest.mark.negative
def test_an_id_that_nobody_registered_is_told_with_the_nearest(tmp_path: Path) -> None:
    """A mistyped id on a test is a problem, with who carries it and what was probably meant."""
    strange = marked("c", requirements=("R11",), tests=("T22",), workflow="W2")

    found = matrix(tmp_path, *WHOLE, strange, marked("d", tests=("T22",)))

    path = tmp_path / "registry.toml"
    assert found.problems == (
        f"requirement R11: is not in {path}, and c carries it. Did you mean 'R1'?",
        f"test id T22: is not in {path}, and c and 1 more carries it. Did you mean 'T2'?",
        f"workflow W2: is not in {path}, and c carries it.",
    )


def test_the_order_of_lines_does_not_matter(tmp_path: Path) -> None:
    """The matrix is a fold: the same lines in another order make the same matrix."""
    lines = (*WHOLE, marked("a", "fail", tests=("T2",)))
    assert matrix(tmp_path, *lines) == matrix(tmp_path, *reversed(lines))


@pytest.mark.negative
def test_every_mistake_of_a_registry_is_told_at_once(tmp_path: Path) -> None:
    """Unknown keys, missing sentences and ids that lead nowhere are all named with their lines."""
    path = tmp_path / "registry.toml"
    path.write_text(
        'requirements = 1\n[requirement.R1]\ntests = ["T9"]\n[test.T1]\nsays = "x"\noracles = ["Cots"]\n'
        'workflow = ["W1"]\n[workflow]\nW1 = 3\n'
    )

    with pytest.raises(GateFileError) as caught:
        read_registry(path)

    said = [f"{problem.line}: {problem.message.partition('.')[0]}" for problem in caught.value.problems]
    assert said == [
        "1: unknown key 'requirements'; a registry holds oracle_types and [requirement",
        "2: requirement 'R1': 'says' is missing: One sentence: what it means",
        "3: requirement 'R1': tests names 'T9', which is no test here",
        "6: test 'T1': oracles names 'Cots', which is no oracle type here",
        "7: test 'T1': unknown key 'workflow'",
        "9: workflow 'W1': must be a table of keys, not 3 (a whole number)",
    ]


@pytest.mark.negative
@pytest.mark.parametrize("text", ["", "oracle_types = ['Schema']\n"])
def test_an_empty_registry_is_refused(tmp_path: Path, text: str) -> None:
    """A registry without a requirement, test or workflow would be content with anything."""
    path = tmp_path / "registry.toml"
    path.write_text(text)

    with pytest.raises(GateFileError, match="traces nothing"):
        read_registry(path)
