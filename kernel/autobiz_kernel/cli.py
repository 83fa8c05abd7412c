"""The command line of those who run the kernel: `autobiz`."""

import sys
from pathlib import Path
from typing import Any
from uuid import UUID

import click
import psycopg

from .cli_approvals import approvals
from .cli_audit import audit
from .cli_business import compile_command, release_command, replay_lines
from .cli_circuits import circuits
from .cli_options import EXIT_ERROR, EXIT_FOUND, EXIT_INTERRUPTED, FILE, database, tenant_option
from .cli_workflow import cancel_command
from .clock import SystemClock
from .diagnosis import diagnose
from .errors import KernelError
from .migrating import make_weeks, migrate, unmigrate
from .retention import archive_commands, retain_command
from .state import replayed
from .telemetry import export_command
from .timeline import kept_versions, run_lines, timeline


class _Kernel(click.Group):
    """What goes wrong is said in one sentence, without a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (KernelError, psycopg.Error, OSError) as error:
            click.echo(f"autobiz: {str(error).strip()}", err=True)
            sys.exit(EXIT_ERROR)
        except KeyboardInterrupt:
            click.echo("autobiz: interrupted", err=True)
            sys.exit(EXIT_INTERRUPTED)


@click.group(cls=_Kernel)
def main() -> None:
    """Look after the books of the kernel."""


@main.command("migrate")
@database
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
@database
def doctor(database: str) -> None:
    """Say what is wrong with the database, its role and its schema, and what to do.

    Ask with the login of the application, whose rights it looks at; only one that migrates sees the version.
    """
    told = diagnose(database)
    for complaint in told.wrong:
        click.echo(f"- {complaint}")
    for unseen in told.unseen:
        click.echo(f"autobiz: not looked at: {unseen}", err=True)
    if told.wrong:
        sys.exit(EXIT_FOUND)
    click.echo("nothing is wrong")


main.add_command(audit)
main.add_command(export_command)


@main.command()
@database
@tenant_option
@click.option("--limit", default=20, show_default=True)
def runs(database: str, tenant: UUID, limit: int) -> None:
    """List a tenant's latest runs."""
    for line in run_lines(database, tenant, limit=limit):
        click.echo(line)


@main.command()
@database
@tenant_option
@click.argument("run", type=click.UUID)
def show(database: str, tenant: UUID, run: UUID) -> None:
    """Tell what happened in a run, call by call."""
    for line in timeline(database, tenant, run):
        click.echo(line)


@main.command("replay")
@database
@tenant_option
@click.argument("run", type=click.UUID)
@click.option(
    "--business",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="The business's file: replay every move and every ruling, and not only the patches.",
)
@click.option("--tools", envvar="AUTOBIZ_TOOLS", help="The registry of that business's tools.")
@click.option("--prices", type=FILE, help="The price table, where tokens cost something.")
def replay_command(
    database: str, tenant: UUID, run: UUID, business: Path | None, tools: str | None, prices: Path | None
) -> None:
    """Build a run's state anew from what was kept and compare it at every version; no tool runs."""
    if business is not None and tools is None:
        raise click.UsageError("--business needs --tools, the registry that it is compiled against")
    versions = kept_versions(database, tenant, run)
    if business is not None and tools is not None:
        click.echo(replay_lines(database, tenant, run, file=business, tools=tools, prices=prices))
        return
    _, told = replayed(versions)
    click.echo(f"{len(versions)} versions lead to {told.hex()}")


main.add_command(compile_command)
main.add_command(release_command)
main.add_command(approvals)
main.add_command(cancel_command)
main.add_command(circuits)
main.add_command(retain_command)
main.add_command(archive_commands)
