"""End a process and everything that it has started, also what has left its group."""

import os
import signal
from asyncio.subprocess import Process
from contextlib import suppress
from pathlib import Path

MARK = "AUTOBIZ_ISOLATED"
ROUNDS_MAX = 20

_PROCESSES = Path("/proc")


def kill_all(leader: Process, mark: str) -> None:
    """Kill the leader's group and, where the machine lets us look, whoever carries the mark.

    A child can begin a session of its own, but the environment that it was born with stays readable. One that
    is being born while we look is met in the next round.
    """
    for _ in range(ROUNDS_MAX):
        # The number of a leader that has ended may be another's by now; the mark is nobody else's.
        if leader.returncode is None or not _PROCESSES.is_dir():
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(leader.pid, signal.SIGKILL)
        found, unsure = _marked(f"{MARK}={mark}".encode(), younger_than=leader.pid)
        for pid in found:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        if not (found or unsure):
            return


def _marked(wanted: bytes, *, younger_than: int) -> tuple[list[int], bool]:
    """Return who carries the mark, and whether a younger process is just becoming another program.

    For that moment its environment reads as empty, and the mark would be missed.
    """
    found, unsure = [], False
    for entry in _PROCESSES.glob("[0-9]*"):
        # Processes end while we look at them, and others' are not ours to read.
        with suppress(OSError):
            environment = (entry / "environ").read_bytes()
            if wanted in environment.split(b"\0"):
                found.append(int(entry.name))
            elif not environment and int(entry.name) > younger_than:
                unsure = unsure or bool((entry / "exe").readlink())
    return found, unsure
