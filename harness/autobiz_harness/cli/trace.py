"""`gate trace`: which requirement is shown by which judged test, oracle and workflow, and what is not."""

import json
import sys
from collections import Counter
from pathlib import Path

import click

from autobiz_gates import ledger_files, read_lines
from autobiz_gates.trace import Judgement, Matrix, Row, matrix_of, read_registry
from autobiz_harness.exit_codes import ExitCode

from .answering import answering, fail
from .columns import columns

_HEAD = ("id", "judged", "cases", "tests", "oracles", "workflows", "says")
_KINDS = ("requirement", "test", "oracle", "workflow")
_PLACES = ("suites/registry.toml", "registry.toml")


@click.command()
@click.argument("ledgers", metavar="[LEDGER]...", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--registry",
    type=click.Path(path_type=Path),
    help=f"The file that declares the ids. Default: {' or '.join(_PLACES)}.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the matrix as one JSON object.")
@click.option("--check", is_flag=True, help="End with 1 if something is not traced, and say what.")
@click.option(
    "--root",
    type=click.Path(file_okay=False, exists=True, path_type=Path),
    default=Path(),
    help="The project (.).",
)
def trace(
    *, ledgers: tuple[Path, ...], registry: Path | None, as_json: bool, check: bool, root: Path
) -> None:
    """Print requirement by test id, oracle type and workflow, as the trials of the LEDGERs judged them.

    The registry says what there is to show; marks on tests (requirement, test_id, workflow) say what shows
    it. Only a trial that passed or failed judges. Without a LEDGER the latest run's is read.

    \b
    --check ends with 1 for
      a requirement without a judged test,
      an id on a test that the registry does not hold,
      an oracle type that is declared and judged nothing,
      a workflow without a judged test,
      a requirement or workflow that awaits what is not built: told apart, and a gap like any other.

    \b
      pytest --gate-ledger ledger; gate trace ledger --check
      gate trace --registry suites/registry.toml --json .autobiz/runs/RUN/ledger
    """
    with answering():
        declared = read_registry(registry or _found(root))
        paths = ledgers or _latest(root)
        for path in paths:
            if not path.exists():
                fail(ExitCode.UNDECIDED, f"{path}: no such ledger; name the folder given to --gate-ledger")
        matrix = matrix_of(declared, (line for path in ledger_files(paths) for line in read_lines(path)))
    if as_json:
        said = {
            "rows": [row.to_dict() for row in matrix.rows],
            "problems": list(matrix.problems),
            "awaited": list(matrix.awaited),
            "judged": {kind: _judged(matrix, kind) for kind in _KINDS},
        }
        click.echo(json.dumps(said, indent=2))
    else:
        _print(matrix)
        if check:
            for problem in matrix.problems:
                click.echo(f"NOT TRACED: {problem}")
            for awaited in matrix.awaited:
                click.echo(f"NOT BUILT: {awaited}")
    sys.exit(int(ExitCode.SHUT if check and not matrix.is_complete else ExitCode.OPEN))


def _found(root: Path) -> Path:
    return next((root / place for place in _PLACES if (root / place).exists()), root / _PLACES[0])


def _latest(root: Path) -> tuple[Path, ...]:
    """The ledger of the latest run; before the first, nothing is judged."""
    runs = root / ".autobiz" / "runs"
    try:
        ledger = runs / (runs / "latest").read_text(encoding="utf-8").strip() / "ledger"
    except OSError:
        return ()
    return (ledger,) if ledger.exists() else ()


def _judged(matrix: Matrix, kind: str) -> dict[str, int]:
    counts = Counter(row.judgement for row in matrix.of(kind))
    return {str(judgement): counts[judgement] for judgement in Judgement}


def _print(matrix: Matrix) -> None:
    click.echo(columns(_HEAD, [_cells(row) for row in matrix.rows]))
    for kind in _KINDS:
        rows = matrix.of(kind)
        judged = [row for row in rows if row.judgement is not Judgement.UNJUDGED]
        failed = sum(row.judgement is Judgement.FAILED for row in rows)
        if rows:
            words = f", {failed} of them failed" if failed else ""
            click.echo(f"{kind}: {len(judged)} of {len(rows)} judged{words}")


def _cells(row: Row) -> tuple[str, ...]:
    return (
        row.name,
        str(row.judgement),
        str(row.cases),
        ", ".join(row.tests) or "-",
        ", ".join(row.oracles) or "-",
        ", ".join(row.workflows) or "-",
        row.says or "-",
    )
