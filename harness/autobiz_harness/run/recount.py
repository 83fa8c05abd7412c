"""Read a finished run's folder anew, and find whatever does not follow from its ledgers."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec

from autobiz_gates import (
    GateDecision,
    Header,
    Tallies,
    decide_all,
    fold,
    ledger_files,
    read_gate_file,
    read_lines,
)
from autobiz_gates.evidence import EVIDENCE_FILE, EvidenceError, checked_evidence
from autobiz_gates.flakes import quarantine_beside

from .conclusion import conclude
from .config import ConfigError, read_config
from .criteria import configured_criteria
from .rundir import RunDir
from .stage_end import StageEnd, StageStatus

_UNRECORDED = (StageStatus.NOT_RUN, StageStatus.INTERRUPTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recount:
    """Plain evidence that was found to follow from what lies beside it."""

    evidence: dict[str, Any]
    sha256: str
    tallies: Tallies


class RecountError(Exception):
    """A run's evidence is not what its files give. `problems` says every difference."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def recount(root: Path, rundir: RunDir, gate_file: Path | None, today: date) -> Recount:
    """Fold and decide again, and compare with what the run wrote; `today` is the last day it may name."""
    data = (rundir.path / EVIDENCE_FILE).read_bytes()
    evidence = _evidence(data)
    problems = list(changed_files(rundir, evidence["ledgers"]))
    gates = read_gate_file(gate_file or root / evidence["gate_file"])
    if gates.sha256 != evidence["gate_file_sha256"]:
        problems.append(f"{gates.path}: the gate file is not the one that the run was judged by")
    quarantine = quarantine_beside(gates.path)
    if quarantine.sha256 != evidence.get("quarantine_file_sha256"):
        place = quarantine.path or evidence.get("quarantine_file")
        problems.append(f"{place}: the quarantine is not the one that the run was judged by")
    problems += [
        *_other_context(rundir, evidence),
        *_other_stages(rundir, evidence),
        *_other_locks(root, evidence),
    ]
    decided_on = _decided_on(evidence, today, problems)
    _raise_if_any(problems)
    # Only now the ledgers are worth reading: they are the run's own, byte by byte.
    tallies = Tallies(cases=(), runs=())
    if any(rundir.ledger.glob("*.jsonl")):
        tallies = fold([rundir.ledger])
        problems += _other_headers(rundir, evidence)
    decisions = decide_all(gates, tallies, decided_on, root, [rundir.ledger], quarantine=quarantine)
    problems += _other_decisions(evidence, decisions, tallies)
    problems += _other_criteria(root, rundir, evidence, tallies, decided_on)
    _raise_if_any(problems)
    return Recount(evidence=evidence, sha256=sha256(data).hexdigest(), tallies=tallies)


def changed_files(rundir: RunDir, digests: dict[str, str]) -> Iterator[str]:
    """Say which ledger files are not, or not only, those that the evidence was made from."""
    there = {path.name: path for path in rundir.ledger.glob("*.jsonl")}
    for name in sorted(digests.keys() | there.keys()):
        if name not in there:
            yield f"{rundir.ledger / name}: this ledger file is gone"
        elif name not in digests:
            yield f"{there[name]}: the run did not write this ledger file"
        elif sha256(there[name].read_bytes()).hexdigest() != digests[name]:
            yield f"{there[name]}: this ledger file was changed after the run"


def _raise_if_any(problems: list[str]) -> None:
    if problems:
        raise RecountError(tuple(problems))


def _evidence(data: bytes) -> dict[str, Any]:
    try:
        return checked_evidence(json.loads(data), EVIDENCE_FILE)
    except ValueError as error:
        raise RecountError((f"{EVIDENCE_FILE}: not JSON: {error}",)) from None
    except EvidenceError as error:
        raise RecountError((str(error),)) from None


def _other_context(rundir: RunDir, evidence: dict[str, Any]) -> list[str]:
    context = rundir.context().to_dict()
    return [
        f"{EVIDENCE_FILE}: {name} is not what run.json fixed before the first trial"
        for name, value in context.items()
        if evidence.get(name) != value
    ]


def _other_headers(rundir: RunDir, evidence: dict[str, Any]) -> Iterator[str]:
    for path in ledger_files([rundir.ledger]):
        for line in read_lines(path):
            if not isinstance(line, Header):
                continue
            if msgspec.to_builtins(line.subject) != evidence["subject"]:
                yield f"{path}: speaks of another subject, commit {line.subject.commit[:12]}"
            if line.run_id not in (evidence["run_id"], *evidence.get("attempts", ())):
                yield f"{path}: was written by another run, {line.run_id}"
            if line.gate_file_sha256 != evidence["gate_file_sha256"]:
                yield f"{path}: was begun under another gate file"


def _other_stages(rundir: RunDir, evidence: dict[str, Any]) -> Iterator[str]:
    finished = rundir.finished()
    for stage in evidence["stages"]:
        name, run = stage.get("name"), stage.get("run")
        recorded = finished.get((name, run))
        if recorded != stage and not (recorded is None and stage.get("status") in _UNRECORDED):
            yield f"{EVIDENCE_FILE}: stage {name}, run {run} did not end as stages.jsonl recorded it"
    # A failed stage left out would be a failure hidden.
    told = {(stage.get("name"), stage.get("run")) for stage in evidence["stages"]}
    for name, run in finished:
        if (name, run) not in told:
            yield f"{EVIDENCE_FILE}: stage {name}, run {run} ended, and it says nothing of that"


def _other_locks(root: Path, evidence: dict[str, Any]) -> Iterator[str]:
    for name, digest in evidence.get("locks", {}).items():
        path = root / name
        if not path.is_file() or sha256(path.read_bytes()).hexdigest() != digest:
            yield f"{path}: the lock file is not the one of the run"


def _decided_on(evidence: dict[str, Any], today: date, problems: list[str]) -> date:
    began = date.fromisoformat(evidence["started_at"][:10])
    try:
        day = date.fromisoformat(evidence["decided_on"])
    except (KeyError, TypeError, ValueError):
        problems.append(f"{EVIDENCE_FILE}: decided_on is no day; run again with this version of autobiz")
        return today
    # Waivers expire: a decision dated back or ahead could count one that it must not.
    if not began <= day <= today:
        problems.append(
            f"{EVIDENCE_FILE}: decided_on is {day}, but the run began on {began} and today is {today}"
        )
    return day


def _other_criteria(
    root: Path, rundir: RunDir, evidence: dict[str, Any], tallies: Tallies, decided_on: date
) -> Iterator[str]:
    try:
        criteria = configured_criteria(read_config(root))
    except ConfigError as error:
        yield from error.problems
        return
    answer = criteria.answer(root, rundir, tallies, decided_on) if criteria is not None else None
    if evidence.get("criteria") != answer:
        yield f"{EVIDENCE_FILE}: the criteria of the project come to other answers than it says"


def _other_decisions(
    evidence: dict[str, Any], decisions: Sequence[GateDecision], tallies: Tallies
) -> Iterator[str]:
    if [one.to_dict() for one in decisions] != evidence["gates"]:
        yield f"{EVIDENCE_FILE}: the ledgers give other gate decisions than it says"
    if list(tallies.problems) != evidence.get("problems"):
        yield f"{EVIDENCE_FILE}: the ledgers have other problems than it says"
    answer = conclude([StageEnd.from_dict(stage) for stage in evidence["stages"]], decisions)
    said = (evidence["decision"], evidence.get("exit_code"), evidence["sentence"])
    if (str(answer.decision), int(answer.exit_code), answer.sentence) != said:
        yield f"{EVIDENCE_FILE}: says {said[0]}, but its stages and gates come to {answer.decision}"
