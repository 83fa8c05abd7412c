"""What a door is: valid inputs, how to try a hostile one, and the commands that lead to the same place."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

READ: Final = "read"
REFUSED: Final = "refused"


class FindingError(AssertionError):
    """A hostile input got through: it was believed, or something opened that must not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """One way in. `attempt` returns READ or REFUSED; whatever it raises is a finding.

    `commands` are tried on the input that was attempted last; none of them may end with 0 unless it is in
    `lenient`, and none may end with a traceback. `bombs` are inputs that are small to write and long to read.
    """

    name: str
    corpus: tuple[bytes, ...]
    attempt: Callable[[bytes], str]
    commands: tuple[tuple[str, ...], ...] = ()
    lenient: bool = False
    bombs: tuple[bytes, ...] = ()


def demand(holds: object, words: str) -> None:
    """Raise a finding unless it holds."""
    if not holds:
        raise FindingError(words)
