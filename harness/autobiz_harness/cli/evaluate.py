"""`gate evaluate`: the same decision on any machine, from ledgers alone."""

import json
import sys
from pathlib import Path

import click

from autobiz_gates import Decision, GateDecision, Tallies, decide_all, fold, fold_decisions, read_gate_file
from autobiz_harness.clock import utc_now
from autobiz_harness.exit_codes import ExitCode

from .answering import answering

_CODES = {
    Decision.OPEN: ExitCode.OPEN,
    Decision.SHUT: ExitCode.SHUT,
    Decision.UNDECIDED: ExitCode.UNDECIDED,
}


@click.command()
@click.argument("ledgers", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--gate-file",
    type=click.Path(path_type=Path),
    help="Default: gates/gate.toml, gate.toml, or pyproject.toml.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the decisions as one JSON object.")
def evaluate(ledgers: tuple[Path, ...], gate_file: Path | None, as_json: bool) -> None:
    """Fold LEDGERS (files or folders, from any number of runs and shards) and decide every gate."""
    with answering():
        gates = read_gate_file(gate_file or found_gate_file())
        tallies = fold(ledgers)
        decisions = decide_all(gates, tallies, utc_now().date())
        answer = fold_decisions(decisions)
        if as_json:
            click.echo(json.dumps(_as_dict(answer, decisions, tallies), indent=2))
        else:
            _print(answer, decisions, tallies)
        sys.exit(int(_CODES[answer]))


def found_gate_file() -> Path:
    for name in ("gates/gate.toml", "gate.toml", "pyproject.toml"):
        if Path(name).exists():
            return Path(name)
    return Path("gate.toml")


def _as_dict(answer: Decision, decisions: tuple[GateDecision, ...], tallies: Tallies) -> dict[str, object]:
    return {
        "decision": str(answer),
        "exit_code": int(_CODES[answer]),
        "gates": [decision.to_dict() for decision in decisions],
        "problems": list(tallies.problems),
    }


def _print(answer: Decision, decisions: tuple[GateDecision, ...], tallies: Tallies) -> None:
    from rich.console import Console

    from autobiz_reports import print_gates

    console = Console(highlight=False, soft_wrap=True)
    print_gates(tuple(decision.to_dict() for decision in decisions), tallies.problems, console)
    console.print(f"{str(answer).upper()}", style="bold")
