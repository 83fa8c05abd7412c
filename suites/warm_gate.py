"""The `gate` command without its start-up: a process that has everything imported forks for each call."""

import atexit
import json
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

SERVER = Path(__file__).with_name("warm_server.py")


class WarmGate:
    """Runs one command after the other, each in a process of its own."""

    def __init__(self) -> None:
        self._asked, theirs = socket.socketpair()
        with theirs:
            self._server = subprocess.Popen(
                [sys.executable, str(SERVER)], stdin=theirs.fileno(), stdout=subprocess.DEVNULL
            )
        atexit.register(self.close)

    def run(
        self, arguments: Sequence[str], *, folder: Path, environment: Mapping[str, str]
    ) -> tuple[int, str, str]:
        """Run `gate` with these arguments to its end; its exit code and what it said on both streams."""
        wanted = {"arguments": list(arguments), "folder": str(folder), "environment": dict(environment)}
        with (
            tempfile.TemporaryFile() as out,
            tempfile.TemporaryFile() as err,
            Path(os.devnull).open("rb") as none,
        ):
            streams = [none.fileno(), out.fileno(), err.fileno()]
            socket.send_fds(self._asked, [json.dumps(wanted).encode()], streams)
            told = self._asked.recv(64)
            if not told:
                raise AssertionError("the process that starts commands is gone")
            out.seek(0)
            err.seek(0)
            return int(told), out.read().decode(), err.read().decode()

    def close(self) -> None:
        self._asked.close()
        self._server.wait()


@cache
def warm_gate() -> WarmGate:
    """This process's own."""
    return WarmGate()
