"""Put together what one call leaves behind, and write it in one commit."""

from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .announcing import key_of_look
from .budget import Spent
from .call import Call
from .canonical import JsonValue, canonical
from .carrying import settle
from .charging import charge_of
from .claims import ClaimOutcome
from .clock import Clock
from .codes import ErrorCode, TerminationReason
from .contract import Json, ToolContract
from .effect import Became, Ending, read_answer
from .guards import ASKED_ONCE
from .incident import Incident, IncidentKind, OnIncident
from .judging import Judged
from .ledger import (
    ClaimAnswer,
    Ledger,
    SettleAnswer,
    SettleKind,
    Settlement,
    SettleOutcome,
    StateChange,
    TraceRow,
)
from .receipt import Receipt
from .receipting import receipt_of
from .redaction import Hit, Kind, Redactor
from .run import Run
from .settled import OnSettled, Settled
from .state import change
from .tool import Tool

_KIND = {
    Became.DONE: SettleKind.DONE,
    Became.REFUSED: SettleKind.REFUSED,
    Became.NOTHING: SettleKind.RELEASED,
    Became.DOUBT: SettleKind.DOUBT,
}


@dataclass(slots=True, kw_only=True)
class Settler:
    """Writes for one run; nothing here decides anything."""

    ledger: Ledger
    clock: Clock
    redactor: Redactor
    on_incident: OnIncident
    on_settled: OnSettled
    run: Run

    async def note(
        self,
        call: Call,
        *,
        outcome: str,
        guard: str = "",
        reason: str = "",
        ending: TerminationReason | None = None,
        replayed: Json | None = None,
        spent: Spent = ASKED_ONCE,
    ) -> SettleAnswer:
        """Write down a call in which no tool ran."""
        attrs: dict[str, JsonValue] = {"reason": reason} if reason else {}
        shown = None if replayed is None else canonical(dict(replayed), name="result")
        trace = self._trace(call, guard=guard, outcome=outcome, attrs=attrs, result=shown)
        async with self._turn(call):
            patched = None if replayed is None else self._patched(call, outcome, replayed)
            return await self._settle(
                Settlement(
                    kind=SettleKind.NOTE, trace=trace, spent=spent, ending=ending, state=_change(patched),
                    **self._where(),
                ),
                patched,
            )  # fmt: skip

    async def note_end(self, reason: TerminationReason) -> SettleAnswer:
        """Write down that the run is over."""
        trace = TraceRow(path="", tool="", command=b"", guard="", outcome=reason.value)
        return await self._settle(
            Settlement(kind=SettleKind.NOTE, trace=trace, ending=reason, **self._where()), None
        )

    async def observed(
        self, call: Call, judged: Judged, ending: Ending, begun: ClaimAnswer | None
    ) -> SettleAnswer:
        """Write down what a tool has seen that changes nothing."""
        self._tell_of(call, ending)
        result = None if ending.result is None else canonical(ending.result, name="result")
        trace = self._trace(call, outcome=_word(ending), attrs=_attrs(ending), result=result)
        async with self._turn(call):
            patched = self._patched(call, ending.outcome.value, ending.result)
            return await self._settle(
                Settlement(
                    kind=SettleKind.NOTE if begun is None else SettleKind.OBSERVED, trace=trace,
                    spent=self._spend(call, judged.contract, ending), state=_change(patched),
                    key=b"" if begun is None else key_of_look(self.run, call.step),
                    epoch=0 if begun is None else begun.epoch, **self._where(),
                ),
                patched,
            )  # fmt: skip

    async def effect(
        self, call: Call, judged: Judged, ending: Ending, *, key: bytes, claim: ClaimAnswer, outside: str
    ) -> SettleAnswer:
        """Write down what became of an effect: receipt or refusal, trace, cost, state, all or nothing."""
        now = self.clock.now()
        self._tell_of(call, ending)
        receipt = (
            self._receipt(call, judged, ending, key, claim, outside, now)
            if ending.became is Became.DONE
            else None
        )
        refusal = canonical(ending.result or {}, name="refusal") if ending.became is Became.REFUSED else None
        async with self._turn(call):
            patched, failure = self._patched_or_why_not(call, ending)
            settlement = Settlement(
                kind=_KIND[ending.became],
                # A receipt holds its own result; a refusal has no other place where a replay could find it.
                trace=self._trace(call, outcome=_word(ending), attrs=_attrs(ending), result=refusal),
                spent=self._spend(call, judged.contract, ending),
                key=key,
                epoch=claim.epoch,
                receipt=receipt,
                refusal=refusal,
                state=_change(patched),
                **self._where(),
            )
            told = await self._settle(settlement, patched)
        if failure is not None:
            raise failure
        return told

    def prepare(self, call: Call) -> None:
        """Look at what a receipt will hold of the arguments, which can be done before there is one."""
        call.kept = self.redactor.clean(call.arguments, name="arguments")

    def read(self, tool: Tool, result: Json) -> Ending:
        """Read what the provider tells of an effect as if the tool had just said it."""
        return read_answer(tool, result, self.redactor)

    def tell(self, call: Call, kind: IncidentKind, what: str, *, found: Kind | None = None) -> None:
        """Let people know."""
        self.on_incident(
            Incident(
                kind=kind,
                tenant=self.run.tenant,
                run_id=self.run.run_id,
                path=call.asked.path,
                tool=call.tool,
                what=what,
                found=found,
            )
        )

    def _tell_of(self, call: Call, ending: Ending) -> None:
        self._tell_hits(call, ending.hits)
        if ending.outcome is ErrorCode.OUTPUT_INVALID:
            self.tell(call, IncidentKind.OUTPUT_INVALID, ending.reason)

    def _tell_hits(self, call: Call, hits: tuple[Hit, ...]) -> None:
        for hit in hits:
            self.tell(call, IncidentKind.SCANNER_HIT, f"{hit.where}: {hit.kind.value}", found=hit.kind)

    def _receipt(
        self,
        call: Call,
        judged: Judged,
        ending: Ending,
        key: bytes,
        claim: ClaimAnswer,
        outside: str,
        now: datetime,
    ) -> Receipt:
        kept = call.kept or self.redactor.clean(call.arguments, name="arguments")
        self._tell_hits(call, kept.hits)
        return receipt_of(
            call, judged, ending, arguments=kept.value, key=key, claim=claim, outside=outside, now=now
        )

    def _turn(self, call: Call) -> AbstractAsyncContextManager[Any]:
        """Let branches patch one after the other: a patch fits exactly one version of the state."""
        return nullcontext() if call.patch_of is None else self.run.turn

    def _patched(
        self, call: Call, outcome: str, result: Json | None
    ) -> "tuple[dict[str, Any], StateChange] | None":
        is_good = outcome in (ClaimOutcome.CLAIMED.value, ClaimOutcome.REPLAY.value)
        if call.patch_of is None or result is None or not is_good:
            return None
        return change(self.run.state, self.run.state_version, call.patch_of(result))

    def _patched_or_why_not(
        self, call: Call, ending: Ending
    ) -> "tuple[tuple[dict[str, Any], StateChange] | None, Exception | None]":
        """A patch that cannot be made must not keep the receipt of what has happened from being written."""
        try:
            return self._patched(call, ending.outcome.value, ending.result), None
        except Exception as error:  # noqa: BLE001  # it is raised again once the receipt is written
            return None, error

    def _spend(self, call: Call, contract: ToolContract, ending: Ending) -> Spent:
        spent = charge_of(contract, call.price, ending.result)
        call.give_back()
        # The step was charged when it was asked for.
        self.run.spent = self.run.spent.plus(tokens=spent.tokens, cost_micros=spent.cost_micros)
        return spent

    def _trace(
        self,
        call: Call,
        *,
        outcome: str,
        attrs: dict[str, JsonValue],
        guard: str = "",
        result: bytes | None = None,
    ) -> TraceRow:
        took = self.clock.now() - call.began
        return TraceRow(
            path=call.asked.path,
            tool=self._name_of(call),
            command=call.command,
            guard=guard,
            outcome=outcome,
            attrs=canonical(attrs, name="attrs") if attrs else b"{}",
            result=result,
            took_us=max(0, round(took.total_seconds() * 1e6)),
            step=call.step,
        )

    async def _settle(
        self, settlement: Settlement, patched: "tuple[dict[str, Any], StateChange] | None"
    ) -> SettleAnswer:
        run, used = self.run, self.run.spent

        def heard(told: SettleAnswer) -> None:
            if told.outcome is not SettleOutcome.FENCED:
                run.head_hash = told.head_hash
            self.on_settled(Settled(settlement=settlement, answer=told, used=used))

        told = await settle(self.ledger, run, settlement, heard, others=run.calls - 1)
        if patched is not None and told.outcome is SettleOutcome.SETTLED:
            run.state, run.state_version = patched[0], told.state_version
        return told

    def _name_of(self, call: Call) -> str:
        if call.contract is not None:
            return call.contract.reference
        # An unknown name is the caller's text, so it is looked through like all texts.
        return self.redactor.text(call.tool[:200]).replace("\0", "")

    def _where(self) -> dict[str, Any]:
        record = self.run.record
        return {
            "tenant": record.tenant,
            "run_id": record.run_id,
            "run_epoch": record.epoch,
            "now": self.clock.now(),
        }


def _change(patched: "tuple[dict[str, Any], StateChange] | None") -> StateChange | None:
    return None if patched is None else patched[1]


def _word(ending: Ending) -> str:
    if ending.error is not None:
        return type(ending.error).__name__
    return ending.outcome.value


def _attrs(ending: Ending) -> dict[str, JsonValue]:
    return {"reason": ending.reason} if ending.reason else {}
