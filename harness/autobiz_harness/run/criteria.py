"""The criteria that a project answers with every run, beside the decision and without a say in it."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from autobiz_gates import (
    CriteriaFile,
    Tallies,
    decide_all,
    decide_criteria,
    fold_criteria,
    read_criteria_file,
)
from autobiz_gates.flakes import Quarantine, quarantine_beside

from .config import RunConfig
from .rundir import RunDir


@dataclass(frozen=True, slots=True, kw_only=True)
class Criteria:
    """The file that pyproject.toml names, read before anything runs."""

    name: str
    file: CriteriaFile
    quarantine: Quarantine

    def answer(self, root: Path, rundir: RunDir, tallies: Tallies, today: date) -> dict[str, Any]:
        """Return plain values: which file answered, and what each criterion comes to."""
        gate_file = self.file.gate_file
        decisions = decide_all(gate_file, tallies, today, root, [rundir.ledger], quarantine=self.quarantine)
        rows = decide_criteria(self.file.criteria, decisions)
        return {
            "file": self.name,
            "sha256": gate_file.sha256,
            "decision": str(fold_criteria(rows)),
            "criteria": [row.to_dict() for row in rows],
        }


def configured_criteria(config: RunConfig) -> Criteria | None:
    """Read the criteria of this project, if it has any; every mistake in them is raised at once."""
    if config.criteria is None:
        return None
    # A case that the project's gates leave out is left out of its criteria, too.
    quarantine = quarantine_beside(config.gate_file) if config.gate_file is not None else Quarantine()
    file = read_criteria_file(config.root / config.criteria)
    return Criteria(name=config.criteria, file=file, quarantine=quarantine)
