"""Decide: the one place that asks every gate, and the only order they are asked in."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from .decision import GateDecision
from .flakes import Quarantine
from .gate import Gate
from .gatefile import GateFile
from .given import Given
from .kinds.registry import KINDS
from .tally import Tallies

_HERE = Path()
_NOTHING = Quarantine()


def decide(
    gate: Gate,
    tallies: Tallies,
    today: date,
    root: Path = _HERE,
    ledgers: Sequence[Path] = (),
    *,
    quarantine: Quarantine = _NOTHING,
    gate_file_sha256: str | None = None,
) -> GateDecision:
    """Return the gate's decision on these tallies, as of this day; the files it names lie below `root`.

    `ledgers` are those that the tallies were folded from, for gates that look at single trials. The gate
    file's digest is asked for by mode anytime, which holds only under a rule fixed beforehand.
    """
    given = Given(
        tallies=tallies,
        today=today,
        root=root,
        ledgers=tuple(ledgers),
        quarantine=quarantine,
        gate_file_sha256=gate_file_sha256,
    )
    return KINDS[gate.kind].judge(gate, given)


def decide_all(
    gate_file: GateFile,
    tallies: Tallies,
    today: date,
    root: Path = _HERE,
    ledgers: Sequence[Path] = (),
    *,
    quarantine: Quarantine = _NOTHING,
) -> tuple[GateDecision, ...]:
    """Return every gate's decision, in the order of the file."""
    sha256 = gate_file.sha256
    return tuple(
        decide(gate, tallies, today, root, ledgers, quarantine=quarantine, gate_file_sha256=sha256)
        for gate in gate_file.gates
    )
