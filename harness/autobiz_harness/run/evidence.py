"""Write what a run decided from: plain JSON with every number and the digest of every file behind it."""

import hashlib
import json
import platform
from datetime import date
from pathlib import Path

import autobiz_reports

from .rundir import RunDir


def write_evidence(root: Path, rundir: RunDir, report: "autobiz_reports.RunReport", decided_on: date) -> None:
    """Leave evidence.json and report.html in the run's folder, whole or not at all."""
    evidence = {
        "schema": "autobiz.evidence/1",
        **report.to_dict(),
        "decided_on": decided_on.isoformat(),
        "environment": {
            "python": platform.python_version(),
            "implementation": platform.python_implementation(),
            "system": platform.system(),
            "machine": platform.machine(),
        },
        "ledgers": {path.name: _digest(path) for path in sorted(rundir.ledger.glob("*.jsonl"))},
        "locks": {
            str(path.relative_to(root)): _digest(path) for path in sorted((root / "locks").glob("*.txt"))
        },
    }
    rundir.write("evidence.json", json.dumps(evidence, indent=2) + "\n")
    rundir.write("report.html", autobiz_reports.render_page(report))


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
