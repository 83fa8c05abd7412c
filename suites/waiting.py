"""Wait for what another process does: until it holds, and never longer than a deadline with a sentence."""

import time
from collections.abc import Callable, Iterator

_DEADLINE_S = 60.0


def patiently(what: str) -> Iterator[None]:
    """Let the caller look again and again; where it looks in vain until the deadline, the test fails."""
    deadline = time.monotonic() + _DEADLINE_S
    while time.monotonic() < deadline:
        yield
    raise AssertionError(f"waited {_DEADLINE_S:g} s in vain until {what}")


def wait_until(holds: Callable[[], bool], what: str) -> None:
    """Look every few milliseconds until it holds."""
    for _ in patiently(what):
        if holds():
            return
        time.sleep(0.01)
