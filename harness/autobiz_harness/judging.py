"""From pytest's reports of one test to the one outcome its trial has."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

_REASON_CHARS_MAX = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """Outcome, the phase that decided it, a one-line reason, and the failure's fingerprint."""

    outcome: str
    phase: str
    reason: str = ""
    fingerprint: str | None = None


def mark_outcome(report: "pytest.TestReport | pytest.CollectReport", outcome: str) -> None:
    """Remember of a failed report what it is: invalid, unknown, or by all means a failure.

    What was once called a failure stays one: a broken infrastructure does not excuse it.
    """
    if getattr(report, "autobiz_outcome", None) != "fail":
        vars(report)["autobiz_outcome"] = outcome


def _marked(report: "pytest.TestReport") -> str | None:
    return getattr(report, "autobiz_outcome", None)


_PASSED = Judgement(outcome="pass", phase="call")


def judge(reports: Sequence["pytest.TestReport"]) -> Judgement:
    """The worst that happened counts: a rerun that went well does not undo the attempt that failed."""
    if len(reports) == 3 and all(report.outcome == "passed" for report in reports):  # set-up, call, teardown
        return _PASSED
    failures = [report for report in reports if report.outcome == "failed"]
    if failures and all(_marked(report) == "invalid" for report in failures):
        return _invalid(failures[0])
    if failures:
        return _failed(min(failures, key=_rank))
    for report in reports:
        if str(report.outcome) == "rerun":
            return _rerun(report)
    return _skipped_or_passed(reports)


def _rank(report: "pytest.TestReport") -> tuple[bool, int]:
    """Real failures first, then what is unknown; within both as the phases weigh."""
    return _is_unknown(report), ("call", "teardown", "setup").index(str(report.when))


def _is_unknown(report: "pytest.TestReport") -> bool:
    # A test whose set-up broke was never judged: that is unknown, not a verdict on the subject.
    marked = _marked(report)
    return marked == "unknown" or (report.when == "setup" and marked != "fail")


def _failed(report: "pytest.TestReport") -> Judgement:
    return Judgement(
        outcome="unknown" if _is_unknown(report) else "fail",
        phase=str(report.when),
        reason=reason_of(report),
        fingerprint=fingerprint_of(report),
    )


def _invalid(report: "pytest.TestReport") -> Judgement:
    # Only where nothing else went wrong: what failed for two reasons has failed.
    return Judgement(
        outcome="invalid",
        phase=str(report.when),
        reason=reason_of(report),
        fingerprint=fingerprint_of(report),
    )


def _rerun(report: "pytest.TestReport") -> Judgement:
    failed = _failed(report)
    return Judgement(
        outcome=failed.outcome,
        phase=failed.phase,
        reason=f"passed only on a rerun, after: {failed.reason}"[:_REASON_CHARS_MAX],
        fingerprint=failed.fingerprint,
    )


def _skipped_or_passed(reports: Sequence["pytest.TestReport"]) -> Judgement:
    for report in reports:
        if report.outcome == "skipped" and not hasattr(report, "context"):
            return Judgement(outcome="skip", phase=str(report.when), reason=reason_of(report))
    if any(report.when == "call" and report.outcome == "passed" for report in reports):
        return _PASSED
    return Judgement(outcome="unknown", phase="call", reason="the test ended without a report of its call")


def reason_of(report: "pytest.TestReport | pytest.CollectReport") -> str:
    """The first line of what went wrong, short enough for a table."""
    if hasattr(report, "wasxfail"):
        return f"expected to fail: {report.wasxfail}"[:_REASON_CHARS_MAX]
    detail = report.longrepr
    if isinstance(detail, tuple):
        return str(detail[2])[:_REASON_CHARS_MAX]
    crash = getattr(detail, "reprcrash", None)
    text = str(crash.message if crash is not None else detail or "").strip()
    return text.partition("\n")[0][:_REASON_CHARS_MAX]


def fingerprint_of(report: "pytest.TestReport") -> str | None:
    """The same failure at the same place has the same fingerprint, whatever its values."""
    crash = getattr(report.longrepr, "reprcrash", None)
    if crash is None:
        return None
    kind = str(crash.message).partition(":")[0]
    place = str(crash.path).rpartition("/")[2]
    return hashlib.sha256(f"{kind}\0{place}:{crash.lineno}".encode()).hexdigest()[:16]
