"""The loop over stages: each once, in all its runs, or batch after batch, until one of them ends the run."""

from datetime import date

from autobiz_gates import GateFile
from autobiz_harness.clock import utc_now

from .batches import run_in_batches
from .config import Stage
from .curtailment import Curtailment, curtailment_of
from .stage_end import FINAL, StageEnd, StageStatus
from .staging import Staging, record, run_stage


def run_stages(
    staging: Staging, stages: tuple[Stage, ...], ends: list[StageEnd], gate_file: GateFile | None
) -> None:
    """Append to `ends` as they come, so that Ctrl-C loses none. The gates of the file may end it early."""
    finished = staging.rundir.finished()
    today = utc_now().date()
    pooled = bool(staging.rundir.context().attempts)
    for stage in stages:
        curtailment = _curtailment(
            staging, stage, gate_file, today, is_last=stage is stages[-1] and not pooled
        )
        recorded = [finished.get((stage.name, run)) for run in range(1, stage.runs + 1)]
        done = [end is not None and end["status"] in FINAL for end in recorded]
        if stage.batch is not None and stage.runs > 1 and not all(done):
            ends += run_in_batches(staging, stage, ends, gate_file, today, curtailment)
            if any(_stops(end) for end in ends):
                return
            continue
        for run, before in enumerate(recorded, start=1):
            if before is not None and before["status"] in FINAL:
                end = StageEnd.from_dict(before)
                staging.view.ended(end)
            else:
                end = record(staging, run_stage(staging, stage, run, ends, curtailment))
            ends.append(end)
            if _stops(end):
                return


def not_run(stages: tuple[Stage, ...], ends: list[StageEnd]) -> list[StageEnd]:
    """The runs of stages that nothing was told of."""
    told = {(end.name, end.run) for end in ends}
    return [
        StageEnd(name=stage.name, run=run, runs=stage.runs, status=StageStatus.NOT_RUN)
        for stage in stages
        for run in range(1, stage.runs + 1)
        if (stage.name, run) not in told
    ]


def _curtailment(
    staging: Staging, stage: Stage, gate_file: GateFile | None, today: date, *, is_last: bool
) -> Curtailment | None:
    # A shard does not know what the others saw, and a stage of one run is there to name all its failures.
    if gate_file is None or staging.shard is not None or stage.runs == 1:
        return None
    return curtailment_of(staging.rundir.ledger, gate_file, today, staging.quarantine, is_last=is_last)


def _stops(end: StageEnd) -> bool:
    """What the trials of a repeated stage did is its gates' business; all else that is wrong ends the run."""
    if end.status in (StageStatus.FAILED, StageStatus.INVALID):
        return end.runs == 1
    return end.status is not StageStatus.PASSED
