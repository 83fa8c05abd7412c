"""Write down a move in which no tool ran: one commit, fenced like every other."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import orjson

from autobiz_kernel.business import Compiled
from autobiz_kernel.canonical import canonical
from autobiz_kernel.carrying import settle
from autobiz_kernel.clock import Clock
from autobiz_kernel.contract import Json
from autobiz_kernel.errors import ReplayError, RunError
from autobiz_kernel.ledger import Ledger, SettleAnswer, SettleKind, Settlement, SettleOutcome, TraceRow
from autobiz_kernel.run import Run
from autobiz_kernel.state import change

from .failure import in_ms
from .interpreter import begun, moved, undoing
from .patching import patch_between
from .queue import Start
from .words import Answered, Came, Cancelled, Decided, Event, Failed, FailureKind, Held, Passed

BEGUN = "BEGUN"


class LostError(RunError):
    """Another worker has the run; nothing more is written by this one."""


class Mover:
    """Moves one run; the state that it moves is the one that the books hold."""

    def __init__(self, compiled: Compiled, ledger: Ledger, clock: Clock, run: Run) -> None:
        self._compiled, self._ledger, self._clock = compiled, ledger, clock
        self.run = run
        self.seed = seed_of(run.run_id)

    def patch_of(self, path: str) -> Any:
        """Return what makes of a call's result the patch that goes with it into the same commit."""

        def made(result: Json) -> dict[str, Any]:
            return self._patch(Answered(path=path, result=result))

        return made

    async def begin(self, start: Start) -> None:
        """Write down the first state, which the run's beginning leads to."""
        now_ms = in_ms(self._clock.now())
        state = first_state(self._compiled, start, now_ms=now_ms)
        async with self.run.turn:
            await self._settle("0", BEGUN, {}, patch_between({}, state))

    async def move(self, event: Event) -> None:
        """Write down what has happened, and where it leads."""
        async with self.run.turn:
            await self._settle(event.path, type(event).__name__, detail_of(event), self._patch(event))

    def _patch(self, event: Event) -> dict[str, Any]:
        after = moved(self._compiled, self.run.state, event, now_ms=in_ms(self._clock.now()), seed=self.seed)
        return patch_between(self.run.state, after)

    async def _settle(self, path: str, outcome: str, detail: dict[str, Any], patch: dict[str, Any]) -> None:
        run = self.run
        state, fitted = change(run.state, run.state_version, patch)
        settlement = Settlement(
            kind=SettleKind.NOTE,
            tenant=run.tenant,
            run_id=run.run_id,
            run_epoch=run.record.epoch,
            now=self._clock.now(),
            trace=TraceRow(
                path=path, tool="", command=b"", guard="", outcome=outcome,
                attrs=canonical(detail, name="attrs"),
            ),
            state=fitted,
        )  # fmt: skip
        told = await settle(self._ledger, run, settlement, _unheard, others=run.calls)
        if told.outcome is SettleOutcome.FENCED:
            run.is_mine = False
            raise LostError(f"run {run.run_id}: another worker has taken it over")
        if told.outcome is not SettleOutcome.SETTLED:
            raise LostError(f"run {run.run_id}: its state was changed by somebody else")
        run.state, run.state_version = state, told.state_version


def _unheard(told: SettleAnswer) -> None:
    """Nobody counts the moves of a workflow."""


def first_state(compiled: Compiled, start: Start, *, now_ms: int) -> dict[str, Any]:
    """Return what a run's beginning leads to."""
    seed = seed_of(start.run_id)
    if start.undoing is not None:
        return undoing(compiled, start.workflow, orjson.loads(start.undoing), now_ms=now_ms, seed=seed)
    return begun(compiled, start.workflow, orjson.loads(start.input), now_ms=now_ms, seed=seed)


def seed_of(run_id: UUID) -> str:
    """Return the seed of all that chance decides in a run."""
    return run_id.hex


def detail_of(event: Event) -> dict[str, Any]:
    """Write an event down so that it can be read again."""
    match event:
        case Failed():
            told: dict[str, Any] = {"kind": event.kind.value, "code": event.code, "reason": event.reason}
            return told if event.retry_ms is None else told | {"retry_ms": event.retry_ms}
        case Held():
            return {"id": str(event.approval_id), "print": event.fingerprint.hex(), "due": event.due_ms}
        case Decided():
            return {"approved": event.is_approved, "code": event.code, "reason": event.reason}
        case Came():
            return {"signal": event.signal_id, "payload": [event.payload]}
        case Cancelled():
            return {"who": event.who, "reason": event.reason, "doubts": list(event.doubts)}
        case Answered() | Passed():
            return {}


def event_of(kind: str, path: str, detail: Mapping[str, Any]) -> Event:
    """Read an event that was written down."""
    match kind:
        case "Failed":
            return Failed(
                path=path,
                kind=FailureKind(detail["kind"]),
                code=detail["code"],
                reason=detail["reason"],
                retry_ms=detail.get("retry_ms"),
            )
        case "Held":
            return Held(
                path=path,
                approval_id=UUID(detail["id"]),
                fingerprint=bytes.fromhex(detail["print"]),
                due_ms=detail["due"],
            )
        case "Decided":
            return Decided(
                path=path, is_approved=detail["approved"], code=detail["code"], reason=detail["reason"]
            )
        case "Came":
            return Came(path=path, signal_id=detail["signal"], payload=detail["payload"][0])
        case "Passed":
            return Passed(path=path)
        case "Cancelled":
            return Cancelled(
                path=path, who=detail["who"], reason=detail["reason"], doubts=tuple(detail["doubts"])
            )
    raise ReplayError(f"path {path}: {kind!r} is nothing that happens in a workflow")
