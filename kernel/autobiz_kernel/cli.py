"""The command line of those who run the kernel: `autobiz`."""

import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import click
import psycopg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from .audit import anchor_from, heads_of, keep_anchor, make_anchor, verify_tenant
from .clock import SystemClock
from .diagnosis import diagnose
from .errors import KernelError
from .migrating import make_weeks, migrate, unmigrate
from .state import replayed
from .timeline import kept_versions, run_lines, timeline

EXIT_FOUND = 1
EXIT_ERROR = 2
Command = TypeVar("Command", bound=Callable[..., Any])


def _database(command: Command) -> Command:
    """Every command works on a database, whose URL holds a password and so comes from the environment."""
    option = click.option(
        "--database",
        envvar="AUTOBIZ_DATABASE_URL",
        required=True,
        help="URL; better given in AUTOBIZ_DATABASE_URL.",
    )
    return option(command)


def _tenant(command: Command) -> Command:
    return click.option("--tenant", type=click.UUID, required=True, help="Whose books.")(command)


class _Kernel(click.Group):
    """What goes wrong is said in one sentence, without a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (KernelError, psycopg.Error, OSError) as error:
            click.echo(f"autobiz: {str(error).strip()}", err=True)
            sys.exit(EXIT_ERROR)


@click.group(cls=_Kernel)
def main() -> None:
    """Look after the books of the kernel."""


@main.command("migrate")
@_database
@click.option("--down", is_flag=True, help="Take every revision back. All rows are lost.")
@click.option("--yes", is_flag=True, help="Mean it.")
@click.option("--weeks", default=8, show_default=True, help="For how many weeks partitions are made.")
def migrate_command(database: str, down: bool, yes: bool, weeks: int) -> None:
    """Bring the database to this version's schema and make the partitions of the weeks to come."""
    if down and not yes:
        raise click.UsageError("--down drops every table with its rows; say --yes as well to mean it")
    if down:
        unmigrate(database)
        return
    migrate(database)
    make_weeks(database, now=SystemClock().now(), weeks=weeks)
    click.echo("the schema is up to date")


@main.command()
@_database
def doctor(database: str) -> None:
    """Say what is wrong with the database, its role and its schema, and what to do."""
    complaints = diagnose(database)
    for complaint in complaints:
        click.echo(f"- {complaint}")
    if complaints:
        sys.exit(EXIT_FOUND)
    click.echo("nothing is wrong")


@main.group()
def audit() -> None:
    """Prove that receipts are as they were written."""


@audit.command()
@_database
@_tenant
@click.option("--anchor", "anchors", type=click.Path(path_type=Path, exists=True), multiple=True)
@click.option("--key", type=click.Path(path_type=Path, exists=True), help="Public key of the anchors, PEM.")
def verify(database: str, tenant: UUID, anchors: tuple[Path, ...], key: Path | None) -> None:
    """Follow every chain of receipts and name the first bad row of each run."""
    read = tuple(anchor_from(path.read_bytes(), name=str(path)) for path in anchors)
    if read and key is None:
        raise click.UsageError("anchors are worth as much as their signature; give --key")
    forged = [
        str(path) for path, anchor in zip(anchors, read, strict=True) if not anchor.is_signed_by(_public(key))
    ]
    verified, missing = verify_tenant(database, tenant, read)
    for name in forged:
        click.echo(f"{name}: not signed by this key")
    for finding in (*verified.findings, *missing):
        click.echo(f"run {finding.run_id}, receipt {finding.seq}: {finding.what}")
    click.echo(f"{verified.rows} receipts in {len(verified.ends)} runs")
    if forged or verified.findings or missing:
        sys.exit(EXIT_FOUND)


@audit.command()
@_database
@_tenant
@click.option("--key", type=click.Path(path_type=Path, exists=True), required=True, help="Private key, PEM.")
@click.option("--hours", default=1, show_default=True, help="How far back.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="File outside of the database.")
def anchor(database: str, tenant: UUID, key: Path, hours: int, out: Path) -> None:
    """Sign where the chains are now, and write that to a file."""
    until = SystemClock().now()
    since = until - timedelta(hours=hours)
    signer = load_pem_private_key(key.read_bytes(), password=None)
    if not isinstance(signer, Ed25519PrivateKey):
        raise click.UsageError(f"{key} holds no Ed25519 key")
    heads = heads_of(database, tenant, from_at=since, to_at=until)
    made = make_anchor(tenant=tenant, from_at=since, to_at=until, heads=heads, key=signer)
    out.write_bytes(made.text())
    keep_anchor(database, made)
    click.echo(f"{len(heads)} heads signed into {out}")


@main.command()
@_database
@_tenant
@click.option("--limit", default=20, show_default=True)
def runs(database: str, tenant: UUID, limit: int) -> None:
    """List a tenant's latest runs."""
    for line in run_lines(database, tenant, limit=limit):
        click.echo(line)


@main.command()
@_database
@_tenant
@click.argument("run", type=click.UUID)
def show(database: str, tenant: UUID, run: UUID) -> None:
    """Tell what happened in a run, call by call."""
    for line in timeline(database, tenant, run):
        click.echo(line)


@main.command("replay")
@_database
@_tenant
@click.argument("run", type=click.UUID)
def replay_command(database: str, tenant: UUID, run: UUID) -> None:
    """Build a run's state anew from its patches and compare it at every version; no tool runs."""
    versions = kept_versions(database, tenant, run)
    _, told = replayed(versions)
    click.echo(f"{len(versions)} versions lead to {told.hex()}")


def _public(key: Path | None) -> Ed25519PublicKey:
    made = None if key is None else load_pem_public_key(key.read_bytes())
    if not isinstance(made, Ed25519PublicKey):
        raise click.UsageError(f"{key} holds no Ed25519 key")
    return made
