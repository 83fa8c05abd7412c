"""What a gate is given to decide from."""

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from .flakes import Quarantine
from .tally import Tallies


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """The tallies, the day, the project, the file that names the gate, and what is quarantined."""

    tallies: Tallies
    today: date
    root: Path = field(default_factory=Path)
    gate_file_sha256: str | None = None
    quarantine: Quarantine = field(default_factory=Quarantine)
