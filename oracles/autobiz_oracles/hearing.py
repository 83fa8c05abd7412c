"""Who hears a verdict when it is given: whoever listens, or nobody."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from .verdict import Verdict

Listener = Callable[[Verdict], None]

# One trial runs at a time in a process, and its threads give verdicts too: so no context variable.
_listeners: list[Listener] = []


def hear(verdict: Verdict) -> Verdict:
    """Tell the innermost listener of a verdict."""
    if _listeners:
        _listeners[-1](verdict)
    return verdict


@contextmanager
def listening(listener: Listener) -> Iterator[None]:
    """Hear every verdict that is given meanwhile, whether or not anybody insists on it."""
    _listeners.append(listener)
    try:
        yield
    finally:
        _listeners.remove(listener)


@contextmanager
def unheard() -> Iterator[None]:
    """Let nobody hear: for those who try out an oracle and do not judge by it."""
    with listening(_ignore):
        yield


def _ignore(_verdict: Verdict) -> None:
    """Hear nothing."""
