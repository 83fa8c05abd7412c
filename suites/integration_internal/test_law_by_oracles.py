"""The law of single calls on real books, judged by what the world and the books saw."""

import base64
import json
import random
from dataclasses import replace
from typing import Any
from urllib.parse import quote
from uuid import UUID

import pytest

from autobiz_harness.adapters import call_of, kept_run
from autobiz_kernel import (
    BoundsConfig,
    EffectClass,
    Json,
    Kernel,
    LoopConfig,
    PostgresLedger,
    Principal,
    Refused,
    Reply,
    Run,
    TerminationReason,
    ToolContract,
)
from autobiz_mocks import VirtualClock
from autobiz_oracles import PlainLogLine, PlainRequest, PlainRun, expect

from ..calling import AGENT, ask, kernel_for
from ..tools import contract, tool
from ..unit.kernel.redaction.sensitive import CREDENTIALS

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.priority("P0")]

PREFIX = "shop-one"
VALID: dict[str, Any] = {"refund_id": "r-1", "lines": [{"sku": "a", "units": 2.5}]}
INVALID: dict[str, Json] = {
    "nothing": {},
    "unknown field": VALID | {"odd": 1},
    "text for a number": VALID | {"amount": "12"},
    "truth for a number": VALID | {"amount": True},
    "beyond exactness": VALID | {"amount": 2**53},
    "unknown field inside": VALID | {"lines": [{"sku": "a", "odd": 1}]},
}

CYRILLIC = "provide\N{CYRILLIC SMALL LETTER GHE}"
OTHERS: list[dict[str, Any]] = [{"tool": CYRILLIC}, {"operation": "Refund"}, {"version": "2"}]
LOOPS = [(3, TerminationReason.LOOP_DETECTED), (40, TerminationReason.COMPLETED)]


class Scene:
    """One run on real books, and what its tool was seen to do."""

    def __init__(self, ledger: PostgresLedger, tenant: UUID, *, made: ToolContract, **more: Any) -> None:
        self.seen: list[PlainRequest] = []
        self.answer: Json = {"id": "re_1"}
        self.tenant, self.tool = tenant, tool(self._execute, made)
        self.kernel: Kernel = kernel_for(ledger, VirtualClock(), tenant, self.tool, **more)

    async def _execute(self, arguments: Json, key: str) -> Json | Refused:
        body = json.dumps(arguments)
        self.seen.append(
            PlainRequest(method="POST", path="/refunds", accepted=True, body=body, headers={"Key": key})
        )
        return self.answer

    async def begin(self) -> Run:
        agent = Principal(name=AGENT, tenant=self.tenant)
        return await self.kernel.begin(tenant=self.tenant, principal=agent, workflow="law", prefix=PREFIX)

    async def call(self, run: Run, arguments: Json, *, path: str = "1", **other: Any) -> Reply:
        return await self.kernel.call(run, replace(ask(self.tool, arguments, path=path), **other))


@pytest.mark.requirement("P1-R01", "INV-01")
@pytest.mark.test_id("P1-T01")
async def test_valid_input_reaches_the_tool_unchanged(ledger: PostgresLedger, tenant: UUID) -> None:
    """What satisfies the schema runs, and the tool sees every member as it was given."""
    scene = Scene(ledger, tenant, made=contract())
    reply = await scene.call(await scene.begin(), VALID)
    expect.schema(call_of(reply, scene.seen)).accepted()
    expect.value([json.loads(each.body) for each in scene.seen]).equals([VALID])


@pytest.mark.requirement("P1-R01", "INV-01")
@pytest.mark.test_id("P1-T02")
@pytest.mark.negative
@pytest.mark.parametrize("how", INVALID)
async def test_invalid_input_reaches_nothing(
    how: str, ledger: PostgresLedger, tenant: UUID, database: str
) -> None:
    """What does not satisfy the schema is refused before any effect, and the trace in the books says so."""
    scene = Scene(ledger, tenant, made=contract())
    run = await scene.begin()
    reply = await scene.call(run, INVALID[how])
    expect.schema(call_of(reply, scene.seen)).rejected("SCHEMA_INVALID")
    (row,) = kept_run(database, tenant, run.run_id).rows
    expect.value((row["guard"], row["outcome"])).equals(("schema", "SCHEMA_INVALID"))


@pytest.mark.requirement("P1-R01", "INV-01")
@pytest.mark.test_id("P1-T02")
@pytest.mark.negative
@pytest.mark.parametrize("other", OTHERS)
async def test_an_unknown_tool_reaches_nothing(
    other: dict[str, Any], ledger: PostgresLedger, tenant: UUID
) -> None:
    """A foreign letter, another case and another version are tools that nobody configured."""
    scene = Scene(ledger, tenant, made=contract())
    reply = await scene.call(await scene.begin(), VALID, **other)
    expect.schema(call_of(reply, scene.seen)).rejected("UNKNOWN_TOOL")


@pytest.mark.requirement("P1-R04", "INV-03")
@pytest.mark.test_id("P1-T08")
@pytest.mark.negative
@pytest.mark.parametrize(
    ("polls", "ends"), [(3, TerminationReason.LOOP_DETECTED), (40, TerminationReason.COMPLETED)]
)
async def test_a_repeating_sequence_is_ended_unless_it_may_poll(
    polls: int, ends: TerminationReason, ledger: PostgresLedger, tenant: UUID, database: str
) -> None:
    """The same call over and over ends the run, and an operation that may be polled goes on to its end."""
    loops = LoopConfig(polling={"provider.refund": polls})
    made = contract(effect_class=EffectClass.READ)
    scene = Scene(ledger, tenant, made=made, bounds=BoundsConfig(loops=loops))
    run = await scene.begin()
    for number in range(12):
        await scene.call(run, VALID, path=str(number))
    await scene.kernel.end(run, TerminationReason.COMPLETED)
    reason = str(kept_run(database, tenant, run.run_id).run["termination_reason"])
    ended = PlainRun(termination_reason=reason, used={"polls": len(scene.seen)}, bounds={"polls": polls})
    expect.bounds(ended).ended_by(ends).respected()


@pytest.mark.requirement("P1-R24")
@pytest.mark.test_id("P1-T33")
@pytest.mark.negative
@pytest.mark.parametrize("foreign", ["shop-two:order-7", "shop-on:order-7", "shop-one2:order-7", "order-7"])
async def test_a_foreign_entity_is_refused_and_not_even_kept(
    foreign: str, ledger: PostgresLedger, tenant: UUID, database: str
) -> None:
    """Another tenant's entity runs nothing, and its name stands nowhere in the books of who asked for it."""
    scene = Scene(ledger, tenant, made=contract(entities=("order",)))
    run = await scene.begin()
    mine = await scene.call(run, {"refund_id": "r-1", "order": f"{PREFIX}:order-1"})
    seen = len(scene.seen)
    reply = await scene.call(run, {"refund_id": "r-2", "order": foreign}, path="2")
    expect.schema(call_of(mine, scene.seen)).accepted()
    expect.schema(call_of(reply, scene.seen[seen:])).rejected("CROSS_TENANT")
    kept = kept_run(database, tenant, run.run_id)
    books = json.dumps([kept.run, *kept.rows])
    expect.security({"books": books}).leaks_nothing(secrets=[foreign], allowed=kept.drawn())


@pytest.mark.requirement("P1-R25", "INV-04")
@pytest.mark.test_id("P1-T35", "P1-T-RK08a", "P1-T-RK08b")
@pytest.mark.risk("RK08")
@pytest.mark.negative
@pytest.mark.parametrize("kind", sorted(CREDENTIALS))
async def test_no_secret_and_no_person_is_kept_and_the_trace_is_of_use(
    kind: str, ledger: PostgresLedger, tenant: UUID, database: str, seed: int
) -> None:
    """A secret in arguments or answers, nested or encoded, is in no book; a mask leaves the rest."""
    secret = CREDENTIALS[kind](random.Random(f"{seed}/{kind}"))
    wrapped = [secret, base64.b64encode(secret.encode()).decode(), quote(secret, safe="")]
    scene = Scene(ledger, tenant, made=contract())
    scene.answer = {"id": "re_1", "text": f"made with {secret}"}
    run = await scene.begin()
    for number, each in enumerate(wrapped):
        lines = [{"sku": f"my key is {each}"[:200]}]
        await scene.call(
            run, {"refund_id": f"r-{number}", "note": "to ann@shop.example", "lines": lines}, path=str(number)
        )
    receipts = await ledger.receipts_of(tenant, run.run_id)
    kept = kept_run(database, tenant, run.run_id)
    bodies = [[each.arguments, each.result, each.provider_ref] for each in receipts]
    found = {"books": json.dumps([kept.run, *kept.rows]), "receipts": json.dumps(bodies)}
    hushed, drawn = [secret, "ann@shop.example"], kept.drawn()
    expect.security(found).leaks_nothing(secrets=hushed, allowed=drawn)
    expect.trace(kept.trace()).correlated(run.record.correlation_id).without_secrets(
        secrets=hushed, allowed=drawn
    )
    told = [
        PlainLogLine(event=str(row["outcome"]), fields={"tool": row["tool"], "path": row["path"]})
        for row in kept.rows
    ]
    for number in range(len(wrapped)):
        expect.log(told).tells("claimed", fields={"tool": "provider.refund@1", "path": str(number)})
    expect.value([each.arguments["note"] for each in receipts]).equals(["to a***@***.example"] * len(wrapped))
