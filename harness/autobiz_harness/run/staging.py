"""Run one stage once: what its process did, read together with what its ledger holds."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from autobiz_gates import TRIES_MAX, fold, left_out
from autobiz_gates.flakes import Quarantine
from autobiz_harness.batch import Batch
from autobiz_harness.clock import monotonic, utc_now
from autobiz_harness.recording import EXIT_LEDGER_BROKEN

from .config import Stage
from .curtailment import Curtailment, Settled
from .invocation import Invocation, ProcessEnd, invoke
from .progress import View
from .rundir import RunDir
from .stage_end import StageEnd, StageStatus
from .watch import Watch

_LOG_LINES = 15
_NAMES_MAX = 3

# pytest's own exit codes
_OK, _TESTS_FAILED, _STOPPED, _INTERNAL, _USAGE, _NOTHING = range(6)


@dataclass(frozen=True, slots=True, kw_only=True)
class Staging:
    """What all stages of a run share."""

    root: Path
    seed: int
    rundir: RunDir
    shard: str | None
    env: Mapping[str, str]
    view: View
    quarantine: Quarantine


def run_stage(
    staging: Staging,
    stage: Stage,
    run: int,
    before: Sequence[StageEnd],
    curtailment: Curtailment | None = None,
    batch: Batch | None = None,
) -> StageEnd:
    """Run the trials of one stage's run that the ledger does not hold yet, until all is tried or settled."""
    earlier = [end for end in before if end.name == stage.name]
    watch = Watch(
        ledger=staging.rundir.ledger,
        stage=stage.name,
        run=run,
        passed_before=sum(end.passed for end in earlier),
        bad_before=sum(end.failed + end.unknown for end in earlier),
        batch=batch,
        seed=staging.seed,
    )
    staging.view.started(stage.name, run, stage.runs)

    def look() -> None:
        watch.look()
        staging.view.looked(watch)
        if curtailment is not None:
            curtailment.check(watch.bad_before + watch.count("fail", "unknown"))

    invocation = Invocation(
        root=staging.root,
        stage=stage,
        run=run,
        seed=staging.seed,
        rundir=staging.rundir,
        shard=staging.shard,
        env=staging.env,
        limit_s=stage.limit_s,
        batch=batch,
    )
    began = monotonic()
    try:
        if curtailment is not None:
            watch.look()
            curtailment.check(watch.bad_before + watch.count("fail", "unknown"), between_runs=True)
        process = _invoke(staging, invocation, watch, look)
    except Settled as settled:
        watch.look()
        stopped = ProcessEnd(code=_STOPPED, timed_out=False, seconds=monotonic() - began)
        return _end(staging, stage, run, watch, stopped, (StageStatus.CURTAILED, str(settled)))
    except KeyboardInterrupt:
        watch.look()
        interrupted = ProcessEnd(code=_STOPPED, timed_out=False, seconds=0.0)
        end = _end(staging, stage, run, watch, interrupted, (StageStatus.INTERRUPTED, "Ctrl-C"))
        staging.view.ended(end)
        raise
    watch.look()
    status = _status(staging, stage, watch, process)
    return _end(staging, stage, run, watch, process, status)


def record(staging: Staging, end: StageEnd) -> StageEnd:
    """Keep an end where a resumed run finds it, and show it."""
    staging.rundir.record_end(end.to_dict())
    staging.view.ended(end)
    return end


def _invoke(staging: Staging, invocation: Invocation, watch: Watch, look: Callable[[], None]) -> ProcessEnd:
    """Run pytest, and again for the trials that the infrastructure spoiled, within the same limit."""
    process = invoke(invocation, look)
    seconds = process.seconds
    while process.code in (_OK, _TESTS_FAILED) and not process.timed_out:
        watch.look()
        again = watch.to_try_again
        left = invocation.stage.limit_s - seconds
        if not again or left <= 0:
            break
        noun = "trial is" if len(again) == 1 else "trials are"
        staging.view.say(f"{len(again)} {noun} invalid, the infrastructure failed: trying again")
        process = invoke(replace(invocation, limit_s=left), look)
        seconds += process.seconds
    return replace(process, seconds=seconds)


def log_tail(log: Path) -> str:
    """The last lines that pytest printed."""
    return "\n".join(_text(log).splitlines()[-_LOG_LINES:])


def _end(
    staging: Staging,
    stage: Stage,
    run: int,
    watch: Watch,
    process: ProcessEnd,
    status: tuple[StageStatus, str],
) -> StageEnd:
    return StageEnd(
        name=stage.name,
        run=run,
        runs=stage.runs,
        status=status[0],
        planned=len(watch.planned | watch.outcomes.keys()),
        passed=watch.count("pass"),
        failed=watch.count("fail"),
        unknown=watch.count("unknown"),
        skipped=watch.count("skip"),
        invalid=watch.count("invalid"),
        seconds=round(process.seconds, 3),
        reason=status[1],
        log=str(staging.rundir.log(stage.name, run)),
    )


def _status(staging: Staging, stage: Stage, watch: Watch, process: ProcessEnd) -> tuple[StageStatus, str]:
    if process.timed_out:
        return StageStatus.TIMEOUT, f"over its limit of {stage.limit_s:g} s{_unfinished(watch)}"
    if watch.uncollected:
        place, reason = watch.uncollected[0]
        return StageStatus.INCOMPLETE, f"{place} could not be collected: {reason}"
    if process.code == EXIT_LEDGER_BROKEN:
        return StageStatus.BROKEN, "the ledger could not be written (disk full?)"
    if process.code == _USAGE:
        return (
            StageStatus.MISCONFIGURED,
            "pytest refused its configuration or a conftest.py could not be imported",
        )
    if process.code in (_OK, _TESTS_FAILED, _STOPPED, _NOTHING):
        return _judged(staging, watch)
    how = f"signal {-process.code}" if process.code < 0 else f"exit code {process.code}"
    said = _internal_error(staging.rundir.log(stage.name, watch.run))
    return StageStatus.BROKEN, f"pytest broke ({how}){said}{_unfinished(watch)}"


def _judged(staging: Staging, watch: Watch) -> tuple[StageStatus, str]:
    if watch.missing:
        return StageStatus.INCOMPLETE, f"pytest stopped early{_unfinished(watch)}"
    if not watch.outcomes:
        if staging.shard is not None:
            return StageStatus.PASSED, f"no case falls to shard {staging.shard}"
        return StageStatus.EMPTY, "no test was collected"
    return _without_excused(staging, watch)


def _without_excused(staging: Staging, watch: Watch) -> tuple[StageStatus, str]:
    spoiled = {case for case, _ in watch.failures} | set(watch.invalid)
    excused = _excused(staging, watch) if spoiled else frozenset()
    for case, reason in watch.failures:
        if case not in excused:
            return StageStatus.FAILED, f"{case}: {reason}" if reason else case
    if invalid := [case for case in watch.invalid if case not in excused]:
        more = f" and {len(invalid) - 1} more" if len(invalid) > 1 else ""
        return StageStatus.INVALID, f"the infrastructure failed {TRIES_MAX} times in {invalid[0]}{more}"
    if spoiled:
        return StageStatus.PASSED, f"only quarantined cases failed: {_first(sorted(spoiled))}"
    return StageStatus.PASSED, ""


def _excused(staging: Staging, watch: Watch) -> frozenset[str]:
    """The stage's cases that are quarantined, within the caps and with nothing wrong about it."""
    if not staging.quarantine.entries:
        return frozenset()
    cases = [case for case in fold([staging.rundir.ledger]).cases if case.case in watch.outcomes]
    return left_out(cases, staging.quarantine, utc_now().date())


def _internal_error(log: Path) -> str:
    """The error pytest died of, which it prints far above its last lines."""
    errors = re.findall(r"^INTERNALERROR> (\w[\w.]*(?:Error|Exception|Exit)\b.*)$", _text(log), re.MULTILINE)
    return f": {errors[-1]}" if errors else ""


def _text(log: Path) -> str:
    try:
        return log.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _unfinished(watch: Watch) -> str:
    missing = watch.missing
    if not missing:
        return ""
    return f"; without a verdict: {_first(missing)}"


def _first(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMES_MAX} more" if len(names) > _NAMES_MAX else ""
    return f"{', '.join(names[:_NAMES_MAX])}{more}"
