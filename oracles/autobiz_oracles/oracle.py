"""Turn a function over evidence into an oracle that always answers."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import ParamSpec

from .hearing import hear
from .outcome import Outcome
from .verdict import OracleType, Verdict

P = ParamSpec("P")


class MissingEvidenceError(Exception):
    """An oracle was asked to judge without the evidence it needs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a judging function found, and whether it was in empty evidence; the oracle adds type and name."""

    holds: bool
    reason: str
    observed: str = ""
    expected: str = ""
    diff: str = ""
    is_hollow: bool = False


def oracle(kind: OracleType) -> Callable[[Callable[P, Finding]], Callable[P, Verdict]]:
    """Make a judging function an oracle of this type: what it raises becomes UNKNOWN, never a pass."""

    def decorate(judge: Callable[P, Finding]) -> Callable[P, Verdict]:
        @wraps(judge)
        def judged(*args: P.args, **kwargs: P.kwargs) -> Verdict:
            return hear(answer(*args, **kwargs))

        def answer(*args: P.args, **kwargs: P.kwargs) -> Verdict:
            try:
                finding = judge(*args, **kwargs)
            except MissingEvidenceError as missing:
                return _unknown(kind, judge, f"evidence is missing: {missing}")
            # Whatever evidence does to a judge, the trial must go on and must not count as passed.
            except Exception as error:  # noqa: BLE001  # an oracle that raises answers UNKNOWN by contract
                return _unknown(kind, judge, f"the oracle raised {type(error).__name__}: {error}")
            return Verdict(
                type=kind,
                name=judge.__name__,
                outcome=Outcome.PASS if finding.holds else Outcome.FAIL,
                reason=finding.reason,
                observed=finding.observed,
                expected=finding.expected,
                diff=finding.diff,
                is_hollow=finding.is_hollow,
            )

        return judged

    return decorate


def _unknown(kind: OracleType, judge: Callable[..., Finding], reason: str) -> Verdict:
    return Verdict(type=kind, name=judge.__name__, outcome=Outcome.UNKNOWN, reason=reason)
