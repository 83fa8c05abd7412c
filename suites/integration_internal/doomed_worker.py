"""Workers of one run, each of which is killed with SIGKILL in its effect, until one is denied.

Arguments: database URL, tenant, steps that the run may take, effect class of the tool. Workers are forked, so
a death costs little.
"""

import asyncio
import json
import os
import signal
import sys
from datetime import UTC, datetime, timedelta
from uuid import UUID

from autobiz_kernel import BoundsConfig, EffectClass, Json, PostgresLedger, Principal
from autobiz_mocks import VirtualClock

from ..calling import AGENT, ask, kernel_for
from ..tools import contract, tool

BEGIN = datetime(2026, 3, 1, tzinfo=UTC)
RUN = UUID(int=1)
WORKERS_MAX = 20


async def die(_arguments: Json, _key: str) -> Json:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("nobody is left to say so")


async def work(url: str, tenant: UUID, steps: int, kind: EffectClass, number: int, into: int) -> None:
    """Go on with the run, and tell what came of one call if anybody lives to do so."""
    ledger = await PostgresLedger.connect(url)
    clock = VirtualClock(BEGIN + timedelta(hours=1) * number)
    doomed = tool(die, contract(timeout_ms=1_000, effect_class=kind, cost_micros=7))
    bounds = BoundsConfig(steps_max=steps, wall_ms_max=10**12)
    kernel = kernel_for(ledger, clock, tenant, doomed, bounds=bounds)
    agent = Principal(name=AGENT, tenant=tenant)
    if number == 0:
        await kernel.begin(tenant=tenant, principal=agent, workflow="doom", run_id=RUN)
    else:
        run = await kernel.resume(tenant=tenant, run_id=RUN, principal=agent)
        reply = await kernel.call(run, ask(doomed, {"refund_id": "r-1"}))
        kept = await ledger.load_run(tenant, RUN)
        assert kept is not None
        said = {"outcome": reply.outcome, "ended": kept.termination_reason, "steps": kept.spent.steps}
        os.write(into, json.dumps(said).encode())
    await ledger.close()


def fork(url: str, tenant: UUID, steps: int, kind: EffectClass, number: int) -> tuple[bool, bytes]:
    """Run one worker to its end; say whether it was killed, and what it told."""
    read, write = os.pipe()
    child = os.fork()
    if not child:
        try:
            asyncio.run(work(url, tenant, steps, kind, number, write))
        finally:
            os._exit(0)
    os.close(write)
    with os.fdopen(read, "rb") as told:
        said = told.read()
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL, said


def main() -> None:
    _, url, tenant_text, steps, kind = sys.argv
    kills = 0
    for number in range(WORKERS_MAX):
        killed, said = fork(url, UUID(tenant_text), int(steps), EffectClass(kind), number)
        kills += killed
        if said:
            print(json.dumps({"kills": kills} | json.loads(said)))  # noqa: T201  # its only way to speak
            return
    raise SystemExit("nobody is ever denied")


if __name__ == "__main__":
    main()
