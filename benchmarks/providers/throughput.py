"""Measure refunds at the Stripe stand-in: bare clients, our transport, our tool, and the whole kernel."""

import argparse
import asyncio
import re
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Awaitable, Callable
from uuid import uuid4

import httpx
import httpx2

from autobiz_harness.stack import join
from autobiz_kernel import (
    Asked,
    ClaimOutcome,
    Json,
    Ledger,
    MemoryLedger,
    PostgresLedger,
    Principal,
    SystemClock,
    Tool,
)
from autobiz_kernel.providers import stripe_tools
from autobiz_kernel.transport import Egress, HttpTransport, Outgoing
from autobiz_mocks import WireMock, shipped_stubs
from benchmarks.kernel.place import ROOT, TENANT, database
from benchmarks.kernel.stopwatch import Stopwatch
from suites.calling import AGENT, kernel_for
from suites.stripe_tools import TEST_KEY, payment_id, stripe_account

RUNS = 16
PAYMENT = payment_id("EUR", 1999, "bench")
BODY = f"payment_intent={PAYMENT}&amount=1&metadata[refund_id]=r-1".encode()
One = Callable[[int, int], Awaitable[None]]


def key() -> str:
    return f"autobiz:{secrets.token_hex(16)}"


def headers() -> dict[str, str]:
    return {
        "Authorization": f"Bearer {TEST_KEY}",
        "Idempotency-Key": key(),
        "Content-Type": "application/x-www-form-urlencoded",
    }


async def rate(name: str, one: One, calls: int) -> float:
    """Let sixteen at once make this many calls each; return calls in a second."""
    await asyncio.gather(*(one(run, -1 - number) for run in range(RUNS) for number in range(3)))
    watch = Stopwatch()

    async def work(run: int) -> None:
        for number in range(calls):
            await one(run, number)

    await asyncio.gather(*(work(run) for run in range(RUNS)))
    lap = watch.lap()
    total = RUNS * calls
    print(
        f"{name:<34} {total / lap.wall_s:>7,.0f} calls/s   CPU {lap.client_s / total * 1e6:>5,.0f} us",
        flush=True,
    )
    return total / lap.wall_s


async def bare(client: httpx.AsyncClient | httpx2.AsyncClient, _run: int, _number: int) -> None:
    response = await client.post("/v1/refunds", content=BODY, headers=headers())
    if response.json()["amount"] != 1:
        raise SystemExit("not the answer of a refund")


async def governed(name: str, ledger: Ledger, tool: Tool, calls: int) -> float:
    kernel = kernel_for(ledger, SystemClock(), TENANT, tool)
    who = Principal(name=AGENT, tenant=TENANT)
    begun = [await kernel.begin(tenant=TENANT, principal=who, workflow="bench") for _ in range(RUNS)]

    async def one(run: int, number: int) -> None:
        arguments: Json = {
            "payment_intent": PAYMENT,
            "refund_id": uuid4().hex,
            "amount": 1,
            "currency": "EUR",
        }
        asked = Asked(path=f"{number}", tool="stripe", operation="refund", version="1", arguments=arguments)
        reply = await kernel.call(begun[run], asked)
        if reply.outcome is not ClaimOutcome.CLAIMED:
            raise SystemExit(f"call {number} of run {run} ended with {reply}")

    return await rate(name, one, min(calls, 150))


async def measure(url: str, books: str, calls: int) -> float:
    """Measure them all, and return what the whole kernel makes on its database."""
    clients = {}
    async with httpx.AsyncClient(base_url=url, trust_env=False) as client:
        clients["httpx"] = await rate("bare httpx", lambda run, number: bare(client, run, number), calls)
    async with httpx2.AsyncClient(base_url=url, trust_env=False) as newer:
        clients["httpx2"] = await rate("bare httpx2", lambda run, number: bare(newer, run, number), calls)
    egress, account = Egress(), stripe_account(url)
    async with HttpTransport(account, egress) as wire:

        async def sent(_run: int, _number: int) -> None:
            await wire(Outgoing(method="POST", path="/v1/refunds", body=BODY, headers=headers(), key=key()))

        await rate("our transport", sent, calls)
        refund = next(
            tool
            for tool in stripe_tools(account, wire, egress, SystemClock())
            if tool.contract.operation == "refund"
        )

        async def executed(_run: int, number: int) -> None:
            arguments: Json = {
                "payment_intent": PAYMENT,
                "refund_id": str(number),
                "amount": 1,
                "currency": "EUR",
            }
            await refund.execute(arguments, key())

        await rate("our tool, without the kernel", executed, calls)
        whole = {"memory": await governed("the kernel, books in memory", MemoryLedger(), refund, calls)}
        ledger = await PostgresLedger.connect(books)
        whole["PostgreSQL"] = await governed("the kernel, books in PostgreSQL", ledger, refund, calls)
        await ledger.close()
    for name, bare_rate in clients.items():
        for where, rate_of_kernel in whole.items():
            print(f"kernel ({where}) / bare {name}: {rate_of_kernel / bare_rate:.0%}")
    return whole["PostgreSQL"]


# The same refunds, each with a key of its own.
SCRIPT = """
local keys = 0
request = function()
  keys = keys + 1
  wrk.headers["Idempotency-Key"] = string.format("autobiz:%%016x%%016x", math.random(0, 2147483647), keys)
  return wrk.format("POST", "/v1/refunds", wrk.headers, "%(body)s")
end
wrk.headers["Authorization"] = "Bearer %(key)s"
wrk.headers["Content-Type"] = "application/x-www-form-urlencoded"
"""


def wrk(url: str) -> float | None:
    """Return what the stand-in itself can do, in calls a second, where wrk is installed."""
    program = shutil.which("wrk")
    if program is None:
        print("wrk is not installed: no figure for the stand-in alone")
        return None
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as file:
        file.write(SCRIPT % {"body": BODY.decode(), "key": TEST_KEY})
        file.flush()
        done = subprocess.run(
            [program, "-t1", f"-c{RUNS}", "-d5", "-s", file.name, url],
            capture_output=True,
            text=True,
            check=True,
        )
    told = re.search(r"Requests/sec: +([0-9.]+)", done.stdout)
    if told is None or "Non-2xx" in done.stdout:
        raise SystemExit(f"wrk: {done.stdout}")
    print(f"{'wrk':<34} {float(told[1]):>7,.0f} calls/s")
    return float(told[1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=150, help="of each of the sixteen")
    calls = parser.parse_args().calls
    with join(ROOT, services=["wiremock"]) as stack, database() as books:
        url = stack.wiremock.url
        with WireMock(url) as admin:
            admin.install([*shipped_stubs("stripe"), *shipped_stubs("common")])
        alone = wrk(url)
        whole = asyncio.run(measure(url, books, calls))
        if alone is not None:
            print(f"kernel (PostgreSQL) / wrk: {whole / alone:.0%}")


if __name__ == "__main__":
    main()
