"""What the commands about flakes share: where the history and the quarantine are, and how errors end."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from autobiz_gates.flakes import (
    HISTORY_FILE,
    QUARANTINE_FILE,
    History,
    HistoryError,
    Quarantine,
    QuarantineEditError,
    open_history,
    read_quarantine,
)
from autobiz_harness.exit_codes import ExitCode

from .answering import answering, fail
from .evaluate import found_gate_file

HISTORY_VARIABLE = "AUTOBIZ_HISTORY"

history_option = click.option(
    "--history",
    metavar="PLACE",
    help=f"A file or a postgresql:// URL. Default: {HISTORY_VARIABLE}, else {HISTORY_FILE}.",
)
file_option = click.option(
    "--file",
    type=click.Path(path_type=Path),
    help=f"The quarantine. Default: {QUARANTINE_FILE} beside the gate file.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")


@contextmanager
def flaking() -> Iterator[None]:
    """A history that fails is infrastructure; a change that is refused is a no."""
    with answering():
        try:
            yield
        except HistoryError as error:
            fail(ExitCode.INFRASTRUCTURE, str(error))
        except QuarantineEditError as error:
            fail(ExitCode.SHUT, str(error))


@contextmanager
def opened_history(place: str | None, *, create: bool) -> Iterator[History | None]:
    """The history, or None where there is none and none is to be made."""
    named = _place(place, Path())
    if not create and "://" not in named and not Path(named).exists():
        yield None
        return
    with kept_history(place) as history:
        yield history


@contextmanager
def kept_history(place: str | None, root: Path = Path()) -> Iterator[History]:
    """The history, made where there is none."""
    named = _place(place, root)
    own = root / HISTORY_FILE
    if Path(named) == own:
        # What is kept there is nobody's source, and must not change what the subject's commit is.
        own.parent.mkdir(exist_ok=True)
        ignore = own.parent / ".gitignore"
        if not ignore.exists():
            ignore.write_text("*\n", encoding="utf-8")
    history = open_history(named, create=True)
    try:
        yield history
    finally:
        history.close()


def _place(place: str | None, root: Path) -> str:
    return place or os.environ.get(HISTORY_VARIABLE) or str(root / HISTORY_FILE)


def quarantine_file(file: Path | None) -> Path:
    return file if file is not None else found_gate_file().parent / QUARANTINE_FILE


def quarantine_of(file: Path | None) -> Quarantine:
    """The quarantine that is named, which must be there, or the one beside the gate file, if any."""
    path = quarantine_file(file)
    return read_quarantine(path) if file is not None or path.exists() else Quarantine(path=str(path))
