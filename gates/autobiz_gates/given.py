"""What a gate is given to decide from."""

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from .tally import Tallies


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """The tallies, the day, where the project lies whose files a gate may name, and the tallied ledgers."""

    tallies: Tallies
    today: date
    root: Path = field(default_factory=Path)
    ledgers: tuple[Path, ...] = ()

    def told(self, error: Exception) -> str:
        """Return what went wrong with a file, in words that are the same wherever the project lies."""
        words = str(error).removesuffix(".")
        roots = {str(self.root.resolve()), str(self.root)} - {"."}
        for root in sorted(roots, key=len, reverse=True):
            words = words.replace(f"{root}/", "")
        return words
