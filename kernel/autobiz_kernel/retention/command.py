"""`autobiz retain` and `autobiz archive verify`."""

import sys
from datetime import UTC, datetime
from pathlib import Path

import click
import orjson

from autobiz_kernel.cli_options import EXIT_FOUND, FILE, compiled_from, database
from autobiz_kernel.clock import SystemClock

from .retaining import retain
from .verifying import verify_archive
from .weeks import Ages

_DEFAULTS = Ages()


@click.command("retain")
@database
@click.option(
    "--archive",
    "folder",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    required=True,
    help="Folder of the files, on a disk of its own.",
)
@click.option(
    "--hot-weeks", type=int, help=f"From this age on a week is sealed.  [default: {_DEFAULTS.hot_weeks}]"
)
@click.option(
    "--warm-weeks", type=int, help=f"From this age on a week is a file.  [default: {_DEFAULTS.warm_weeks}]"
)
@click.option("--business", type=FILE, help="The business's file, whose `retention` says both.")
@click.option("--tools", envvar="AUTOBIZ_TOOLS", help="The registry of that business's tools.")
@click.option(
    "--today", type=click.DateTime(["%Y-%m-%d"]), help="Another day, to see what will happen on it."
)
@click.option("--dry-run", is_flag=True, help="Say what would be done and do nothing.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def retain_command(
    *,
    database: str,
    folder: Path,
    hot_weeks: int | None,
    warm_weeks: int | None,
    business: Path | None,
    tools: str | None,
    today: datetime | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Seal the weeks that are over and move the old ones into files; ends with 1 if one could not be."""
    ages = _ages(hot_weeks, warm_weeks, business, tools)
    now = SystemClock().now() if today is None else today.replace(tzinfo=UTC)
    is_good, count = True, 0
    for move in retain(database, folder, ages=ages, now=now, rehearse=dry_run):
        is_good, count = is_good and move.is_good, count + 1
        if as_json:
            said = {
                "partition": move.partition,
                "step": move.step.value,
                "says": move.says,
                "dry_run": dry_run,
            }
            click.echo(orjson.dumps(said))
        else:
            click.echo(f"{move.partition}: {move.step}: {move.says}")
    if not count and not as_json:
        click.echo("nothing to do")
    if not is_good:
        sys.exit(EXIT_FOUND)


def _ages(hot: int | None, warm: int | None, business: Path | None, tools: str | None) -> Ages:
    if business is None:
        return Ages(
            hot_weeks=_DEFAULTS.hot_weeks if hot is None else hot,
            warm_weeks=_DEFAULTS.warm_weeks if warm is None else warm,
        )
    if hot is not None or warm is not None:
        raise click.UsageError("--business says the weeks; leave out --hot-weeks and --warm-weeks")
    if tools is None:
        raise click.UsageError("--business needs --tools, the registry that it is compiled against")
    said = compiled_from(business, tools).file.retention
    return Ages(hot_weeks=said.hot_weeks, warm_weeks=said.warm_weeks)


@click.group("archive")
def archive_commands() -> None:
    """Look after weeks that are in files."""


@archive_commands.command("verify")
@database
@click.argument("files", type=FILE, nargs=-1, required=True)
def verify_command(database: str, files: tuple[Path, ...]) -> None:
    """Hold files against what was sealed, and the receipts in them against their chains and runs."""
    is_good = True
    for file in files:
        rows, found = verify_archive(database, file)
        for sentence in found:
            click.echo(f"{file}: {sentence}")
        if found:
            is_good = False
        else:
            click.echo(f"{file}: {rows} rows, as they were sealed")
    if not is_good:
        sys.exit(EXIT_FOUND)
