"""A database of the benchmark's own, and a kernel on it with every guard on."""

import secrets
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import LiteralString
from uuid import UUID

import psycopg
from psycopg import conninfo, sql

from autobiz_harness.stack import join
from autobiz_kernel import (
    Asked,
    BoundsConfig,
    EffectClass,
    Execute,
    Json,
    Kernel,
    Ledger,
    PermissionScope,
    Policy,
    Principal,
    Recovery,
    SystemClock,
    Tool,
    ToolContract,
    migrate,
)

ROOT = Path(__file__).parents[2]
TENANT = UUID("0198c0de-0000-7000-8000-0000000000aa")
AGENT = Principal(name="agent", tenant=TENANT)
WHERE = ("shop", "note", "1")
COLOURS = ("blue", "red", "green", "black", "white", "yellow", "grey")
SIZES = ("XS", "S", "M", "L", "XL")
TEXT: Json = {"type": "string", "maxLength": 200}

CONTRACT = ToolContract(
    name="shop",
    operation="note",
    version="1",
    effect_class=EffectClass.WRITE,
    recovery=Recovery.PROVIDER_IDEMPOTENT,
    identity=("act",),
    entities=("order",),
    input_schema={
        "type": "object",
        "properties": {
            "act": TEXT,
            "order": TEXT,
            "note": TEXT,
            "amount": {"type": "integer"},
            "lines": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {"sku": TEXT, "units": {"type": "integer"}, "title": TEXT},
                    "additionalProperties": False,
                },
            },
        },
        "required": ["act", "order"],
        "additionalProperties": False,
    },
    output_schema={
        "type": "object",
        "properties": {"id": TEXT, "status": TEXT, "total": {"type": "integer"}},
        "required": ["id"],
        "additionalProperties": False,
    },
)


@contextmanager
def owned_database() -> Iterator[str]:
    """Give the URL of a new database, as its owner sees it, and drop it afterwards."""
    name = f"autobiz_{secrets.token_hex(4)}_bench_test"
    with join(ROOT, services=["postgres"]) as stack:
        url = stack.postgres.url
        with psycopg.connect(url, autocommit=True) as server:
            server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
            mine = conninfo.make_conninfo(url, dbname=name)
            try:
                migrate(mine)
                yield mine
            finally:
                server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@contextmanager
def database(more: LiteralString = "") -> Iterator[str]:
    """Give the URL of a new database, as its application sees it, and drop it afterwards."""
    login, word = f"bench_{secrets.token_hex(4)}", secrets.token_hex(8)
    with owned_database() as mine, psycopg.connect(mine, autocommit=True) as owner:
        owner.execute(more or "SELECT 1")
        owner.execute(
            sql.SQL("CREATE ROLE {} LOGIN PASSWORD {} IN ROLE autobiz_app").format(
                sql.Identifier(login), sql.Literal(word)
            )
        )
        try:
            yield conninfo.make_conninfo(mine, user=login, password=word)
        finally:
            owner.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(login)))


def owner_of(url: str) -> str:
    """Return how its owner reaches the database that an application sees."""
    with join(ROOT, services=["postgres"]) as stack:
        name = str(conninfo.conninfo_to_dict(url)["dbname"])
        return conninfo.make_conninfo(stack.postgres.url, dbname=name)


def kernel_on(ledger: Ledger, execute: Execute) -> Kernel:
    """Build a kernel with a law of usual size."""
    tool = Tool(contract=CONTRACT, execute=execute)
    law = Policy(
        contracts={WHERE: CONTRACT},
        scopes=(PermissionScope(principal="agent", tenant=TENANT, tool="shop", operation="note"),),
        bounds=BoundsConfig(steps_max=10**7, tool_calls_max=10**7, cost_micros_max=10**12),
    )
    return Kernel(ledger=ledger, clock=SystemClock(), policy=law, tools={WHERE: tool})


async def answer(arguments: Json, external_key: str) -> Json:
    """Be a provider that answers at once."""
    return {"id": external_key, "status": "accepted", "total": len(arguments)}


def asked(act: str) -> Asked:
    """Ask for one act in about half a kilobyte: its own order and note, and lines of a catalogue."""
    drawn = zlib.crc32(act.encode())
    return Asked(
        path=act,
        tool="shop",
        operation="note",
        version="1",
        arguments={
            "act": act,
            "order": f"shop-one:order-{drawn}",
            "note": f"Leave it with the neighbours at number {drawn % 997}, please",
            "amount": 4200 + drawn % 1000,
            "lines": [_line(drawn // 7**place) for place in range(3)],
        },
    )


def _line(number: int) -> Json:
    colour, size = COLOURS[number % len(COLOURS)], SIZES[number // 7 % len(SIZES)]
    return {
        "sku": f"T-SHIRT-{colour.upper()}-{size}-{number % 100}",
        "units": 1 + number % 3,
        "title": f"{colour.title()} shirt, size {size}, organic cotton, cut {number % 100}",
    }
