"""Measure wall time, our own processor time and that of the database server."""

import os
import time
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


def now() -> float:
    return time.perf_counter()


@dataclass(frozen=True, slots=True, kw_only=True)
class Lap:
    """What a stretch of work has cost."""

    wall_s: float
    client_s: float
    server_s: float


class Stopwatch:
    """Runs from its making on."""

    def __init__(self, server: Collection[int] = ()) -> None:
        """Begin; `server` are the processes of the database."""
        self._pids = server
        self._wall, self._client, self._server = time.perf_counter(), time.process_time(), _used_s(server)

    def lap(self) -> Lap:
        return Lap(
            wall_s=time.perf_counter() - self._wall,
            client_s=time.process_time() - self._client,
            server_s=_used_s(self._pids) - self._server,
        )


def _used_s(pids: Collection[int]) -> float:
    """Add up what these processes have used; one that has ended counts no more."""
    total = 0
    for pid in pids:
        try:
            text = Path("/proc", str(pid), "stat").read_text()
        except OSError:
            continue
        fields = text.rpartition(") ")[2].split()
        total += int(fields[11]) + int(fields[12])
    return total / _TICKS
