"""Decisions over HTTP at a real server: a token from the terminal, requests in PostgreSQL."""

import os
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
import pytest_asyncio
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from psycopg import AsyncConnection

from autobiz_kernel import SystemClock
from autobiz_kernel.workflow import Standing
from autobiz_mocks import VirtualClock
from autobiz_oracles import expect

from ..approvers import KEYED, KEYS
from ..database import Connections
from ..shop.place import Shop, hand_over, refund, shop_in_postgres
from .autobiz_command import ROOT, autobiz

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.priority("P0"),
    pytest.mark.requirement("P1-R09", "INV-07"),
]


@pytest_asyncio.fixture(loop_scope="session")
async def shop(app_connections: Connections, tenant: UUID) -> AsyncIterator[Shop]:
    """A shop at the moment that it is, because the server knows no other."""
    wires: list[AsyncConnection[Any]] = [await app_connections.borrow() for _ in range(5)]
    made = shop_in_postgres(wires, tenant, KEYED)
    made.clock = VirtualClock(SystemClock().now())
    yield made
    hand_over(made)
    for each in wires:
        await app_connections.give_back(each)


@pytest.fixture
def server(app_database: str, tenant: UUID) -> Iterator[str]:
    """A server in a process of its own, on a socket that is open before it starts."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        module = "suites.integration_internal.approval_server:app"
        words = [sys.executable, "-m", "uvicorn", module, "--fd", str(door.fileno()), "--log-level", "error"]
        environment = os.environ | {"AUTOBIZ_DATABASE_URL": app_database, "TENANT": str(tenant)}
        started = subprocess.Popen(words, cwd=ROOT, env=environment, pass_fds=[door.fileno()])
        try:
            yield f"http://127.0.0.1:{door.getsockname()[1]}/v1/tenants/{tenant}/approvals"
        finally:
            started.terminate()
            ended = started.wait(timeout=30)
    assert ended in (0, -15)


def signed_token(tenant: UUID, name: str, folder: Path) -> str:
    """A token as a person makes one."""
    file = folder / f"{name}.pem"
    file.write_bytes(KEYS[name].private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    words = ["approvals", "token", "--tenant", str(tenant), "--as", name, "--key", str(file)]
    ending = autobiz(*words)
    expect.program(ending).ended(0)
    return (ending.out or "").strip()


async def test_a_person_decides_over_http_and_the_run_goes_on(
    shop: Shop, server: str, tmp_path: Path
) -> None:
    """What waits is read and approved by somebody who is known; strangers and second thoughts are refused."""
    run_id = await shop.start("refund", refund(amount=6_000))
    await shop.advance(run_id)
    known = {"authorization": f"Bearer {signed_token(shop.tenant, 'ann', tmp_path)}"}
    async with httpx.AsyncClient(timeout=60) as client:
        stranger = await client.get(server)
        (listed,) = (await client.get(server, headers=known)).json()["approvals"]
        place = f"{server}/{listed['approval_id']}"
        body = {"verdict": "approve", "fingerprint": listed["fingerprint"], "reason": "as agreed"}
        cut = await client.post(f"{place}/decision", headers=known, content=b"{" * 20_000)
        told = await client.post(f"{place}/decision", headers=known, json=body)
        again = await client.post(f"{place}/decision", headers=known, json=body)
        shown = (await client.get(place, headers=known)).json()
    statuses = [each.status_code for each in (stranger, cut, told, again)]
    expect.value(statuses).equals([401, 413, 200, 409])
    said = [(each["approver"], each["via"], each["reason"]) for each in shown["decisions"]]
    expect.value((listed["arguments"], said)).equals((refund(amount=6_000), [("ann", "bearer", "as agreed")]))
    shop.clock = VirtualClock(SystemClock().now())
    expect.value(await shop.advance(run_id)).equals(Standing.ENDED)
    expect.value(len(shop.made("payments.refund"))).equals(1)
