"""`gate criteria`: which criteria hold, from the gates that prove them."""

import json
import sys
from datetime import datetime
from pathlib import Path

import click

from autobiz_gates import (
    CriterionDecision,
    Decision,
    Tallies,
    decide_all,
    decide_criteria,
    explain,
    fold_criteria,
    ledgers_among,
    read_criteria_file,
    tallies_from,
)
from autobiz_gates.flakes import quarantine_beside

from .answering import answering
from .evaluate import CODES, found_gate_file
from .root import root_option
from .today import day_of, today_option


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--ledger",
    "ledgers",
    multiple=True,
    metavar="PATH",
    type=click.Path(path_type=Path),
    help="A ledger, JUnit XML or Allure results; give it once for each. Default: the latest run's ledger.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the answers as one JSON object.")
@click.option("--markdown", "as_markdown", is_flag=True, help="Print a table for a CI job's summary.")
@click.option("--explain", "in_full", is_flag=True, help="Print every gate below the table, too.")
@today_option
@root_option
def criteria(
    *,
    file: Path,
    ledgers: tuple[Path, ...],
    as_json: bool,
    as_markdown: bool,
    in_full: bool,
    today: datetime | None,
    root: Path,
) -> None:
    """Say which criteria of FILE hold, and why the others do not.

    A criterion holds if every gate that it names is open. Without any run, gates over trials are undecided
    and those over files decide. Cases in quarantine.toml beside the gate file are left out. The exit code is
    that of the worst criterion, as with `gate evaluate`.

    \b
      gate criteria gates/criteria/autobiz-p1.toml
      gate criteria exit.toml --ledger .autobiz/runs/RUN/ledger --markdown >> "$SUMMARY"
    """
    if as_json + as_markdown + in_full > 1:
        raise click.UsageError("--json, --markdown and --explain are three answers; ask for one")
    with answering():
        read = read_criteria_file(file)
        paths = ledgers or _latest(root)
        tallies = tallies_from(paths) if paths else Tallies(cases=(), runs=())
        gates = decide_all(
            read.gate_file,
            tallies,
            day_of(today),
            root,
            ledgers_among(paths),
            quarantine=quarantine_beside(root / found_gate_file()),
        )
        decided = decide_criteria(read.criteria, gates)
        answer = fold_criteria(decided)
        if as_json:
            said = {
                "decision": str(answer),
                "exit_code": int(CODES[answer]),
                "criteria": [one.to_dict() for one in decided],
                "gates": [one.to_dict() for one in gates],
                "problems": list(tallies.problems),
            }
            click.echo(json.dumps(said, indent=2))
        else:
            _print(answer, decided, as_markdown=as_markdown)
            if in_full:
                click.echo("\n".join(map(explain, gates)))
        sys.exit(int(CODES[answer]))


def _latest(root: Path) -> tuple[Path, ...]:
    """The ledger of the latest run; before the first, there is nothing to read."""
    runs = root / ".autobiz" / "runs"
    try:
        ledger = runs / (runs / "latest").read_text(encoding="utf-8").strip() / "ledger"
    except OSError:
        return ()
    return (ledger,) if any(ledger.glob("*.jsonl")) else ()


def _print(answer: Decision, decided: tuple[CriterionDecision, ...], *, as_markdown: bool) -> None:
    from autobiz_reports import criteria_markdown, criteria_text

    rows = tuple(one.to_dict() for one in decided)
    if as_markdown:
        click.echo(criteria_markdown(str(answer), rows), nl=False)
    else:
        click.echo(f"{criteria_text(rows)}\n{str(answer).upper()}")
