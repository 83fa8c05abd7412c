"""The steps from which tests of the effect store are written."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from autobiz_kernel import LEASE, Claim, ClaimAnswer, EffectClass, EffectStore, Json, Tool

BEGIN = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)  # the night in which Europe's clocks change
TICK = timedelta(microseconds=1)
KEY, MINE, OTHER = b"\x01" * 32, b"\x02" * 32, b"\x03" * 32
EXTERNAL = "autobiz:" + "0" * 32


async def _never(arguments: Json, external_key: str) -> Json:
    raise AssertionError("the store never runs a tool")


TOOL = Tool(
    name="stripe",
    version="1",
    operation="refund",
    identity=("refund_id",),
    effect_class=EffectClass.PROVIDER_IDEMPOTENT,
    execute=_never,
)


async def claim(
    store: EffectStore, tenant: UUID, *, now: datetime = BEGIN, fingerprint: bytes = MINE
) -> ClaimAnswer:
    return await store.claim(tenant=tenant, key=KEY, fingerprint=fingerprint, now=now, lease=LEASE)


async def settle(
    store: EffectStore, held: Claim, *, now: datetime = BEGIN, result: bytes = b'{"id":"re_1"}'
) -> bool:
    return await store.settle(
        held, external_key=EXTERNAL, tool=TOOL, arguments=b'{"amount":1}', result=result, now=now
    )
