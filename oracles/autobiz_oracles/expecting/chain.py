"""What every chain of expectations has: it settles one verdict after the other."""

from typing import TypeVar

from autobiz_oracles.hearing import hear
from autobiz_oracles.outcome import Outcome
from autobiz_oracles.verdict import OracleType, Verdict

from .settling import settle

__tracebackhide__ = True

C = TypeVar("C", bound="Chain")


class Chain:
    """Evidence that was named, and of which something is still to be expected."""

    __slots__ = ("_kind", "_settled", "_where")

    def __init__(self, kind: OracleType, where: str) -> None:
        self._kind = kind
        self._where = where
        self._settled = False

    def _settle(self: C, verdict: Verdict) -> C:
        self._settled = True
        settle(verdict, self._where)
        return self

    def __del__(self) -> None:
        # `expect.bounds(run)` alone looks like a judgement and is none, so whoever listens is told.
        if not getattr(self, "_settled", True):
            reason = "evidence was named, and nothing was expected of it: call a method of the chain"
            hear(Verdict(type=self._kind, name="expect", outcome=Outcome.UNKNOWN, reason=reason))
