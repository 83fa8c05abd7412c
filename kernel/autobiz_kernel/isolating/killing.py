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
        found = _marked(f"{MARK}={mark}".encode())
        for pid in found:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        if not found:
            return


def _marked(wanted: bytes) -> list[int]:
    found = []
    for entry in _PROCESSES.glob("[0-9]*"):
        # Processes end while we look at them, and others' are not ours to read.
        with suppress(OSError):
            if wanted in (entry / "environ").read_bytes().split(b"\0"):
                found.append(int(entry.name))
    return found
