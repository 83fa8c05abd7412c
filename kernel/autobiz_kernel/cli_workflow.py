"""The commands about runs of workflows."""

import asyncio
import getpass
from uuid import UUID

import click

from .cli_options import EXIT_FOUND, database, tenant_option
from .clock import SystemClock
from .ledger import PostgresLedger
from .redaction import Redactor
from .workflow import CallOff, PostgresQueue, cancel_run


@click.command("cancel")
@database
@tenant_option
@click.argument("run", type=click.UUID)
@click.option("--reason", required=True, help="Why; kept for good.")
@click.option("--as", "who", default=getpass.getuser, help="Who calls it off; the login by default.")
def cancel_command(database: str, tenant: UUID, run: UUID, reason: str, who: str) -> None:
    """Call a run off: its workers undo what it has done, and it ends as CANCELLED.

    Wherever it stands: at work, waiting for a moment, an event or a person, in doubt. Twice is once.
    A run that is over stays as it has ended; then the exit code is 1.
    """

    async def asked() -> CallOff:
        ledger, queue = await PostgresLedger.connect(database), await PostgresQueue.connect(database)
        try:
            said = Redactor().text(reason)
            return await cancel_run(ledger, queue, tenant, run, who=who, reason=said, at=SystemClock().now())
        finally:
            await queue.close()
            await ledger.close()

    told = asyncio.run(asked())
    words = {
        CallOff.ASKED: f"{run} is called off: what it has done is undone by the next worker that looks",
        CallOff.ASKED_BEFORE: f"{run} was called off before, and the first word counts",
        CallOff.OVER: f"{run} is over, and stays as it has ended",
    }
    click.echo(words[told])
    if told is CallOff.OVER:
        raise SystemExit(EXIT_FOUND)
