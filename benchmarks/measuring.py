"""What a whole process costs: the processor time of it and of all it waited for, and the wall clock."""

import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """One process from start to end."""

    exit_code: int
    user_s: float
    system_s: float
    wall_s: float

    @property
    def cpu_s(self) -> float:
        return self.user_s + self.system_s


def measure(command: Sequence[str], *, cwd: Path, env: Mapping[str, str], log: Path) -> Cost:
    """Run a command to its end; what it prints goes to `log`."""
    with log.open("wb") as output:
        began = time.monotonic()
        process = subprocess.Popen(
            command, cwd=cwd, env=env, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
        )
        _, status, used = os.wait4(process.pid, 0)
        wall_s = time.monotonic() - began
    # The child is reaped already; without this, Popen would look for it in vain.
    process.returncode = os.waitstatus_to_exitcode(status)
    return Cost(exit_code=process.returncode, user_s=used.ru_utime, system_s=used.ru_stime, wall_s=wall_s)
