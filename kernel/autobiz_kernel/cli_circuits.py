"""The commands about circuit breakers."""

import asyncio
import getpass
from datetime import UTC
from uuid import UUID

import click
import orjson
from valkey.asyncio import Valkey

from .breaker import PostgresResets, Reset, Transition, ValkeyCircuits
from .cli_options import database, tenant_option
from .clock import SystemClock
from .ids import TimedIds
from .redaction import Redactor

# A person waits longer for an answer than a call does.
_PATIENCE_S = 5.0


@click.group()
def circuits() -> None:
    """Look after the circuit breakers of dependencies."""


@circuits.command("reset")
@database
@tenant_option
@click.argument("dependency")
@click.option("--valkey", envvar="AUTOBIZ_VALKEY_URL", required=True, help="URL of the shared circuits.")
@click.option("--why", required=True, help="Why; kept for good.")
@click.option("--as", "who", default=getpass.getuser, help="Whose word; the login by default.")
def reset_command(database: str, tenant: UUID, dependency: str, valkey: str, why: str, who: str) -> None:
    """Close a tenant's circuit of a dependency, such as `payments`, by hand.

    Who, why and when are written down first, for good; what cannot be written down is not done. A dependency
    that is still down opens its circuit again after as many failures as ever.
    """
    now = SystemClock().now()
    word = Reset(
        reset_id=TimedIds().new(now),
        tenant=tenant,
        dependency=dependency,
        who=who,
        why=Redactor().text(why),
        at=now,
    )
    try:
        client = Valkey.from_url(valkey)
    except ValueError as error:
        raise click.UsageError(f"--valkey: {error}") from error

    def told(transition: Transition) -> None:
        click.echo(f"{dependency}: was {transition.before}, is {transition.after}")

    async def done() -> None:
        shared = ValkeyCircuits(
            client, on_transition=told, patience_s=_PATIENCE_S, resets=PostgresResets(database)
        )
        try:
            await shared.reset(word)
        finally:
            await client.aclose()

    asyncio.run(done())


@circuits.command("resets")
@database
@tenant_option
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True)
def resets_command(database: str, tenant: UUID, limit: int) -> None:
    """List who has had which circuit closed by hand, when (UTC) and why, the latest first."""
    for each in asyncio.run(PostgresResets(database).latest(tenant, limit=limit)):
        # As JSON, because people write lines and worse.
        why = orjson.dumps(each.why).decode()
        click.echo(f"{each.at.astimezone(UTC):%Y-%m-%d %H:%M:%S}  {each.dependency}  {each.who}  {why}")
