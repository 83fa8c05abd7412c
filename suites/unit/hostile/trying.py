"""Try hostile inputs at a door: each within its seconds of processor time, each with an answer of ours."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Final

from click.testing import CliRunner

from autobiz_harness.cli import main

from .counted_doors import counted_doors
from .door import Door, FindingError, demand
from .signed_doors import signed_doors

CPU_S_MAX: Final = 2.0


class TooSlowError(BaseException):
    """An input took longer than any may; no reader catches this by accident."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """An input that got through, and what it came to."""

    door: str
    data: bytes
    what: str


def doors(folder: Path) -> tuple[Door, ...]:
    """Every way in; hostile inputs lie below `folder` while they are tried."""
    return (*counted_doors(folder), *signed_doors(folder))


def tried(door: Door, data: bytes, cpu_s_max: float = CPU_S_MAX) -> str | Finding:
    """What the door said, or what is wrong with that."""
    try:
        with _limited(cpu_s_max):
            return door.attempt(data)
    except TooSlowError:
        return Finding(door=door.name, data=data, what=f"took more than {cpu_s_max:g} s")
    except FindingError as error:
        return Finding(door=door.name, data=data, what=str(error))
    except BaseException as error:  # noqa: BLE001  whatever else comes out is what is looked for
        return Finding(door=door.name, data=data, what=f"{type(error).__name__}: {str(error)[:200]}")


def commanded(door: Door, data: bytes, cpu_s_max: float = CPU_S_MAX) -> Finding | None:
    """The same through the command line, on the input that was tried last."""
    for command in door.commands:
        try:
            with _limited(cpu_s_max):
                _answered(door, command)
        except TooSlowError:
            return Finding(
                door=door.name, data=data, what=f"gate {command[0]} took more than {cpu_s_max:g} s"
            )
        except FindingError as error:
            return Finding(door=door.name, data=data, what=str(error))
    return None


def _answered(door: Door, command: tuple[str, ...]) -> None:
    result = CliRunner().invoke(main, list(command))
    error = result.exception
    if isinstance(error, TooSlowError):
        raise error
    words = f"gate {' '.join(command)}: {type(error).__name__}: {error}"
    demand(error is None or isinstance(error, SystemExit), words)
    demand(door.lenient or result.exit_code, f"gate {' '.join(command)}: ended with 0")
    demand(result.exit_code in range(6), f"gate {' '.join(command)}: ended with {result.exit_code}")


@contextmanager
def _limited(cpu_s_max: float) -> Iterator[None]:
    def stop(number: int, frame: FrameType | None) -> None:
        raise TooSlowError

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, cpu_s_max)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
