"""Try suspects many times at once under what is there now, and ask why they disagree with themselves."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from autobiz_gates import fold
from autobiz_gates.flakes import Cause, Disagreement, Quarantine
from autobiz_harness.cause_finder import findings_of
from autobiz_harness.clock import utc_now
from autobiz_harness.identity import new_run_id
from autobiz_harness.subject import subject_of

from .config import ConfigError, RunConfig, Stage, read_config
from .invocation import Invocation, invoke
from .progress import View
from .rundir import BURSTS, Context, RunDir, create
from .services import services
from .stage_end import StageEnd, StageStatus
from .staging import Staging, log_tail, record, run_stage

_TRIED = (StageStatus.PASSED, StageStatus.FAILED, StageStatus.INVALID)

# How often a case failed before, and in how many trials.
Before = Mapping[str, tuple[int, int]]


class BurstError(Exception):
    """A burst came to no end; the message says where, and what pytest said last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Burst:
    """The folder of a burst, and what was found of those of its cases that disagree."""

    rundir: RunDir
    findings: tuple[dict[str, Any], ...] = ()
    interrupted: bool = False
    problem: str = ""

    @property
    def causes(self) -> dict[str, Cause]:
        return {one["case"]: Cause(one["cause"]) for one in self.findings}


def burst(root: Path, times: Mapping[str, int], before: Before, view: View, seed: int | None = None) -> Burst:
    """Run each case so many times, a pytest process each time. Whatever ends it, what was tried is kept."""
    config = read_config(root)
    stages = _stages(config, times)
    begun = Burst(rundir=_begin(config, seed))
    try:
        with services(config, view) as env:
            staging = Staging(
                root=root,
                seed=begun.rundir.context().seed,
                rundir=begun.rundir,
                shard=None,
                env=env,
                view=view,
                quarantine=Quarantine(),
            )
            for stage in stages:
                _try_often(staging, stage)
            return replace(begun, findings=tuple(_findings(staging, stages, before)))
    except KeyboardInterrupt:
        return replace(begun, interrupted=True)
    except BurstError as error:
        return replace(begun, problem=str(error))


def _begin(config: RunConfig, seed: int | None) -> RunDir:
    now = utc_now()
    run_id = new_run_id(now)
    shaping = [path for path in (config.gate_file, config.root / "pyproject.toml") if path is not None]
    context = Context(
        run_id=run_id,
        # Other draws than those of any run: the same again could only come out the same.
        seed=int.from_bytes(sha256(run_id.encode()).digest()[:4], "big") if seed is None else seed,
        subject=subject_of(config.root, tuple(shaping)),
        gate_file_sha256=None,
        slice=None,
        shard=None,
        started_at=now.isoformat(timespec="seconds"),
    )
    return create(config.root, context, BURSTS)


def _stages(config: RunConfig, times: Mapping[str, int]) -> list[Stage]:
    """A stage of its own for each case, made like the one that runs it otherwise."""
    found, problems = [], []
    for case, count in times.items():
        stage = _stage_of(config, case)
        if stage is None:
            problems.append(f"{case}: no stage of this project runs it; was it renamed?")
        else:
            mine = {"paths": [case], "runs": count, "workers": 0, "batch": None, "order": "file"}
            found.append(stage.model_copy(update=mine))
    if problems:
        raise ConfigError(tuple(problems))
    return found


def _stage_of(config: RunConfig, case: str) -> Stage | None:
    path = Path(case.partition("::")[0])
    if not (config.root / path).exists():
        return None
    holding = [
        stage
        for stage in config.stages
        if not stage.paths or any(path.is_relative_to(one.partition("::")[0]) for one in stage.paths)
    ]
    return holding[0] if holding else None


def _try_often(staging: Staging, stage: Stage) -> None:
    ends: list[StageEnd] = []
    for run in range(1, stage.runs + 1):
        end = run_stage(staging, stage, run, ends)
        ends.append(record(staging, end))
        if end.status not in _TRIED:
            said = log_tail(staging.rundir.log(stage.name, run))
            raise BurstError(f"{stage.paths[0]}: {end.status}, {end.reason}\n{said}")


def _findings(staging: Staging, stages: list[Stage], before: Before) -> Iterator[dict[str, Any]]:
    """Ask about each case that passed and failed; what always failed is no flake."""
    subject = staging.rundir.context().subject.commit
    tallies = {case.case: case for case in fold([staging.rundir.ledger]).cases}
    for number, stage in enumerate(stages, start=1):
        tally = tallies.get(stage.paths[0])
        if tally is None or not tally.passed or not tally.against + tally.invalid:
            continue
        failures, trials = before.get(tally.case, (0, 0))
        disagreement = Disagreement(
            case=tally.case,
            subject=subject,
            passes=tally.passed,
            failures=tally.against + tally.invalid,
            infra=tally.invalid,
            history_failures=failures,
            history_trials=trials,
        )
        yield _ask(staging, stage, number, disagreement)


def _ask(staging: Staging, stage: Stage, number: int, disagreement: Disagreement) -> dict[str, Any]:
    """Ask in a pytest process of its own, where the project's conftest.py and plugins are loaded."""
    folder = staging.rundir.path / "causes" / str(number)
    folder.mkdir(parents=True)
    asked = folder / "asked.json"
    question = {"ledger": str(staging.rundir.ledger), "disagreement": asdict(disagreement)}
    asked.write_text(json.dumps(question, indent=2), encoding="utf-8")
    invocation = Invocation(
        root=staging.root,
        stage=stage,
        run=stage.runs + 1,
        seed=staging.seed,
        rundir=staging.rundir,
        shard=None,
        env=staging.env,
        limit_s=stage.limit_s,
        causes=asked,
    )
    staging.view.say(f"{disagreement.case}: looking for the cause")
    invoke(invocation, look=lambda: None)
    try:
        found: dict[str, Any] = json.loads(findings_of(asked).read_text(encoding="utf-8"))
    except FileNotFoundError:
        said = log_tail(staging.rundir.log(stage.name, invocation.run))
        raise BurstError(f"{disagreement.case}: its cause was not found: pytest ended\n{said}") from None
    return found
