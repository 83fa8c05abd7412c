"""What is signed: an in-toto statement about a run, its files and its commit."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from autobiz_gates.tally import CaseTally, Tallies

from .canonical import canonical, exactly, read_object
from .chain import Head
from .errors import EvidenceError

PAYLOAD_TYPE: Final = "application/vnd.in-toto+json"
STATEMENT_TYPE: Final = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE: Final = "https://in-toto.io/attestation/test-result/v0.1"
EVIDENCE_SCHEMA: Final = "autobiz.evidence/1"
EVIDENCE_FILE: Final = "evidence.json"
LEDGER_FOLDER: Final = "ledger/"
COMMIT: Final = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
HASH: Final = re.compile(r"[0-9a-f]{64}")
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")

_STATEMENT_FIELDS: Final = frozenset({"_type", "predicate", "predicateType", "subject"})
_PREDICATE_FIELDS: Final = frozenset(
    {"result", "configuration", "passedTests", "warnedTests", "failedTests", EVIDENCE_SCHEMA}
)
_OWN_FIELDS: Final = frozenset({"chain", "evidence", "exit_criteria", "signed_at", "tallies"})
_ROWS: Final[dict[str, dict[str, type]]] = {
    "gates": {"gate": str, "decision": str, "dry_run": bool, "reason": str},
    "stages": {"name": str, "run": int, "runs": int, "status": str, "reason": str},
    "criteria": {"criterion": str, "says": str, "decision": str, "reason": str},
}
_RUN_TEXTS: Final = ("run_id", "started_at", "decision", "sentence", "gate_file", "gate_file_sha256")


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A run as its signer saw it: what it was about, what was decided, and its place in the chain."""

    evidence: dict[str, Any]
    files: Mapping[str, str]
    tallies: tuple[dict[str, Any], ...]
    place: Head
    signed_at: datetime

    @property
    def run_id(self) -> str:
        return str(self.evidence["run_id"])

    @property
    def commit(self) -> str:
        return str(self.evidence["subject"]["commit"])

    @property
    def decision(self) -> str:
        return str(self.evidence["decision"])

    @property
    def gate_file_sha256(self) -> str:
        return str(self.evidence["gate_file_sha256"])

    @property
    def started_at(self) -> datetime:
        return moment(self.evidence["started_at"], "evidence.started_at")

    def exit_criteria(self) -> list[dict[str, Any]]:
        """Return one row for each criterion of the project and for whatever must hold before a deploy."""
        answered = self.evidence.get("criteria") or {"criteria": []}
        rows = [
            {
                "criterion": f"{one['criterion']} {one['says']}",
                "holds": one["decision"] == "open",
                "reason": one["reason"],
            }
            for one in answered["criteria"]
        ]
        rows += [
            {
                "criterion": f"stage {stage['name']}, run {stage['run']} of {stage['runs']}",
                # Failed trials of a repeated stage are its gate's business.
                "holds": stage["status"] == "passed" or (stage["status"] == "failed" and stage["runs"] > 1),
                "reason": stage["reason"] or stage["status"],
            }
            for stage in self.evidence["stages"]
        ]
        rows += [
            {
                "criterion": f"gate {gate['gate']}" + (" (dry run)" if gate["dry_run"] else ""),
                "holds": gate["decision"] == "open",
                "reason": gate["reason"],
            }
            for gate in self.evidence["gates"]
        ]
        return rows


def state(
    evidence: dict[str, Any], evidence_sha256: str, tallies: Tallies, place: Head, signed_at: datetime
) -> Statement:
    """Return the statement about a run's plain evidence and what its ledgers fold to."""
    files = {LEDGER_FOLDER + name: digest for name, digest in evidence["ledgers"].items()}
    return Statement(
        evidence=evidence,
        files={**files, EVIDENCE_FILE: evidence_sha256},
        tallies=tuple(_tally(case) for case in tallies.cases),
        place=place,
        signed_at=signed_at,
    )


def write_statement(statement: Statement) -> bytes:
    """Return the payload: canonical, and a plain `test-result` for readers that know no more than that."""
    evidence = statement.evidence
    judged_by = _judged_by(evidence)
    by_result = {"passedTests": [], "warnedTests": [], "failedTests": []}  # type: dict[str, list[str]]
    for tally in statement.tallies:
        by_result[_result_of(tally)].append(tally["case"])
    value = {
        "_type": STATEMENT_TYPE,
        "subject": _subjects(statement, judged_by),
        "predicateType": PREDICATE_TYPE,
        "predicate": {
            # There is no word for undecided, and what was not shown did not pass.
            "result": "PASSED" if statement.decision == "open" else "FAILED",
            "configuration": judged_by,
            **by_result,
            EVIDENCE_SCHEMA: {
                "evidence": evidence,
                "tallies": list(statement.tallies),
                "exit_criteria": statement.exit_criteria(),
                "chain": {"index": statement.place.count, "prev_hash": statement.place.hash},
                "signed_at": statement.signed_at.isoformat(),
            },
        },
    }
    return canonical(value, "statement")


def read_statement(payload: bytes) -> Statement:
    """Read a payload; whatever says the same thing twice must say it alike."""
    value = read_object(payload, _STATEMENT_FIELDS, "statement")
    if (value["_type"], value["predicateType"]) != (STATEMENT_TYPE, PREDICATE_TYPE):
        raise EvidenceError("statement", "is not an in-toto v1 statement with a test-result v0.1 predicate")
    predicate = exactly(value["predicate"], _PREDICATE_FIELDS, "statement.predicate")
    own = exactly(predicate[EVIDENCE_SCHEMA], _OWN_FIELDS, f"statement.predicate.{EVIDENCE_SCHEMA}")
    evidence = checked_evidence(own["evidence"], "evidence")
    chain = exactly(own["chain"], frozenset({"index", "prev_hash"}), "chain")
    if type(chain["index"]) is not int or chain["index"] < 0 or not _is_hash(chain["prev_hash"]):
        raise EvidenceError("chain", "names no place in a chain")
    if not _all_objects(own["tallies"]):
        raise EvidenceError("tallies", "must be a list of objects")
    statement = Statement(
        evidence=evidence,
        files=_files(value["subject"]),
        tallies=tuple(own["tallies"]),
        place=Head(count=chain["index"], hash=chain["prev_hash"]),
        signed_at=moment(own["signed_at"], "signed_at"),
    )
    if _rewritten(statement) != payload:
        raise EvidenceError(
            "statement", "contradicts itself: its subjects and results do not follow from its evidence"
        )
    return statement


def checked_evidence(value: Any, where: str) -> dict[str, Any]:
    """Return plain evidence if it has what a statement needs; it may say more."""
    if not isinstance(value, dict) or value.get("schema") != EVIDENCE_SCHEMA:
        raise EvidenceError(where, f"is not of schema {EVIDENCE_SCHEMA!r}")
    wrong = [name for name in _RUN_TEXTS if not isinstance(value.get(name), str)]
    subject, ledgers = value.get("subject"), value.get("ledgers")
    if not isinstance(subject, dict) or not isinstance(subject.get("commit"), str):
        wrong.append("subject")
    if not isinstance(ledgers, dict) or not all(map(_is_hash, ledgers.values())):
        wrong.append("ledgers")
    quarantine, digest = value.get("quarantine_file"), value.get("quarantine_file_sha256")
    if (quarantine, digest) != (None, None) and not (isinstance(quarantine, str) and _is_hash(digest)):
        wrong.append("quarantine_file")
    wrong += [name for name in ("gates", "stages") if not _all_have(value.get(name), _ROWS[name])]
    # Left out is not the same as null: only a run that says so was of the whole project.
    if not all(isinstance(value.get(name, 0), str | None) for name in ("slice", "shard")):
        wrong.append("slice or shard")
    criteria = value.get("criteria")
    if criteria is not None and not (
        isinstance(criteria, dict) and _all_have(criteria.get("criteria"), _ROWS["criteria"])
    ):
        wrong.append("criteria")
    if wrong:
        raise EvidenceError(where, f"absent or of a wrong type: {', '.join(wrong)}")
    moment(value["started_at"], f"{where}.started_at")
    return value


def moment(value: Any, where: str) -> datetime:
    """Read a moment with its offset from UTC."""
    try:
        read = datetime.fromisoformat(value)
    except (ValueError, TypeError):
        read = None
    if read is None or read.tzinfo is None:
        raise EvidenceError(where, "is not a moment such as 2026-01-31T12:00:00+00:00")
    return read


def day_of(value: Any, where: str) -> date:
    """Read a day, written the one way."""
    try:
        read = date.fromisoformat(value) if isinstance(value, str) and _DAY.fullmatch(value) else None
    except ValueError:
        read = None
    if read is None:
        raise EvidenceError(where, "is not a day such as 2026-01-31")
    return read


def _judged_by(evidence: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the gate file, and the quarantine if there was one, each with its digest."""
    names = [name for name in ("gate_file", "quarantine_file") if evidence.get(name) is not None]
    return [{"name": evidence[name], "digest": {"sha256": evidence[f"{name}_sha256"]}} for name in names]


def _subjects(statement: Statement, judged_by: list[dict[str, Any]]) -> list[dict[str, Any]]:
    subjects = [
        {"name": name, "digest": {"sha256": digest}} for name, digest in sorted(statement.files.items())
    ]
    subjects += judged_by
    # A tree that differs from its commit is not that commit, and gets no digest that says so.
    if COMMIT.fullmatch(statement.commit):
        subjects.append({"name": "commit", "digest": {"gitCommit": statement.commit}})
    return subjects


def _files(subjects: Any) -> dict[str, str]:
    """Return the files of the run's folder among the subjects, with their digests."""
    if not _all_objects(subjects):
        raise EvidenceError("statement.subject", "must be a list of objects")
    files = {}
    for one in subjects:
        name, digest = one.get("name"), one.get("digest")
        if (
            isinstance(name, str)
            and isinstance(digest, dict)
            and (name.startswith(LEDGER_FOLDER) or name == EVIDENCE_FILE)
        ):
            files[name] = str(digest.get("sha256"))
    return files


def _rewritten(statement: Statement) -> bytes | None:
    try:
        ledgers = {LEDGER_FOLDER + name: digest for name, digest in statement.evidence["ledgers"].items()}
        if statement.files != {**ledgers, EVIDENCE_FILE: statement.files.get(EVIDENCE_FILE)}:
            return None
        return write_statement(statement)
    except (KeyError, TypeError):
        return None


def _tally(case: CaseTally) -> dict[str, Any]:
    return {
        "case": case.case,
        "suite": case.suite,
        "priority": case.priority,
        "requirements": list(case.requirements),
        "tests": list(case.tests),
        "passed": case.passed,
        "failed": case.failed,
        "unknown": case.unknown,
        "skipped": case.skipped,
        "missing": case.missing,
        "invalid": case.invalid,
        "replayed": case.replayed,
    }


def _result_of(tally: dict[str, Any]) -> str:
    if tally["failed"] or tally["unknown"]:
        return "failedTests"
    wanting = any(tally[word] for word in ("skipped", "missing", "invalid")) or not tally["passed"]
    return "warnedTests" if wanting else "passedTests"


def _is_hash(value: Any) -> bool:
    return isinstance(value, str) and HASH.fullmatch(value) is not None


def _all_have(rows: Any, fields: Mapping[str, type]) -> bool:
    """Whether these are objects with at least these fields; a boolean is no number here."""
    return _all_objects(rows) and all(
        type(row.get(name)) is kind for row in rows for name, kind in fields.items()
    )


def _all_objects(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, dict) for one in value)
