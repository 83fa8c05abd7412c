"""What a gate is given to decide from."""

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from .flakes import Quarantine
from .tally import Tallies


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """The tallies and the ledgers they are of, the day, what is quarantined, the project whose files a gate
    may name, and the gate file's digest."""

    tallies: Tallies
    today: date
    root: Path = field(default_factory=Path)
    ledgers: tuple[Path, ...] = ()
    quarantine: Quarantine = field(default_factory=Quarantine)
    gate_file_sha256: str | None = None

    def told(self, error: Exception) -> str:
        """Return what went wrong with a file, in words that are the same wherever the project lies."""
        words = str(error).removesuffix(".")
        roots = {str(self.root.resolve()), str(self.root)} - {"."}
        for root in sorted(roots, key=len, reverse=True):
            words = words.replace(f"{root}/", "")
        return words
