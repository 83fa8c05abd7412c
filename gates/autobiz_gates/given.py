"""What a gate is given to decide from."""

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from .tally import Tallies


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """The tallies, the day, the project whose files a gate may name, and the file that names the gate."""

    tallies: Tallies
    today: date
    root: Path = field(default_factory=Path)
    gate_file_sha256: str | None = None
