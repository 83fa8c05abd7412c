"""The one loop of a deploy decision: stack, stages, fold, gates, evidence."""

from dataclasses import dataclass
from pathlib import Path

from autobiz_gates import GateFile, Tallies, decide_all, fold, read_gate_file
from autobiz_gates.flakes import quarantine_beside
from autobiz_harness.clock import monotonic, utc_now
from autobiz_harness.identity import new_run_id
from autobiz_harness.subject import subject_of
from autobiz_reports import RunReport

from .attempts import earlier_attempts, pool
from .conclusion import conclude
from .config import ConfigError, RunConfig, Stage, read_config, sliced
from .criteria import configured_criteria
from .evidence import write_evidence
from .progress import View
from .rundir import Context, RunDir, RunDirError, create, latest
from .services import services
from .stage_end import FINAL, StageEnd, StageStatus
from .stages import not_run, run_stages
from .staging import Staging


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """What the user asked of this run."""

    root: Path
    stages: tuple[str, ...] = ()
    seed: int | None = None
    slice: str | None = None
    shard: str | None = None
    resume: bool = False
    run_all: bool = False


def run_project(options: RunOptions, view: View) -> RunReport:
    """Run what is asked, or what an interrupted run still lacks, and decide. Ctrl-C leaves it resumable."""
    config = read_config(options.root)
    gate_file, criteria = _gates(config), configured_criteria(config)
    quarantine = quarantine_beside(gate_file.path)
    rundir = _open(options, config, gate_file)
    context = rundir.context()
    if context.attempts:
        view.say(f"decided together with {len(context.attempts)} earlier on this subject: trials add up")
    stages = _chosen(options, config, context)
    began = monotonic()
    ends: list[StageEnd] = []
    try:
        with services(config, view, needed=_to_do(stages, rundir)) as env:
            staging = Staging(
                root=options.root,
                seed=context.seed,
                rundir=rundir,
                shard=context.shard,
                env=env,
                view=view,
                quarantine=quarantine,
            )
            run_stages(staging, stages, ends, None if options.run_all else gate_file)
    except KeyboardInterrupt:
        ends.append(_interrupted(stages, ends))
    ends += not_run(stages, ends)
    tallies = _fold(rundir)
    today = utc_now().date()
    decisions = decide_all(gate_file, tallies, today, options.root, [rundir.ledger], quarantine=quarantine)
    conclusion = conclude(ends, decisions)
    report = RunReport(
        run_id=context.run_id,
        started_at=context.started_at,
        seconds=round(monotonic() - began, 1),
        subject=context.to_dict()["subject"],
        seed=context.seed,
        slice=context.slice,
        shard=context.shard,
        gate_file=_relative(options.root, Path(gate_file.path)),
        gate_file_sha256=gate_file.sha256,
        decision=str(conclusion.decision),
        exit_code=int(conclusion.exit_code),
        sentence=conclusion.sentence,
        stages=tuple(end.to_dict() for end in ends),
        gates=tuple(decision.to_dict() for decision in decisions),
        problems=tallies.problems,
        criteria=criteria.answer(options.root, rundir, tallies, today) if criteria is not None else None,
        folder=_relative(options.root, rundir.path),
        attempts=context.attempts,
        quarantine_file=_relative(options.root, Path(quarantine.path)) if quarantine.path else None,
        quarantine_file_sha256=quarantine.sha256,
    )
    write_evidence(options.root, rundir, report, today)
    return report


def _gates(config: RunConfig) -> GateFile:
    if config.gate_file is None:
        raise ConfigError(
            ("no gate file: nothing would be decided. `gate init` writes one that you can start from.",)
        )
    return read_gate_file(config.gate_file)


def _open(options: RunOptions, config: RunConfig, gate_file: GateFile) -> RunDir:
    subject = subject_of(options.root, (Path(gate_file.path), options.root / "pyproject.toml"))
    if options.resume:
        rundir = latest(options.root)
        before = rundir.context()
        if before.subject != subject:
            raise RunDirError(
                f"{rundir.path}: the subject changed since this run began "
                f"({before.subject.commit[:12]} then, {subject.commit[:12]} now, configuration included). "
                "Trials of two subjects never mix: start a new run, or go back to what was tried. "
                "Untracked files count too; let git ignore what your tests write."
            )
        return rundir
    if options.slice is not None:
        sliced(config, options.slice)
    now = utc_now()
    attempts = earlier_attempts(options.root, subject)
    rundir = create(
        options.root,
        Context(
            run_id=new_run_id(now),
            seed=_seed(options, gate_file, len(attempts)),
            subject=subject,
            gate_file_sha256=gate_file.sha256,
            slice=options.slice,
            shard=options.shard,
            started_at=now.isoformat(timespec="seconds"),
            attempts=tuple(attempt.path.name for attempt in attempts),
        ),
    )
    pool(attempts, into=rundir)
    return rundir


def _seed(options: RunOptions, gate_file: GateFile, attempts: int) -> int:
    """A further attempt draws anew, or it would try what was tried; mode anytime goes on in one order."""
    if options.seed is not None:
        return options.seed
    return 0 if any(getattr(gate, "mode", "") == "anytime" for gate in gate_file.gates) else attempts


def _chosen(options: RunOptions, config: RunConfig, context: Context) -> tuple[Stage, ...]:
    stages = sliced(config, context.slice) if context.slice is not None else config.stages
    unknown = [name for name in options.stages if name not in {stage.name for stage in stages}]
    if unknown:
        known = ", ".join(stage.name for stage in stages)
        raise ConfigError(tuple(f"no stage is named {name!r}. Known: {known}." for name in unknown))
    return tuple(stage for stage in stages if not options.stages or stage.name in options.stages)


def _to_do(stages: tuple[Stage, ...], rundir: RunDir) -> bool:
    finished = rundir.finished()
    return any(
        finished.get((stage.name, run), {}).get("status") not in FINAL
        for stage in stages
        for run in range(1, stage.runs + 1)
    )


def _interrupted(stages: tuple[Stage, ...], ends: list[StageEnd]) -> StageEnd:
    rest = not_run(stages, ends)
    stage = rest[0] if rest else StageEnd(name="end", run=1, runs=1, status=StageStatus.INTERRUPTED)
    return StageEnd(
        name=stage.name,
        run=stage.run,
        runs=stage.runs,
        status=StageStatus.INTERRUPTED,
        reason="resume it with `gate run --resume`",
    )


def _fold(rundir: RunDir) -> Tallies:
    if not any(rundir.ledger.glob("*.jsonl")):
        return Tallies(cases=(), runs=())
    return fold([rundir.ledger])


def _relative(root: Path, path: Path) -> str:
    try:
        return str(path.relative_to(root))
    except ValueError:
        return str(path)
