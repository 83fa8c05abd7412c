"""Steps per second through the orchestrator, or of bare calls, beside DBOS on one PostgreSQL, by turns.

Each of the two runs in its own process. DBOS is not a dependency: `pip install dbos` first. Our steps are
governed: claimed, receipted, traced and chained, with a state that is patched and hashed. Those of DBOS are
remembered, which is what DBOS is for.
"""

import argparse
import asyncio
import json
import subprocess
import sys
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import orjson
from psycopg import conninfo

from autobiz_kernel import Json, PostgresLedger, SystemClock, Tool
from autobiz_kernel.approvals import PostgresApprovals
from autobiz_kernel.business import Compiled, compile_business
from autobiz_kernel.workflow import Orchestrator, PostgresQueue
from benchmarks.kernel.place import CONTRACT, WHERE, answer, database, kernel_on, owner_of
from benchmarks.kernel.stopwatch import now
from benchmarks.kernel.throughput import acts_of_a_run, one_run

if TYPE_CHECKING:
    from collections.abc import Callable

AT_ONCE = 256
LINES = [{"sku": "T-SHIRT-BLUE-M", "units": 2, "title": "Blue shirt, medium, organic cotton"}] * 3


def business(tenant: UUID, steps: int) -> Compiled:
    """A workflow of so many effects, one after the other."""
    arguments = {"act": "", "order": "=input.order", "amount": 4200, "lines": LINES}
    called = {
        f"s{number}": {
            "call": CONTRACT.reference,
            "arguments": arguments | {"act": f"=input.act + '-{number}'"},
            "undo": {"none": "a note does no harm"},
            "next": f"s{number + 1}" if number + 1 < steps else "done",
        }
        for number in range(steps)
    }
    text: Json = {"type": "string"}
    said = {
        "schema": 1,
        "business": "bench",
        "tenants": [{"id": str(tenant), "prefix": "shop-one"}],
        "tools": [{"tool": CONTRACT.reference}],
        "scopes": [{"principal": "agent", "tool": "*", "operation": "*"}],
        "bounds": dict.fromkeys(
            ("steps_max", "wall_ms_max", "tokens_max", "tool_calls_max", "cost_micros_max"), 10**9
        ),
        "workflows": {
            "flow": {
                "principal": "agent",
                "start": "s0",
                "input": {
                    "type": "object",
                    "properties": {"act": text, "order": text},
                    "required": ["act", "order"],
                    "additionalProperties": False,
                },
                "steps": called | {"done": {"end": "completed"}},
            }
        },
    }
    return compile_business(orjson.dumps(said).decode(), [CONTRACT])


async def ours(url: str, runs: int, steps: int) -> float:
    tenant = uuid4()
    compiled = business(tenant, steps)
    ledger, queue = await PostgresLedger.connect(url), await PostgresQueue.connect(url)
    approvals = await PostgresApprovals.connect(url)
    worker = Orchestrator(
        compiled=compiled,
        ledger=ledger,
        queue=queue,
        approvals=approvals,
        clock=SystemClock(),
        tools={WHERE: Tool(contract=CONTRACT, execute=answer)},
        owner=uuid4(),
    )
    began = now()
    begun = [
        await worker.start(tenant, "flow", {"act": f"act-{number}", "order": "shop-one:order-1001"})
        for number in range(runs)
    ]
    while await worker.work(limit=AT_ONCE):
        pass
    took = now() - began
    for run_id in begun:
        record = await ledger.load_run(tenant, run_id)
        if record is None or (record.receipt_seq, record.termination_reason) != (steps, "COMPLETED"):
            raise SystemExit(f"run {run_id} has not done its steps: {record}")
    for each in (approvals, queue, ledger):
        await each.close()
    return took


async def ours_called(url: str, runs: int, steps: int) -> float:
    """The same calls without a graph, as a program makes them that carries each with the next."""
    ledger = await PostgresLedger.connect(url)
    kernel = kernel_on(ledger, answer)
    took: list[float] = []
    acts = [acts_of_a_run(steps) for _ in range(runs)]
    began = now()
    await asyncio.gather(*(one_run(kernel, of_run, took, carries=True) for of_run in acts))
    whole = now() - began
    await ledger.close()
    return whole


def theirs(url: str, runs: int, steps: int) -> float:
    from dbos import DBOS, DBOSConfig

    config: DBOSConfig = {"name": "bench", "system_database_url": url, "log_level": "ERROR"}
    DBOS(config=config)

    def noted(arguments: dict[str, object]) -> dict[str, object]:
        return {"id": arguments["act"], "status": "accepted", "total": len(arguments)}

    note = DBOS.step()(noted)

    def flowing(number: int) -> None:
        for step in range(steps):
            note({"act": f"{number}-{step}", "order": "order-1001", "amount": 4200, "lines": LINES})

    flow = DBOS.workflow()(flowing)
    DBOS.launch()
    began = now()
    handles = [DBOS.start_workflow(flow, number) for number in range(runs)]
    for handle in handles:
        handle.get_result()
    took = now() - began
    DBOS.destroy()
    return took


def url_of(dsn: str, name: str) -> str:
    """Write a connection string as the URL of another database on the same server."""
    told = conninfo.conninfo_to_dict(dsn)
    where = f"{told['user']}:{told['password']}@{told['host']}:{told['port']}"
    return f"postgresql://{where}/{name}"


def one(who: str, url: str, runs: int, steps: int) -> float:
    """Measure one of the two in a process of its own."""
    done = subprocess.run(
        [
            *(sys.executable, "-m", "benchmarks.workflows.beside_dbos", "--as", who, "--url", url),
            *("--runs", str(runs), "--steps", str(steps)),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(done.stderr[-2000:])
    took: float = json.loads(done.stdout.splitlines()[-1])
    return took


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=60)
    parser.add_argument("--steps", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--calls", action="store_true", help="ours are calls of a program, not of a workflow")
    parser.add_argument("--as", dest="who", choices=["ours", "calls", "theirs"])
    parser.add_argument("--url")
    said = parser.parse_args()
    if said.who is not None:
        measured: dict[str, Callable[[], float]] = {
            "ours": lambda: asyncio.run(ours(said.url, said.runs, said.steps)),
            "calls": lambda: asyncio.run(ours_called(said.url, said.runs, said.steps)),
            "theirs": lambda: theirs(said.url, said.runs, said.steps),
        }
        print(json.dumps(measured[said.who]()))
        return
    total = said.runs * said.steps
    with database() as url, database() as other:
        # A database of the same server, in which DBOS may make its tables.
        name = conninfo.conninfo_to_dict(other)["dbname"]
        with_rights = owner_of(other)
        for number in range(said.rounds):
            mine = total / one("calls" if said.calls else "ours", url, said.runs, said.steps)
            peer = total / one("theirs", url_of(with_rights, str(name)), said.runs, said.steps)
            rates = f"ours {mine:>6,.0f} steps/s, DBOS {peer:>6,.0f} steps/s"
            print(f"round {number + 1}: {rates}, {mine / peer:.1f}x", flush=True)


if __name__ == "__main__":
    main()
