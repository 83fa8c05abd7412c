"""Settle a verdict: fail at once, or keep it until a soft block ends."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from autobiz_oracles.outcome import Outcome
from autobiz_oracles.verdict import Verdict, VerdictError

# Pytest leaves out of a traceback what a module marks so: the line that expects is what is to be seen.
__tracebackhide__ = True


class Collected:
    """The verdicts of one soft block. After its end nobody would read them, so it takes no more."""

    def __init__(self) -> None:
        self.verdicts: list[Verdict] = []
        self.places: list[str] = []
        self.is_open = True

    def add(self, verdict: Verdict, where: str) -> None:
        self.verdicts.append(verdict)
        self.places.append(where)

    @property
    def failure(self) -> VerdictError | None:
        """What the block ends with; a block in which nothing was judged has shown nothing."""
        if self.verdicts and all(verdict.outcome is Outcome.PASS for verdict in self.verdicts):
            return None
        return VerdictError(tuple(self.verdicts), tuple(self.places))


# Each thread and each asyncio task has its own, which a task inherits from the one that started it.
_collected: ContextVar[Collected | None] = ContextVar("autobiz_collected", default=None)


def settle(verdict: Verdict, where: str = "") -> None:
    """Raise unless it is a pass, or leave that to the soft block around."""
    collected = _collected.get()
    if collected is not None and collected.is_open:
        collected.add(verdict, where)
    elif verdict.outcome is not Outcome.PASS:
        raise VerdictError((verdict,), (where,))


@contextmanager
def softly() -> Iterator[None]:
    """Go on after a verdict that is no pass, and fail once, at the end, with all of them.

    An error that ends the block early goes on its way, with what was found until then as a note on it. A soft
    block within another one belongs to that one.
    """
    outer = _collected.get()
    if outer is not None and outer.is_open:
        yield
        return
    collected = Collected()
    token = _collected.set(collected)
    try:
        yield
    except BaseException as error:
        if collected.verdicts and collected.failure is not None:
            error.add_note(f"until then the oracles had said:\n{collected.failure}")
        raise
    finally:
        collected.is_open = False
        _collected.reset(token)
    if collected.failure is not None:
        raise collected.failure
