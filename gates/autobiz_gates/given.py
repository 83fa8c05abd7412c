"""What a gate is given to decide from."""

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from .flakes import Quarantine
from .tally import Tallies


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """The tallies, the day, what is quarantined, and where the project lies whose files a gate may name."""

    tallies: Tallies
    today: date
    root: Path = field(default_factory=Path)
    quarantine: Quarantine = field(default_factory=Quarantine)
