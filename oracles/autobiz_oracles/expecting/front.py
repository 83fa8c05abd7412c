"""The word that all expectations begin with."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager

from autobiz_oracles.bounds import BoundedRun
from autobiz_oracles.cost import Charge
from autobiz_oracles.durability import AfterCrash
from autobiz_oracles.effects import Receipt, Request
from autobiz_oracles.hearing import hear
from autobiz_oracles.idempotency import Answered
from autobiz_oracles.observability import LogLine, Metrics
from autobiz_oracles.permission import Attempt
from autobiz_oracles.program import Ending
from autobiz_oracles.timing import Timed
from autobiz_oracles.trace import TraceRow
from autobiz_oracles.verdict import Verdict, VerdictError

from .calls import ExpectPermission, ExpectSchema
from .effects import ExpectEffects, ExpectIdempotency, ExpectReceipts
from .refusals import E, ExpectProgram, ExpectRefusal
from .runs import ExpectBounds, ExpectCost, ExpectTiming, ExpectTrace
from .settling import settle, softly
from .values import ExpectValue
from .worlds import (
    ExpectComplaints,
    ExpectDurability,
    ExpectLog,
    ExpectMetrics,
    ExpectReplay,
    ExpectSecurity,
    ExpectState,
    ExpectText,
    ExpectWorlds,
)

__tracebackhide__ = True


class Expect:
    """Name the evidence, then say what is expected of it; `where` is told where the evidence can be read.

    Each method of a chain is one oracle. What it says is a failure at once, or at the end of a soft block.
    """

    def softly(self) -> AbstractContextManager[None]:
        """Go on after a verdict that is no pass, and fail once, at the end, with all of them."""
        return softly()

    def that(self, *verdicts: Verdict, where: str = "") -> None:
        """Settle what oracles of your own have said."""
        if not verdicts:
            raise VerdictError(())
        for verdict in verdicts:
            settle(hear(verdict), where)

    def schema(self, subject: object, *, where: str = "") -> ExpectSchema:
        """Of a value, or of a call as it was answered."""
        return ExpectSchema(subject, where)

    def refusal(
        self, kind: type[E] | tuple[type[E], ...], saying: str = "", *, where: str = ""
    ) -> ExpectRefusal[E]:
        """Of the block that follows: `with expect.refusal(LedgerError, "torn"): ...`."""
        return ExpectRefusal(kind, saying, where)

    def value(self, found: object, *, where: str = "") -> ExpectValue:
        """Of what was read off a subject, where no other word is made for it."""
        return ExpectValue(found, where)

    def program(self, ending: Ending | None, *, where: str = "") -> ExpectProgram:
        """Of how a program ended, and what it said."""
        return ExpectProgram(ending, where)

    def permission(self, attempts: Sequence[Attempt] | None, *, where: str = "") -> ExpectPermission:
        return ExpectPermission(attempts, where)

    def effects(self, requests: Sequence[Request] | None, *, where: str = "") -> ExpectEffects:
        """Of the requests that a provider saw."""
        return ExpectEffects(requests, where)

    def receipts(self, receipts: Sequence[Receipt] | None, *, where: str = "") -> ExpectReceipts:
        return ExpectReceipts(receipts, where)

    def idempotency(self, first: Answered, *again: Answered, where: str = "") -> ExpectIdempotency:
        """Of one act that was asked for more than once."""
        return ExpectIdempotency((first, *again), where)

    def bounds(self, run: BoundedRun | None, *, where: str = "") -> ExpectBounds:
        return ExpectBounds(run, where)

    def trace(self, rows: Sequence[TraceRow] | None, *, where: str = "") -> ExpectTrace:
        return ExpectTrace(rows, where)

    def cost(self, charges: Sequence[Charge] | None, *, where: str = "") -> ExpectCost:
        return ExpectCost(charges, where)

    def timing(self, first: Timed | None, *more: Timed | None, where: str = "") -> ExpectTiming:
        return ExpectTiming((first, *more), where)

    def state(self, before: object, after: object, *, where: str = "") -> ExpectState:
        return ExpectState(before, after, where)

    def replay(self, recorded: str | None, replayed: str | None, *, where: str = "") -> ExpectReplay:
        return ExpectReplay(recorded, replayed, where)

    def durability(self, after_crash: AfterCrash | None, *, where: str = "") -> ExpectDurability:
        return ExpectDurability(after_crash, where)

    def security(self, places: Mapping[str, bytes | str | None] | None, *, where: str = "") -> ExpectSecurity:
        """Of all bytes that the trial stored or sent, by the name of the place."""
        return ExpectSecurity(places, where)

    def metrics(self, before: Metrics | None, after: Metrics | None, *, where: str = "") -> ExpectMetrics:
        return ExpectMetrics(before, after, where)

    def log(self, lines: Sequence[LogLine] | None, *, where: str = "") -> ExpectLog:
        return ExpectLog(lines, where)

    def worlds(self, first: object, second: object, *, where: str = "") -> ExpectWorlds:
        """Of what two trials left behind."""
        return ExpectWorlds(first, second, where)

    def complaints(
        self, complaints: Sequence[object] | None, *, about: Collection[object] | None, where: str = ""
    ) -> ExpectComplaints:
        """Of what a search found wrong with what it was given to search."""
        return ExpectComplaints(complaints, about, where)

    def text(self, text: str | None, *, where: str = "") -> ExpectText:
        return ExpectText(text, where)


expect = Expect()
