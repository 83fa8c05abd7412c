"""The steps from which tests of both kinds of books are written."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from msgspec import structs

from autobiz_kernel import (
    ClaimAnswer,
    ClaimAsk,
    EffectClass,
    Heir,
    Json,
    Ledger,
    Receipt,
    RunRecord,
    SettleAnswer,
    SettleKind,
    Settlement,
    Spent,
    StateChange,
    TerminationReason,
    TraceRow,
    canonical,
    timed_id,
)

BEGIN = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)  # the night in which Europe's clocks change
TICK = timedelta(microseconds=1)
KEY, MINE, OTHER = b"\x01" * 32, b"\x02" * 32, b"\x03" * 32
EXTERNAL = "autobiz:" + "0" * 32


def a_run(tenant: UUID, number: int = 0) -> RunRecord:
    """A run that begins."""
    return RunRecord(
        tenant=tenant,
        run_id=timed_id(BEGIN, tenant.int % 2**60 + number),
        workflow="WF03",
        correlation_id=f"correlation-{number}",
        config_hash=b"\7" * 32,
        principal="agent",
        began_at=BEGIN,
    )


def asked(run: RunRecord, *, now: datetime = BEGIN, fingerprint: bytes = MINE, key: bytes = KEY) -> ClaimAsk:
    """A request for the one act that these tests are about."""
    return ClaimAsk(
        tenant=run.tenant,
        key=key,
        fingerprint=fingerprint,
        tool="provider.refund@1",
        run_id=run.run_id,
        run_epoch=run.epoch,
        now=now,
    )


def heir_in_time(ask: ClaimAsk) -> ClaimAsk:
    return structs.replace(ask, heir=Heir.IN_TIME)


def heir_who_looked(ask: ClaimAsk, epoch: int) -> ClaimAsk:
    return structs.replace(ask, heir=Heir.LOOKED, epoch=epoch)


def receipt_of(run: RunRecord, result: Json, *, now: datetime = BEGIN, key: bytes = KEY) -> Receipt:
    return Receipt(
        tenant=run.tenant,
        run_id=run.run_id,
        path="1",
        tool="provider",
        operation="refund",
        version="1",
        effect_class=EffectClass.WRITE,
        key=key,
        external_key=EXTERNAL,
        generation=1,
        arguments={"amount": 1},
        result=result,
        provider_ref=None,
        approval_id=None,
        claimed_at=BEGIN,
        settled_at=now,
    )


def settlement(
    run: RunRecord,
    kind: SettleKind,
    *,
    epoch: int = 1,
    now: datetime = BEGIN,
    result: Json | None = None,
    state: StateChange | None = None,
    ending: TerminationReason | None = None,
    key: bytes = KEY,
) -> Settlement:
    """What one call leaves behind."""
    shown: Json = {"id": "re_1"} if result is None else result
    return Settlement(
        kind=kind,
        tenant=run.tenant,
        run_id=run.run_id,
        run_epoch=run.epoch,
        now=now,
        trace=TraceRow(path="1", tool="provider.refund@1", command=MINE, guard="", outcome=kind.value),
        spent=Spent(steps=1, tool_calls=1, tokens=2, cost_micros=3),
        key=b"" if kind is SettleKind.NOTE else key,
        epoch=epoch,
        receipt=receipt_of(run, shown, now=now, key=key) if kind is SettleKind.DONE else None,
        refusal=canonical(dict(shown)) if kind is SettleKind.REFUSED else None,
        state=state,
        ending=ending,
    )


async def settle(
    ledger: Ledger, run: RunRecord, answer: ClaimAnswer, result: Json | None = None
) -> SettleAnswer:
    """Write that the effect happened."""
    return await ledger.settle(settlement(run, SettleKind.DONE, epoch=answer.epoch, result=result))
