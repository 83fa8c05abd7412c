"""Turn what went wrong into one clear message and its exit code; a traceback is never an answer."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import click

from autobiz_gates import GateFileError, LedgerError
from autobiz_harness.exit_codes import ExitCode


@contextmanager
def answering() -> Iterator[None]:
    """Every error a user can cause ends here; all problems of a file are told at once."""
    # Imported late: `gate evaluate` must not pay for the stack or for pydantic.
    try:
        yield
    except GateFileError as error:
        fail(ExitCode.USAGE, *map(str, error.problems))
    except LedgerError as error:
        fail(ExitCode.UNDECIDED, str(error))
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        fail(ExitCode.INFRASTRUCTURE, f"{where}{error.strerror or error}")
    except KeyboardInterrupt:
        fail(ExitCode.INTERRUPTED, "interrupted")


def fail(code: ExitCode, *messages: str) -> NoReturn:
    """Say what is wrong on stderr and end."""
    for message in messages:
        click.echo(f"gate: {message}", err=True)
    raise SystemExit(int(code))
