"""From stages and decisions to the one answer of a run."""

from collections.abc import Sequence
from dataclasses import dataclass

from autobiz_gates import Decision, GateDecision, fold_decisions
from autobiz_harness.exit_codes import ExitCode

from .stage_end import StageEnd, StageStatus

_LACKING = (
    StageStatus.INCOMPLETE,
    StageStatus.TIMEOUT,
    StageStatus.CURTAILED,
    StageStatus.EMPTY,
    StageStatus.NOT_RUN,
)
_BROKEN = (
    (StageStatus.INTERRUPTED, ExitCode.INTERRUPTED, "interrupted in"),
    (StageStatus.MISCONFIGURED, ExitCode.USAGE, "misconfigured:"),
    (StageStatus.BROKEN, ExitCode.INFRASTRUCTURE, "broken machinery in"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Conclusion:
    """What the run says to the deploy, in a word, a number and a sentence."""

    decision: Decision
    exit_code: ExitCode
    sentence: str


def conclude(stages: Sequence[StageEnd], decisions: Sequence[GateDecision]) -> Conclusion:
    """The worst that happened, told first: broken machinery, then a failed subject, then thin evidence."""
    return (
        _broken(stages)
        or _failed(stages, decisions)
        or _lacking(stages, decisions)
        or Conclusion(decision=Decision.OPEN, exit_code=ExitCode.OPEN, sentence="every gate is open")
    )


def _broken(stages: Sequence[StageEnd]) -> Conclusion | None:
    for status, code, words in _BROKEN:
        for stage in stages:
            if stage.status is status:
                return _undecided(code, f"{words} stage {stage.name}: {stage.reason}")
    return None


def _failed(stages: Sequence[StageEnd], decisions: Sequence[GateDecision]) -> Conclusion | None:
    for stage in stages:
        # One run of a test is a plain yes or no; only repeated stages leave failures to their gates.
        if stage.status is StageStatus.FAILED and stage.runs == 1:
            return _shut(f"stage {stage.name} failed: {stage.reason}")
    for one in decisions:
        if one.blocks and one.decision is Decision.SHUT:
            return _shut(one.reason)
    return None


def _lacking(stages: Sequence[StageEnd], decisions: Sequence[GateDecision]) -> Conclusion | None:
    for stage in stages:
        # How many invalid trials a repeated stage can bear is its gates' business, too.
        if stage.status in _LACKING or (stage.status is StageStatus.INVALID and stage.runs == 1):
            reason = f": {stage.reason}" if stage.reason else ""
            return _undecided(ExitCode.UNDECIDED, f"stage {stage.name} {stage.status}{reason}")
    for one in decisions:
        if one.blocks:
            return _undecided(ExitCode.UNDECIDED, one.reason)
    if fold_decisions(decisions) is not Decision.OPEN:
        return _undecided(ExitCode.UNDECIDED, "no gate that can block has decided")
    return None


def _shut(sentence: str) -> Conclusion:
    return Conclusion(decision=Decision.SHUT, exit_code=ExitCode.SHUT, sentence=sentence)


def _undecided(code: ExitCode, sentence: str) -> Conclusion:
    return Conclusion(decision=Decision.UNDECIDED, exit_code=code, sentence=sentence)
