"""Stop a repeated stage as soon as the rest of its trials could not open a gate any more."""

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from autobiz_gates import Decision, Gate, GateFile, P0Gate, fold, settled
from autobiz_gates.flakes import Quarantine
from autobiz_harness.clock import monotonic

# Asking costs a fold of the ledger; it may take at most one part in so many of the time that trials take.
_REST_FACTOR = 20


class Settled(Exception):  # noqa: N818  # no error: the answer came early
    """Raised out of a stage whose further trials would change nothing; its text says why."""


@dataclass(slots=True)
class Curtailment:
    """Asks the gates while trials come in. Only shut stops a stage: a gate opens on whole evidence alone."""

    ledger: Path
    gates: tuple[Gate, ...]
    today: date
    quarantine: Quarantine
    _bad_seen: int = 0
    _ask_again_at: float = field(default=0.0)

    def check(self, bad: int, *, between_runs: bool = False) -> None:
        """Raise Settled if a gate is shut whatever comes; `bad` counts what has gone wrong in the stage."""
        if bad > self._bad_seen and (between_runs or monotonic() >= self._ask_again_at):
            began = monotonic()
            self._ask()
            self._bad_seen = bad
            self._ask_again_at = monotonic() + _REST_FACTOR * (monotonic() - began)

    def _ask(self) -> None:
        tallies = fold([self.ledger])
        for gate in self.gates:
            if settled(gate, tallies, self.today, self.quarantine) is Decision.SHUT:
                raise Settled(f"gate {gate.name} is shut whatever the rest shows; --all runs it anyway")


def curtailment_of(
    ledger: Path, gate_file: GateFile, today: date, quarantine: Quarantine, *, is_last: bool
) -> Curtailment:
    """What may end a stage early. A bound depends on how many trials are still to come, which is not known
    before the last stage or beside earlier attempts; a failure under kind p0 is final in any case."""
    gates = tuple(
        gate for gate in gate_file.gates if not gate.dry_run and (is_last or isinstance(gate, P0Gate))
    )
    return Curtailment(ledger=ledger, gates=gates, today=today, quarantine=quarantine)
