"""Judge when things happened, on the clock that the trial owns: another clock tells of the machine."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

from .evidence import given, looked_at
from .oracle import Finding, MissingEvidenceError, oracle
from .verdict import OracleType


class Timed(Protocol):
    """Something that took time; `virtual` says that the trial's own clock was read."""

    @property
    def started_at(self) -> datetime | None: ...
    @property
    def ended_at(self) -> datetime | None: ...
    @property
    def virtual(self) -> bool: ...


@oracle(OracleType.TIMING)
def within_ms(run: Timed | None, limit_ms: float) -> Finding:
    """It took at most so long."""
    took = _took(run)
    return _compared(took, holds=took <= timedelta(milliseconds=limit_ms), wanted=f"at most {limit_ms:g} ms")


@oracle(OracleType.TIMING)
def at_least_ms(run: Timed | None, limit_ms: float) -> Finding:
    """It took at least so long: what must be held was held."""
    took = _took(run)
    return _compared(took, holds=took >= timedelta(milliseconds=limit_ms), wanted=f"at least {limit_ms:g} ms")


@oracle(OracleType.TIMING)
def in_order(runs: Sequence[Timed | None] | None) -> Finding:
    """Each began when the one before it had ended, or later."""
    found = looked_at(runs, "the row of times")
    if len(found) < 2:
        raise MissingEvidenceError(f"{len(found)} times have no order")
    spans = [_span(one) for one in found]
    early = [number for number in range(1, len(spans)) if spans[number][0] < spans[number - 1][1]]
    return Finding(
        holds=not early,
        reason="; ".join(f"number {number + 1} began before number {number} had ended" for number in early)
        or f"{len(spans)} in order",
        observed=" | ".join(f"{begun.isoformat()}..{ended.isoformat()}" for begun, ended in spans),
        expected="one after the other",
    )


def _compared(took: timedelta, *, holds: bool, wanted: str) -> Finding:
    observed = f"{took / timedelta(milliseconds=1):g} ms"
    return Finding(holds=holds, reason=f"took {observed}", observed=observed, expected=wanted)


def _took(run: Timed | None) -> timedelta:
    begun, ended = _span(run)
    return ended - begun


def _span(run: Timed | None) -> tuple[datetime, datetime]:
    run = given(run, "the time")
    if run.virtual is not True:
        raise MissingEvidenceError("the time was not read from the trial's own clock")
    begun, ended = given(run.started_at, "the beginning"), given(run.ended_at, "the end")
    if begun.utcoffset() is None or ended.utcoffset() is None:
        raise MissingEvidenceError("a time without a zone is no point in time")
    if ended < begun:
        raise MissingEvidenceError(f"the clock went back from {begun.isoformat()} to {ended.isoformat()}")
    return begun, ended
