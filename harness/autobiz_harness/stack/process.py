"""A child process that cannot outlive its parent.

On Linux the kernel signals the child when the thread that started it ends (PR_SET_PDEATHSIG), so children
are started from the keeper's main thread only. The signal is armed after the change of user, which would
clear it, and before the program starts. Other systems have no such thing; there the next keeper ends what
it finds left behind (see `leftovers`).
"""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from .account import Account

STOP_S_MAX = 10.0
TAIL_LINES_MAX = 25
_PR_SET_PDEATHSIG = 1
_KEPT_VARIABLES = ("PATH", "HOME", "TMPDIR", "LANG", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")


class Child:
    """One running program and its log."""

    def __init__(
        self,
        argv: Sequence[str],
        *,
        log: Path,
        home: Path,
        account: Account | None,
        stop: signal.Signals,
        orphaned: signal.Signals,
    ) -> None:
        self._log = log
        self._stop = stop
        with log.open("ab") as out:
            self._process = subprocess.Popen(
                argv,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                cwd=home,
                env=_environment(),
                user=account.uid if account else None,
                group=account.gid if account else None,
                extra_groups=[] if account else None,
                preexec_fn=_tie(orphaned),  # noqa: PLW1509 - the keeper has one thread when it starts a child
            )

    @property
    def pid(self) -> int:
        """The process, for `status` and for the curious."""
        return self._process.pid

    def ended(self) -> int | None:
        """Give the exit status, or None while the program runs."""
        return self._process.poll()

    def wait(self) -> int:
        """Block until the program ends."""
        return self._process.wait()

    def stop(self) -> None:
        """Ask, wait, insist."""
        if self._process.poll() is None:
            self._process.send_signal(self._stop)
            try:
                self._process.wait(STOP_S_MAX)
            except subprocess.TimeoutExpired:
                self._process.kill()
        self._process.wait()

    def tail(self) -> str:
        """Give the end of the log."""
        return tail(self._log)


def tail(log: Path) -> str:
    """Give the last lines of a log file."""
    try:
        lines = log.read_text(errors="replace").splitlines()
    except OSError as error:
        return f"(the log cannot be read: {error})"
    return "\n".join(lines[-TAIL_LINES_MAX:]) or "(the log is empty)"


def _environment() -> dict[str, str]:
    """Pass on little: PGPORT would steer the server, and the keys of providers are not its business."""
    return {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ} | {
        "LC_ALL": "C",
        "TZ": "UTC",
    }


def _tie(orphaned: signal.Signals) -> Callable[[], None] | None:
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None)
    parent = os.getpid()

    def tie() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, int(orphaned), 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return tie
