"""End at a word from outside, Ctrl-C or SIGTERM, and not in the middle of what must not be cut."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

_WORDS: Final = (signal.SIGINT, signal.SIGTERM)


class Interrupts:
    """Both words as `KeyboardInterrupt`, at once or when what is held is over."""

    def __init__(self) -> None:
        self._is_held = False
        self._is_wanted = False

    @contextmanager
    def heeded(self) -> Iterator[None]:
        """Heed both words from here on; only a process's main thread hears them."""
        before = {word: signal.signal(word, self._hear) for word in _WORDS}
        try:
            yield
        finally:
            for word, heard_before in before.items():
                signal.signal(word, heard_before)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Let what is done here come to its end first."""
        self._is_held = True
        try:
            yield
        finally:
            self._is_held = False
            if self._is_wanted:
                raise KeyboardInterrupt

    def _hear(self, _number: int, _frame: FrameType | None) -> None:
        self._is_wanted = True
        if not self._is_held:
            raise KeyboardInterrupt
