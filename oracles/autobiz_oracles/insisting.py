"""Insist on verdicts: the one way in which a judgement becomes a failure."""

from .hearing import hear
from .outcome import Outcome, worst
from .verdict import Verdict, VerdictError


def insist(*verdicts: Verdict) -> None:
    """Raise unless there are verdicts and all of them pass."""
    for verdict in verdicts:
        hear(verdict)
    if worst(verdict.outcome for verdict in verdicts) is not Outcome.PASS:
        raise VerdictError(verdicts)
