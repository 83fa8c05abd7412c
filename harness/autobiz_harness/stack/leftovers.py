"""What a keeper that was killed left behind: data directories, and on systems other than Linux programs.

The caller holds `alive.lock`, so no keeper lives and every `run-*` directory is a dead one's. A program of
such a keeper is known by that directory on its command line: the name is random, so nobody else's has it.
"""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path


def end_leftovers(room: Path) -> None:
    """End the programs and remove the data of keepers that are no more."""
    stale = sorted(room.glob("run-*"))
    if stale and sys.platform != "linux":
        end_programs(stale)
    for home in stale:
        shutil.rmtree(home, ignore_errors=True)


def end_programs(homes: list[Path]) -> list[int]:
    """Kill every process that names one of the directories on its command line, and give their numbers."""
    listed = subprocess.run(
        ["ps", "-A", "-ww", "-o", "pid=,args="], capture_output=True, text=True, errors="replace", check=False
    ).stdout
    ended = []
    for line in listed.splitlines():
        number, _, command = line.strip().partition(" ")
        if int(number) != os.getpid() and any(str(home) in command for home in homes):
            try:
                os.kill(int(number), signal.SIGKILL)
            except ProcessLookupError:
                continue
            ended.append(int(number))
    return ended
