"""`gate evaluate`: the same decision on any machine, from evidence that exists already."""

import json
import sys
from datetime import datetime
from pathlib import Path

import click

from autobiz_gates import (
    Decision,
    GateDecision,
    Tallies,
    decide_all,
    explain,
    fold_decisions,
    ledgers_among,
    read_gate_file,
    tallies_from,
)
from autobiz_gates.flakes import quarantine_beside
from autobiz_harness.exit_codes import ExitCode

from .answering import answering
from .today import day_of, today_option

CODES = {
    Decision.OPEN: ExitCode.OPEN,
    Decision.SHUT: ExitCode.SHUT,
    Decision.UNDECIDED: ExitCode.UNDECIDED,
}


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--run",
    "runs",
    multiple=True,
    metavar="N PATH",
    type=(click.IntRange(1, 1000), click.Path(path_type=Path)),
    help="JUnit XML or Allure results of run N; repeat it for each run and each file.",
)
@click.option(
    "--gate-file",
    type=click.Path(path_type=Path),
    help="Default: gates/gate.toml, gate.toml, or pyproject.toml.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the decisions as one JSON object.")
@click.option("--markdown", "as_markdown", is_flag=True, help="Print a table for a CI job's summary.")
@click.option("--explain", "in_full", is_flag=True, help="Print every condition and every number.")
@today_option
def evaluate(
    paths: tuple[Path, ...],
    runs: tuple[tuple[int, Path], ...],
    gate_file: Path | None,
    as_json: bool,
    as_markdown: bool,
    in_full: bool,
    today: datetime | None,
) -> None:
    """Decide every gate from PATHS: ledgers, JUnit XML files, folders of Allure results.

    Ledgers know their runs, from any number of machines and shards. Results of other tools do not: name each
    with --run, or they all are taken as run 1. Cases in quarantine.toml beside the gate file are left out.
    """
    if not paths and not runs:
        raise click.UsageError("name a ledger, a JUnit XML file or a folder of results")
    if as_json + as_markdown + in_full > 1:
        raise click.UsageError("--json, --markdown and --explain are three answers; ask for one")
    with answering():
        gates = read_gate_file(gate_file or found_gate_file())
        tallies = tallies_from(paths, runs)
        quarantine = quarantine_beside(gates.path)
        decisions = decide_all(
            gates, tallies, day_of(today), ledgers=ledgers_among(paths), quarantine=quarantine
        )
        answer = fold_decisions(decisions)
        if as_json:
            click.echo(json.dumps(_as_dict(answer, decisions, tallies), indent=2))
        elif in_full:
            click.echo("\n".join([*map(explain, decisions), str(answer).upper()]))
        else:
            _print(answer, decisions, tallies, as_markdown=as_markdown)
        sys.exit(int(CODES[answer]))


def found_gate_file() -> Path:
    for name in ("gates/gate.toml", "gate.toml", "pyproject.toml"):
        if Path(name).exists():
            return Path(name)
    return Path("gate.toml")


def _as_dict(answer: Decision, decisions: tuple[GateDecision, ...], tallies: Tallies) -> dict[str, object]:
    return {
        "decision": str(answer),
        "exit_code": int(CODES[answer]),
        "gates": [decision.to_dict() for decision in decisions],
        "problems": list(tallies.problems),
    }


def _print(
    answer: Decision, decisions: tuple[GateDecision, ...], tallies: Tallies, *, as_markdown: bool
) -> None:
    from autobiz_reports import gates_markdown, gates_text, print_gates

    gates = tuple(decision.to_dict() for decision in decisions)
    if as_markdown:
        click.echo(gates_markdown(str(answer), gates, tallies.problems), nl=False)
    elif not sys.stdout.isatty():
        # Colours are for eyes, and a pipe should not wait for the import that makes them.
        click.echo(f"{gates_text(gates, tallies.problems)}\n{str(answer).upper()}")
    else:
        from rich.console import Console

        console = Console(highlight=False, soft_wrap=True)
        print_gates(gates, tallies.problems, console)
        console.print(str(answer).upper(), style="bold")
