"""`gate run`: the main way, from the stack to the exit code."""

import json
import signal
import sys
from pathlib import Path
from types import FrameType

import click

from autobiz_harness.exit_codes import ExitCode
from autobiz_reports import RunReport, print_decision

from .answering import answering, fail


@click.command()
@click.argument("stages", nargs=-1)
@click.option("--seed", type=click.IntRange(0, 2**32 - 1), default=0, help="Base of every trial's own seed.")
@click.option("--resume", is_flag=True, help="Go on with the latest run; only missing trials are run.")
@click.option(
    "--slice", "slice_name", metavar="NAME", help="Only the part that [tool.autobiz.slice.NAME] names."
)
@click.option(
    "--shard", metavar="I/N", help="Only part I of N of the cases; `gate evaluate` folds the parts."
)
@click.option("--all", "run_all", is_flag=True, help="Go on even when no further trial can open the gates.")
@click.option("--json", "as_json", is_flag=True, help="Print the decision as one JSON object on stdout.")
@click.option("--plain", is_flag=True, help="Plain progress lines, as when stderr is no terminal.")
@click.option(
    "--root",
    type=click.Path(file_okay=False, exists=True, path_type=Path),
    default=Path(),
    help="The project (.).",
)
def run(
    stages: tuple[str, ...],
    *,
    seed: int,
    resume: bool,
    slice_name: str | None,
    shard: str | None,
    run_all: bool,
    as_json: bool,
    plain: bool,
    root: Path,
) -> None:
    """Run the STAGES (all of them by default), decide, and leave evidence and a report.

    Stages come from [[tool.autobiz.stage]] in pyproject.toml, or from the folders below suites/, or it is one
    stage of all tests, run three times. A stage that fails stops the later ones, and a repeated stage stops
    when no further trial can open its gate. Ctrl-C leaves a run that --resume goes on with.
    """
    from autobiz_harness.run.config import ConfigError
    from autobiz_harness.run.progress import view_for
    from autobiz_harness.run.rundir import RunDirError
    from autobiz_harness.run.runner import RunOptions, run_project
    from autobiz_harness.stack import StackError

    if resume and (slice_name or shard or seed):
        raise click.UsageError(
            "--resume goes on with the run as it was begun; leave --seed, --slice and --shard out"
        )
    _check_shard(shard)
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
        try:
            report = run_project(options, view_for(live=not plain))
        except ConfigError as error:
            fail(ExitCode.USAGE, *error.problems)
        except RunDirError as error:
            fail(ExitCode.INFRASTRUCTURE if error.is_infrastructure else ExitCode.USAGE, str(error))
        except StackError as error:
            fail(ExitCode.INFRASTRUCTURE, str(error))
        _print(report, as_json=as_json)
        sys.exit(report.exit_code)


def _print(report: RunReport, *, as_json: bool) -> None:
    folder = report.folder
    if as_json:
        files = {
            "evidence": f"{folder}/evidence.json",
            "report": f"{folder}/report.html",
            "ledger": f"{folder}/ledger",
        }
        click.echo(json.dumps({**report.to_dict(), "files": files}, indent=2))
        return
    from rich.console import Console

    console = Console(highlight=False, soft_wrap=True)
    console.print()
    print_decision(report, console)
    _print_logs(report)
    click.echo(f"evidence {folder}/evidence.json\nreport   {folder}/report.html")


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
