"""A run of many cases with all its files, signed and logged, to be tampered with in one place at a time."""

import base64
import json
import os
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path

from autobiz_gates import CaseTally, GateFileError, LedgerWriter, Tallies, read_criteria_file, read_gate_file
from autobiz_gates.evidence import (
    Bundle,
    ChainError,
    Deploy,
    EvidenceError,
    Head,
    answer_deploy,
    by_id,
    hash_of_line,
    open_bundle,
    read_chain_lines,
    read_log,
    sign_bundle,
)
from autobiz_gates.flakes import read_quarantine
from autobiz_harness.run.recount import changed_files
from autobiz_harness.run.rundir import RunDir

from ...evidence_cases import COMMIT, SIGNED, evidence, gate, statement
from ...ledger_lines import header, plan, trial
from ...quarantines import quarantine_text
from .corpus import CRITERIA, GATES
from .signed_corpus import KEY

ALLOWED = by_id([KEY.public])


@dataclass(frozen=True, slots=True, kw_only=True)
class LargeRun:
    """Where everything lies, and what was signed about it."""

    folder: Path
    bundle: Bundle
    lines: list[bytes]
    foreign: list[bytes]

    def parts(self) -> dict[str, tuple[Path, range, Callable[[], bool]]]:
        """Each part with its file, the places of its bytes, and whether it is still believed."""
        data = (self.folder / "bundle.json").read_bytes()
        begin, end = data.index(b'"payload":"') + 11, data.index(b'","payloadType"')
        # Four letters of base64 stand for three bytes.
        middle = begin + len(self.bundle_payload().partition(b'"tallies":')[0]) * 4 // 3
        whole = range(0)
        files = {
            "bundle: statement": ("bundle.json", range(begin, middle), self.bundle_believed),
            "bundle: tallies": ("bundle.json", range(middle, end), self.bundle_believed),
            "bundle: signatures": ("bundle.json", range(end, len(data)), self.bundle_believed),
            "ledger": ("ledger/r1.jsonl", whole, self.ledger_believed),
            "evidence.json": ("evidence.json", whole, self.evidence_believed),
            "gate file": ("gate.toml", whole, self.gates_believed),
            "quarantine file": ("quarantine.toml", whole, self.quarantine_believed),
            "criteria file": ("criteria.toml", whole, self.criteria_believed),
            "chain": ("chain.jsonl", whole, self.chain_believed),
        }
        return {
            name: (self.folder / file, places or range((self.folder / file).stat().st_size), asked)
            for name, (file, places, asked) in files.items()
        }

    def bundle_payload(self) -> bytes:
        envelope = json.loads((self.folder / "bundle.json").read_bytes())
        return base64.b64decode(envelope["payload"])

    def bundle_believed(self) -> bool:
        try:
            open_bundle((self.folder / "bundle.json").read_bytes(), ALLOWED)
        except EvidenceError:
            return False
        return True

    def ledger_believed(self) -> bool:
        return not list(changed_files(RunDir(path=self.folder), self.bundle.statement.evidence["ledgers"]))

    def evidence_believed(self) -> bool:
        found = sha256((self.folder / "evidence.json").read_bytes()).hexdigest()
        return found == self.bundle.statement.files["evidence.json"]

    def gates_believed(self) -> bool:
        try:
            found = read_gate_file(self.folder / "gate.toml").sha256
        except GateFileError:
            return False
        return found == self.bundle.statement.gate_file_sha256

    def quarantine_believed(self) -> bool:
        try:
            found = read_quarantine(self.folder / "quarantine.toml").sha256
        except GateFileError:
            return False
        return bool(found == self.bundle.statement.evidence["quarantine_file_sha256"])

    def criteria_believed(self) -> bool:
        try:
            found = read_criteria_file(self.folder / "criteria.toml").gate_file.sha256
        except GateFileError:
            return False
        return bool(found == self.bundle.statement.evidence["criteria"]["sha256"])

    def chain_believed(self) -> bool:
        try:
            read_log(read_chain_lines(self.folder / "chain.jsonl"), bundle=self.bundle)
        except ChainError:
            return False
        return True

    def first_bad(self, lines: list[bytes]) -> int | None:
        """The first entry at which a log that the bundle should stand in is broken."""
        try:
            read_log(lines, bundle=self.bundle)
        except ChainError as error:
            return error.index
        return None


def large_run(folder: Path, cases: int, entries: int) -> LargeRun:
    """Write and sign a run of so many cases, in a log of so many entries."""
    names = [f"suites/test_{number % 97}.py::test_it[{number}]" for number in range(cases)]
    (folder / "ledger").mkdir()
    with LedgerWriter(folder / "ledger" / "r1.jsonl", header()) as writer:
        writer.append(plan(*names))
        for name in names:
            writer.append(trial(name))
    (folder / "gate.toml").write_bytes(GATES[0])
    (folder / "criteria.toml").write_bytes(CRITERIA[0])
    (folder / "quarantine.toml").write_text(quarantine_text(names[0], opened=date(2026, 1, 1)))
    digests = {path.name: sha256(path.read_bytes()).hexdigest() for path in folder.glob("*.toml")}
    ledger = sha256((folder / "ledger" / "r1.jsonl").read_bytes()).hexdigest()
    plain = evidence(
        gates=[gate()],
        ledgers={"r1.jsonl": ledger},
        gate_file_sha256=digests["gate.toml"],
        quarantine_file="quarantine.toml",
        quarantine_file_sha256=digests["quarantine.toml"],
        criteria={"sha256": digests["criteria.toml"], "criteria": []},
    )
    (folder / "evidence.json").write_text(json.dumps(plain))
    tallies = Tallies(cases=tuple(CaseTally(case=name, outcomes=("pass",)) for name in names), runs=(1,))
    lines, head = _log(entries - 1, "own")
    # Evidence is the same but for its files, which are known only now.
    made = replace(
        statement(head, tallies, **plain),
        files={
            "ledger/r1.jsonl": ledger,
            "evidence.json": sha256((folder / "evidence.json").read_bytes()).hexdigest(),
        },
    )
    data, bundle = sign_bundle(made, KEY)
    (folder / "bundle.json").write_bytes(data)
    lines.append(bundle.entry().line())
    (folder / "chain.jsonl").write_bytes(b"".join(lines))
    return LargeRun(folder=folder, bundle=bundle, lines=lines, foreign=_log(entries, "foreign")[0])


def _log(count: int, name: str) -> tuple[list[bytes], Head]:
    lines: list[bytes] = []
    head = Head()
    for index in range(count):
        _, bundle = sign_bundle(statement(head, run_id=f"{name}{index}"), KEY)
        lines.append(bundle.entry().line())
        head = Head(count=index + 1, hash=hash_of_line(lines[-1]))
    return lines, head


def believed_changes(run: LargeRun, part: str, samples: int, seed: int) -> list[tuple[int, int]]:
    """Change one byte of a part, so many times, and return the places and bytes that were believed."""
    path, places, believed = run.parts()[part]
    chance = random.Random(f"{seed} {part}")
    taken = []
    handle = os.open(path, os.O_RDWR)
    try:
        for _ in range(samples):
            place, change = chance.choice(places), chance.randrange(1, 256)
            before = os.pread(handle, 1, place)
            os.pwrite(handle, bytes([before[0] ^ change]), place)
            if believed():
                taken.append((place, change))
            os.pwrite(handle, before, place)
    finally:
        os.close(handle)
    return taken


def broken_logs(run: LargeRun, samples: int, seed: int) -> Iterator[tuple[str, list[bytes], int]]:
    """Logs that were reordered, cut, spliced and more, each with the first entry that is wrong."""
    chance = random.Random(f"{seed} logs")
    lines, foreign, count = run.lines, run.foreign, len(run.lines)
    for _ in range(samples):
        one, other = sorted(chance.sample(range(count), 2))
        swapped = list(lines)
        swapped[one], swapped[other] = swapped[other], swapped[one]
        yield "two entries swapped", swapped, one
        shuffled = lines[one:]
        chance.shuffle(shuffled)
        if shuffled != lines[one:]:
            first = next(place for place, line in enumerate(shuffled) if line != lines[one + place])
            yield "a tail shuffled", lines[:one] + shuffled, one + first
        yield "cut short", lines[:one], one
        yield "cut within an entry", [*lines[:one], lines[one][: chance.randrange(1, len(lines[one]))]], one
        yield "an entry taken out", lines[:one] + lines[one + 1 :], one
        yield "an entry doubled", lines[: one + 1] + lines[one:], one + 1
        yield "spliced with another log", lines[:one] + foreign[one:], one
        yield "an entry of another log", [*lines[:one], foreign[one], *lines[one + 1 :]], one
        yield "a stretch of another log", lines[:one] + foreign[one:other] + lines[other:], one
    yield "another log as a whole", foreign, count - 1


def refused_deploys(run: LargeRun) -> Iterator[tuple[str, list[str], str]]:
    """What is asked for besides what was signed: how it is called, what refuses it, and what should."""
    right = Deploy(
        commit=COMMIT,
        gate_file_sha256=run.bundle.statement.gate_file_sha256,
        now=SIGNED + timedelta(hours=1),
        age_max=timedelta(hours=24),
    )
    asked = {
        "another commit": (replace(right, commit="d" * 40), "commit"),
        "another gate file": (replace(right, gate_file_sha256="d" * 64), "gate file"),
        "an old bundle replayed": (replace(right, now=SIGNED + timedelta(days=2)), "freshness"),
        "a bundle from the future": (replace(right, now=SIGNED - timedelta(days=2)), "freshness"),
        "a slice": (replace(right, slice="demo"), "whole"),
    }
    for name, (deploy, condition) in asked.items():
        yield name, [one.condition for one in answer_deploy(run.bundle, deploy).refusals], condition
