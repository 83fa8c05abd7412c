"""`gate run`: the main way, from the stack to the exit code."""

import json
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

import click

from autobiz_harness.exit_codes import ExitCode
from autobiz_reports import RunReport, criteria_markdown, gates_markdown, print_decision

from .answering import answering
from .naming import slice_names, stage_names
from .proving import chain_option, key_option, proving, signing_key
from .root import root_option
from .starting import starting

if TYPE_CHECKING:
    from autobiz_gates.evidence import SigningKey

    from .signing import SignedRun


@click.command()
@click.argument("stages", nargs=-1, shell_complete=stage_names)
@click.option(
    "--seed",
    type=click.IntRange(0, 2**32 - 1),
    help="Base of every trial's own seed. Default: how many attempts on this subject came before.",
)
@click.option("--resume", is_flag=True, help="Go on with the latest run; only missing trials are run.")
@click.option(
    "--slice",
    "slice_name",
    metavar="NAME",
    shell_complete=slice_names,
    help="Only the part that [tool.autobiz.slice.NAME] names.",
)
@click.option(
    "--shard", metavar="I/N", help="Only part I of N of the cases; `gate evaluate` folds the parts."
)
@click.option("--all", "run_all", is_flag=True, help="Go on even when no further trial can open the gates.")
@click.option("--json", "as_json", is_flag=True, help="Print the decision as one JSON object on stdout.")
@click.option(
    "--markdown",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Add the decision to FILE, as a table for a CI job's summary.",
)
@click.option("--sign", is_flag=True, help="Sign the evidence at the end, as `gate evidence` does.")
@key_option
@chain_option
@click.option("--plain", is_flag=True, help="Plain progress lines, as when stderr is no terminal.")
@root_option
def run(
    *,
    stages: tuple[str, ...],
    seed: int | None,
    resume: bool,
    slice_name: str | None,
    shard: str | None,
    run_all: bool,
    as_json: bool,
    markdown: Path | None,
    sign: bool,
    key: Path | None,
    chain: Path,
    plain: bool,
    root: Path,
) -> None:
    """Run the STAGES (all of them by default), decide, and leave evidence and a report.

    Stages come from [[tool.autobiz.stage]] in pyproject.toml, or from the folders below suites/, or it is one
    stage of all tests, run three times. A stage that fails stops the later ones, and a repeated stage stops
    when no further trial can open its gate. Ctrl-C leaves a run that --resume goes on with.
    """
    from autobiz_harness.run.progress import view_for
    from autobiz_harness.run.runner import RunOptions, run_project

    if resume and (slice_name or shard or seed is not None):
        raise click.UsageError("--resume goes on as the run was begun; leave --seed, --slice and --shard out")
    if key is not None and not sign:
        raise click.UsageError("--key is for --sign, which is not there")
    _check_shard(shard)
    # Before anything runs: a key that is not there is told at once, and none of the tests can see it.
    signer = _signer(key) if sign else None
    signal.signal(signal.SIGTERM, _as_ctrl_c)
    options = RunOptions(
        root=root.resolve(),
        stages=stages,
        seed=seed,
        slice=slice_name,
        shard=shard,
        resume=resume,
        run_all=run_all,
    )
    with answering():
        with starting():
            report = run_project(options, view_for(live=not plain))
        if markdown is not None:
            _add_markdown(markdown, report)
        _remember(report, root)
        signed = _sign(report, signer, root, chain) if signer is not None else None
        _print(report, signed, as_json=as_json)
        sys.exit(report.exit_code)


def _signer(key: Path | None) -> "SigningKey":
    with proving():
        return signing_key(key)


def _sign(report: RunReport, signer: "SigningKey", root: Path, chain: Path) -> "SignedRun | None":
    """An interrupted run is not signed: it can still be gone on with."""
    from autobiz_harness.run.rundir import RunDir

    from .signing import sign_run

    if report.exit_code == ExitCode.INTERRUPTED:
        click.echo("gate: not signed; `gate run --resume --sign` goes on and signs", err=True)
        return None
    run = RunDir(path=root / report.folder)
    with proving():
        return sign_run(run, signer, root=root, chain=chain, out=None, gate_file=None)


def _remember(report: RunReport, root: Path) -> None:
    """Keep what every trial came to for `gate flakes`. Where that fails the decision is what it was."""
    from autobiz_gates import LedgerError
    from autobiz_gates.flakes import HistoryError, rows_of

    from .flaking import kept_history

    ledger = root / report.folder / "ledger"
    if not any(ledger.glob("*.jsonl")):
        return
    try:
        rows = tuple(rows_of([ledger]))
        with kept_history(None, root) as history:
            history.append(rows)
    except (HistoryError, LedgerError) as error:
        click.echo(f"gate: not recorded for `gate flakes`: {error}", err=True)
        return
    passed = {row.case for row in rows if row.outcome == "pass"}
    both = passed & {row.case for row in rows if row.outcome != "pass"}
    if both:
        noun = "1 case" if len(both) == 1 else f"{len(both)} cases"
        words = f"{noun} passed and failed: `gate flakes` says where that stands, `gate burst` examines it"
        click.echo(words, err=True)


def _add_markdown(path: Path, report: RunReport) -> None:
    """A summary is often the file of several steps, so what stands there stays."""
    with path.open("a", encoding="utf-8") as file:
        file.write(gates_markdown(report.decision, report.gates, report.problems, report.sentence))
        if report.criteria is not None:
            answered = report.criteria
            rows = criteria_markdown(answered["decision"], tuple(answered["criteria"]))
            file.write(f"\n{rows}")


def _print(report: RunReport, signed: "SignedRun | None", *, as_json: bool) -> None:
    folder = report.folder
    if as_json:
        files = {
            "evidence": f"{folder}/evidence.json",
            "report": f"{folder}/report.html",
            "ledger": f"{folder}/ledger",
        }
        said = {"signed": signed.to_dict()} if signed is not None else {}
        click.echo(json.dumps({**report.to_dict(), "files": files, **said}, indent=2))
        return
    from rich.console import Console

    console = Console(highlight=False, soft_wrap=True)
    console.print()
    print_decision(report, console)
    _print_logs(report)
    click.echo(f"evidence {folder}/evidence.json\nreport   {folder}/report.html")
    if signed is not None:
        click.echo("\n".join(signed.lines()))


def _print_logs(report: RunReport) -> None:
    """Where a stage broke or stopped, the end of what pytest said is the quickest explanation."""
    from autobiz_harness.run.staging import log_tail

    for stage in report.stages:
        if stage["log"] and stage["status"] not in ("passed", "empty", "interrupted"):
            click.echo(f"--- end of {stage['log']}\n{log_tail(Path(stage['log']))}\n---", err=True)


def _check_shard(shard: str | None) -> None:
    if shard is None:
        return
    index, _, count = shard.partition("/")
    if not (index.isdecimal() and count.isdecimal() and 1 <= int(index) <= int(count)):
        raise click.UsageError(f"--shard {shard}: write it as I/N with 1 <= I <= N, for example 1/4")


def _as_ctrl_c(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
