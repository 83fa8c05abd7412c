"""Measure wall time, our own processor time and that of the database server."""

import os
import time
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

    def __init__(self) -> None:
        self._wall, self._client, self._server = time.perf_counter(), time.process_time(), _server_s()

    def lap(self) -> Lap:
        return Lap(
            wall_s=time.perf_counter() - self._wall,
            client_s=time.process_time() - self._client,
            server_s=_server_s() - self._server,
        )


def _server_s() -> float:
    """Add up what all living PostgreSQL processes of this machine have used."""
    total = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            text = stat.read_text()
        except OSError:
            continue
        name, _, rest = text.partition(") ")
        if name.endswith("(postgres"):
            fields = rest.split()
            total += int(fields[11]) + int(fields[12])
    return total / _TICKS
