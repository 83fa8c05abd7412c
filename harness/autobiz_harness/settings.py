"""What the plugin was asked to do, read once from pytest's options, every mistake told at once."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from autobiz_gates import RUNS_MAX, Shard, Subject

from .batch import Batch
from .clock import utc_now
from .identity import new_run_id
from .infrastructure import INI_NAME, infrastructure_errors
from .subject import subject_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """One pytest invocation's part in a run."""

    root: Path
    ledger: Path | None
    seed: int
    run: int
    order: str
    shard: Shard | None
    batch: Batch | None
    resume_from: tuple[str, ...] | None
    stage: str | None
    run_id: str
    subject: Subject
    gate_file_sha256: str | None
    worker: str
    infrastructure_errors: frozenset[str]

    @property
    def is_first_writer(self) -> bool:
        """Whether this process tells what all processes know: the plan and collection errors."""
        return self.worker in ("main", "gw0")


def settings_from(config: pytest.Config) -> Settings:
    """Read the options; the controller's run id and subject reach the workers through xdist."""
    problems: list[str] = []
    option = config.option
    ledger = _ledger(config, problems)
    shard = _shard(option.gate_shard, problems)
    batch = _batch(option.gate_batch, problems)
    if not 1 <= option.gate_run <= RUNS_MAX:
        problems.append(f"--gate-run {option.gate_run}: runs are counted from 1 to {RUNS_MAX}")
    if option.gate_resume and not option.gate_context:
        problems.append(
            "--gate-resume needs --gate-context, the file that `gate run` wrote for the run to resume"
        )
    if option.gate_resume and ledger is None:
        problems.append("--gate-resume needs --gate-ledger, the folder whose entries are not to be repeated")
    infrastructure = infrastructure_errors(config.getini(INI_NAME), problems)
    context = _context(config, problems)
    if problems:
        raise pytest.UsageError(*problems)
    return Settings(
        root=config.rootpath,
        ledger=ledger,
        seed=option.gate_seed,
        run=option.gate_run,
        order=option.gate_order,
        shard=shard,
        batch=batch,
        resume_from=_resume_from(config, ledger),
        stage=option.gate_stage,
        run_id=context["run_id"],
        subject=Subject(**context["subject"]),
        gate_file_sha256=context.get("gate_file_sha256"),
        worker=workerinput(config).get("workerid", "main"),
        infrastructure_errors=infrastructure,
    )


def _resume_from(config: pytest.Config, ledger: Path | None) -> tuple[str, ...] | None:
    """The ledger files whose trials are not repeated: those that were there when the controller began.

    Workers must not look for themselves. One that replaces a dead worker would see trials of this very
    session, leave them out, and collect something else than its siblings.
    """
    if not config.option.gate_resume or ledger is None:
        return None
    told = workerinput(config).get("autobiz_resume_from")
    return tuple(told) if told is not None else tuple(sorted(path.name for path in ledger.glob("*.jsonl")))


def workerinput(config: pytest.Config) -> dict[str, Any]:
    """What xdist's controller told this worker; empty when there is no xdist."""
    given: dict[str, Any] = getattr(config, "workerinput", {})
    return given


def _ledger(config: pytest.Config, problems: list[str]) -> Path | None:
    named = config.option.gate_ledger
    if named is None:
        return None
    path = Path(config.invocation_params.dir, named)
    if path.exists() and not path.is_dir():
        problems.append(
            f"--gate-ledger {named}: is a file; name a folder, each process writes a file of its own there"
        )
    return path


def _shard(given: str | None, problems: list[str]) -> Shard | None:
    if given is None:
        return None
    index, slash, count = given.partition("/")
    if slash and index.isdecimal() and count.isdecimal() and 1 <= int(index) <= int(count):
        return Shard(index=int(index), count=int(count))
    problems.append(f"--gate-shard {given}: write it as I/N with 1 <= I <= N, for example 1/4")
    return None


def _batch(given: str | None, problems: list[str]) -> Batch | None:
    if given is None:
        return None
    number, _, size = given.partition("/")
    if number.isdecimal() and size.isdecimal() and int(number) >= 1 and int(size) >= 1:
        return Batch(number=int(number), size=int(size))
    problems.append(f"--gate-batch {given}: write it as K/N, for example 2/25 for the 26th to the 50th case")
    return None


def _context(config: pytest.Config, problems: list[str]) -> dict[str, Any]:
    told = workerinput(config).get("autobiz_context")
    if told is not None:
        context: dict[str, Any] = json.loads(told)
        return context
    named = config.option.gate_context
    if named is None:
        subject = subject_of(config.rootpath)
        return {
            "run_id": new_run_id(utc_now()),
            "subject": {
                "commit": subject.commit, "version": subject.version, "config_hash": subject.config_hash,
            },
        }  # fmt: skip
    try:
        read: dict[str, Any] = json.loads(Path(named).read_text(encoding="utf-8"))
        Subject(**read["subject"])
        str(read["run_id"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        problems.append(f"--gate-context {named}: not a context that `gate run` wrote: {error!r}")
        return {}
    return read
