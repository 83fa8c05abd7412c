"""The commands about what waits for a person."""

import asyncio
import getpass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import click
import orjson

from .approvals import ApprovalDesk, PostgresApprovals, Request, Verdict, signed_decision, token_of
from .business import people_of
from .cli_options import FILE, compiled_from, database, private_key, tenant_option, tools_option
from .clock import SystemClock
from .incident import Incident


def _line(request: Request) -> str:
    asked = orjson.dumps(dict(request.shown)).decode()
    question = request.question
    return (
        f"{request.approval_id}  {question.priority}  until {question.expires_at:%Y-%m-%d %H:%M}  "
        f"{request.tool}  {asked}  asked of {', '.join(request.groups) or 'nobody'}"
    )


def _alarm(incident: Incident) -> None:
    click.echo(f"{incident.kind.value}: {incident.tool}: {incident.what}", err=True)


@click.group()
def approvals() -> None:
    """Decide what waits for a person."""


@approvals.command("list")
@database
@tenant_option
@click.option("--limit", default=50, show_default=True)
def list_command(database: str, tenant: UUID, limit: int) -> None:
    """List what waits, the most urgent first."""

    async def found() -> tuple[Request, ...]:
        kept = await PostgresApprovals.connect(database)
        try:
            return await kept.open_ones(tenant, limit=limit)
        finally:
            await kept.close()

    requests = asyncio.run(found())
    for request in requests:
        click.echo(_line(request))
    click.echo(f"{len(requests)} waiting")


@approvals.command("token")
@tenant_option
@click.option("--as", "name", default=getpass.getuser, help="Who it speaks for; the login by default.")
@click.option("--key", type=FILE, required=True, help="That person's private key, PEM.")
@click.option(
    "--minutes", type=click.IntRange(1, 15), default=5, show_default=True, help="How long it is good for."
)
def token_command(tenant: UUID, name: str, key: Path, minutes: int) -> None:
    """Sign a token for the API: whoever holds it may read and decide as this person meanwhile."""
    lifetime = timedelta(minutes=minutes)
    click.echo(
        token_of(private_key(key), name=name, tenant=tenant, now=SystemClock().now(), lifetime=lifetime)
    )


@approvals.command("decide")
@database
@tenant_option
@tools_option
@click.argument("approval", type=click.UUID)
@click.argument("verdict", type=click.Choice([each.value for each in Verdict]))
@click.option("--business", type=FILE, required=True, help="The business's file.")
@click.option("--as", "name", default=getpass.getuser, help="Whose decision; the login by default.")
@click.option("--key", type=FILE, required=True, help="That person's private key, PEM.")
@click.option("--reason", default="", help="Why.")
@click.option("--override", is_flag=True, help="Decide alone, as an administrator; with a reason, and told.")
def decide_command(database: str, tenant: UUID, tools: str, approval: UUID, **said: Any) -> None:
    """Approve or deny, signed with a key that the configuration knows."""
    compiled, signer = compiled_from(said["business"], tools), private_key(said["key"])
    verdict, reason, is_override = Verdict(said["verdict"]), str(said["reason"]), bool(said["override"])

    async def done() -> Request:
        kept = await PostgresApprovals.connect(database)
        try:
            request = await kept.look(tenant, approval)
            if request is None:
                raise click.UsageError(
                    f"{approval} is no request of this tenant; see `autobiz approvals list`"
                )
            signature = signed_decision(
                signer,
                tenant=tenant,
                approval_id=approval,
                fingerprint=request.fingerprint,
                verdict=verdict,
                reason=reason,
                is_override=is_override,
            )
            desk = ApprovalDesk(
                approvals=kept, people=people_of(compiled), clock=SystemClock(), on_incident=_alarm
            )
            return await desk.decide_signed(
                tenant=tenant,
                approval_id=approval,
                name=said["name"],
                verdict=verdict,
                signature=signature,
                reason=reason,
                is_override=is_override,
            )
        finally:
            await kept.close()

    told = asyncio.run(done())
    click.echo(f"{approval} is {told.status.name.lower()}")
