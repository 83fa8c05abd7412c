"""End this process group when the program that started it is gone, however it died.

`gate run` keeps the writing end of a pipe and never writes. The kernel closes it with the process, even on
kill -9; the reader then sees the end of the file. That works the same on Linux and macOS.
"""

import contextlib
import os
import signal
import threading

VARIABLE = "AUTOBIZ_LIFELINE"


def hold_on() -> None:
    """Watch the lifeline named in the environment, if there is one."""
    named = os.environ.pop(VARIABLE, None)
    if named is None or not named.isdecimal():
        return
    reader = int(named)
    with contextlib.suppress(OSError):
        os.set_inheritable(reader, False)
        threading.Thread(target=_watch, args=(reader,), name="autobiz-lifeline", daemon=True).start()


def _watch(reader: int) -> None:
    with contextlib.suppress(OSError):
        os.read(reader, 1)
    os.killpg(os.getpgid(0), signal.SIGKILL)
