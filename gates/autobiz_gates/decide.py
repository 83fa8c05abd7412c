"""Decide: the one place that asks every gate, and the only order they are asked in."""

from datetime import date

from .decision import GateDecision
from .gate import Gate
from .gatefile import GateFile
from .kinds import KINDS
from .tally import Tallies


def decide(gate: Gate, tallies: Tallies, today: date) -> GateDecision:
    """Return the gate's decision on these tallies, as of this day."""
    return KINDS[gate.kind].judge(gate, tallies, today)


def decide_all(gate_file: GateFile, tallies: Tallies, today: date) -> tuple[GateDecision, ...]:
    """Return every gate's decision, in the order of the file."""
    return tuple(decide(gate, tallies, today) for gate in gate_file.gates)
