"""`gate cassettes`: what is recorded, whether it may be used, and how it is written."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from autobiz_harness.exit_codes import ExitCode

from .root import root_option
from .today import day_of, today_option

if TYPE_CHECKING:
    from autobiz_mocks.cassettes import CassetteFile

_FOLDER = click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("cassettes"),
    show_default=True,
    help="Where they lie, below the project.",
)
_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.group()
def cassettes() -> None:
    """Recorded exchanges with language models; tests replay them and never ask a model."""


@cassettes.command("list")
@root_option
@_FOLDER
@today_option
@_JSON
def list_(root: Path, folder: Path, today: datetime | None, as_json: bool) -> None:
    """List all cassettes: how many exchanges, of which model, from where and when."""
    found = _found(root / folder, today, None)
    if as_json:
        click.echo(json.dumps([_row(each, root) for each in found]))
        return
    for each in found:
        where = each.path.relative_to(root)
        click.echo(f"{where}  {each.exchanges}  {each.model}  {each.source}  {each.recorded_at}")


@cassettes.command()
@root_option
@_FOLDER
@today_option
@click.option("--age-days-max", type=click.IntRange(1, 3650), default=180, show_default=True, help="How old.")
@_JSON
def check(root: Path, folder: Path, today: datetime | None, age_days_max: int, as_json: bool) -> None:
    """Say what is wrong with any cassette: torn, stale, of unknown origin, or holding what must not be kept.

    \b
    Exit codes: 0 nothing, 1 something, 2 no cassettes there.
    """
    found = _found(root / folder, today, age_days_max)
    problems = [f"{each.path.relative_to(root)}: {words}" for each in found for words in each.problems]
    if as_json:
        click.echo(json.dumps([_row(each, root) for each in found]))
    else:
        click.echo("\n".join(problems) or f"{len(found)} cassettes, nothing wrong with any")
    if problems:
        raise click.exceptions.Exit(ExitCode.SHUT)


@cassettes.command()
@click.argument("scripts", nargs=-1, required=True, type=click.Path(path_type=Path))
@root_option
@_FOLDER
@today_option
def record(scripts: tuple[Path, ...], root: Path, folder: Path, today: datetime | None) -> None:
    """Write cassettes from SCRIPTS (TOML: one question, several answers); each is marked as synthetic.

    No model is asked. A cassette that is there already is never written over: remove it first.
    """
    with _usage():
        from autobiz_mocks.cassettes import record as write
        from autobiz_mocks.cassettes import script_of

        read = [script_of(path) for path in scripts]
        for script in read:
            for made in asyncio.run(write(script, root / folder, today=day_of(today))):
                click.echo(str(made.relative_to(root)))


def _found(folder: Path, today: datetime | None, age_days_max: int | None) -> "tuple[CassetteFile, ...]":
    with _usage():
        from autobiz_mocks.cassettes import AGE_DAYS_MAX, CassetteError, cassettes_in

        found = cassettes_in(folder, today=day_of(today), age_days_max=age_days_max or AGE_DAYS_MAX)
        if not found:
            raise CassetteError(f"{folder}: holds no cassettes; name another with --folder")
        return found


def _row(each: "CassetteFile", root: Path) -> dict[str, object]:
    return {
        "path": each.path.relative_to(root).as_posix(),
        "exchanges": each.exchanges,
        "model": each.model,
        "source": each.source,
        "recorded_at": each.recorded_at,
        "problems": list(each.problems),
    }


@contextmanager
def _usage() -> Iterator[None]:
    """Turn what is wrong with files into the exit code of a wrong use."""
    try:
        from autobiz_mocks.cassettes import CassetteError
    except ImportError as error:
        raise click.ClickException(f"{error}; install autobiz[cassettes,kernel]") from error
    try:
        yield
    except CassetteError as error:
        raise click.UsageError(str(error)) from error
