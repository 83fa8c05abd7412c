"""In CI nothing is recorded: a cassette that a test writes there holds what nobody has read."""

import os
from pathlib import Path

_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


class Recordings:
    """The folders of cassettes, and whether a call would change what is in them."""

    def __init__(self, folders: tuple[str, ...], root: Path) -> None:
        self._folders = tuple(f"{os.path.realpath(root / folder)}{os.sep}" for folder in folders)

    def complaint(self, event: str, arguments: tuple[object, ...]) -> str | None:
        """What is wrong with opening, renaming or removing a file."""
        if event == "open":
            _, _, flags = arguments
            if not isinstance(flags, int) or not flags & _WRITES:
                return None
        paths = arguments[:2] if event == "os.rename" else arguments[:1]
        for path in paths:
            if isinstance(path, str | bytes | os.PathLike):
                whole = os.path.realpath(os.fsdecode(path))
                if whole.startswith(self._folders):
                    return f"{event} of the cassette {whole}, and in CI nothing is recorded"
        return None
