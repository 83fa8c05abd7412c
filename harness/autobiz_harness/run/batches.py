"""Run a stage case by case, not run by run: all runs of some cases, then of the next, until it is enough."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from autobiz_gates import CountGate, Decision, Gate, GateFile, P0Gate, P1Gate, decide, fold
from autobiz_harness.batch import Batch

from .config import Stage
from .curtailment import Curtailment
from .stage_end import StageEnd, StageStatus
from .staging import Staging, record, run_stage


def run_in_batches(
    staging: Staging,
    stage: Stage,
    before: Sequence[StageEnd],
    gate_file: GateFile | None,
    today: date,
    curtailment: Curtailment | None,
) -> list[StageEnd]:
    """Run batch after batch. An end tells all that was tried in its run, and is recorded when all is over."""
    ends: dict[int, StageEnd] = {}
    batch = Batch(number=1, size=stage.batch or 1)
    while True:
        for run in range(1, stage.runs + 1):
            others = [*before, *(other for number, other in ends.items() if number != run)]
            end = run_stage(staging, stage, run, others, curtailment, batch)
            ends[run] = _joined(ends.get(run), end)
            if end.status not in (StageStatus.PASSED, StageStatus.FAILED, StageStatus.INVALID):
                return _recorded(staging, ends)
        tried, planned = batch.number * batch.size, ends[1].planned
        if tried >= planned:
            return _recorded(staging, ends)
        if gate_file is not None and _enough(staging, gate_file, today):
            words = f"stopped after {tried} of {planned} cases: nothing more is needed"
            return _recorded(staging, {run: replace(end, reason=words) for run, end in ends.items()})
        batch = replace(batch, number=batch.number + 1)


def _joined(earlier: StageEnd | None, end: StageEnd) -> StageEnd:
    return end if earlier is None else replace(end, seconds=round(earlier.seconds + end.seconds, 3))


def _recorded(staging: Staging, ends: dict[int, StageEnd]) -> list[StageEnd]:
    return [record(staging, end) for end in ends.values()]


def _enough(staging: Staging, gate_file: GateFile, today: date) -> bool:
    """Whether each gate that counts the cases tried so far is open as it stands."""
    tallies = fold([staging.rundir.ledger])
    asked = [
        gate
        for gate in gate_file.gates
        if not gate.dry_run and _counts(gate) and any(gate.selection.picks(case) for case in tallies.cases)
    ]
    decisions = [
        decide(
            gate,
            tallies,
            today,
            staging.root,
            quarantine=staging.quarantine,
            gate_file_sha256=gate_file.sha256,
        ).decision
        for gate in asked
    ]
    return bool(decisions) and all(decision is Decision.OPEN for decision in decisions)


def _counts(gate: Gate) -> bool:
    return isinstance(gate, P0Gate | P1Gate | CountGate)
