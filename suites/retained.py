"""A database of its own in which weeks grow old: what a test needs to see them sealed and archived."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import LiteralString
from uuid import UUID

import psycopg
from click.testing import CliRunner, Result

from autobiz_kernel import (
    Ledger,
    RunRecord,
    SettleKind,
    StateChange,
    TerminationReason,
    canonical,
    state_hash,
)
from autobiz_kernel.cli import main
from autobiz_kernel.retention import Ages, Step, retain

from .ledgers_alike import a_run, asked, settlement

WEEK = timedelta(weeks=1)
ACTS = 3
MONDAY = datetime(2026, 3, 23, tzinfo=UTC)  # of the week in which everything here begins
WARM_ON, COLD_ON = MONDAY + 8 * WEEK, MONDAY + 52 * WEEK
PARENTS = ("receipts", "state_versions", "traces")
WEEK_OF = {parent: f"{parent}_2026w13" for parent in PARENTS}
SEALED = dict.fromkeys(WEEK_OF.values(), Step.SEALED)
ARCHIVED = dict.fromkeys(WEEK_OF.values(), Step.ARCHIVED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One database as three logins see it, and the folder of its archive."""

    url: str
    app: str
    job: str
    folder: Path

    def retain(self, today: datetime, *, rehearse: bool = False) -> dict[str, Step]:
        """Do what is due on a day and tell what has become of each partition, at last."""
        moves = retain(self.job, self.folder, ages=Ages(), now=today, rehearse=rehearse)
        return {move.partition: move.step for move in moves}

    def autobiz(self, *words: str, login: str | None = None) -> Result:
        """Run the command line as the job does."""
        return CliRunner().invoke(main, [*words], env={"AUTOBIZ_DATABASE_URL": login or self.job})

    def file(self, parent: str) -> Path:
        return self.folder / f"{WEEK_OF[parent]}.jsonl.gz"

    def rows(self, query: LiteralString) -> list[tuple[object, ...]]:
        """Ask above all policies."""
        with psycopg.connect(self.url) as connection:
            return connection.execute(query).fetchall()

    def harm(self, statement: LiteralString, *values: object) -> None:
        """Do what only an administrator without scruples can: switch the triggers off and write."""
        with psycopg.connect(self.url) as connection:
            connection.execute("SET LOCAL session_replication_role = replica")
            assert connection.execute(statement, values or None).rowcount > 0


async def live(ledger: Ledger, tenant: UUID, number: int = 0) -> RunRecord:
    """Let a run cause some effects, patch its state with each, and end."""
    run = a_run(tenant, number)
    await ledger.begin(run)
    for act in range(1, ACTS + 1):
        key = bytes([act]) * 16 + run.run_id.bytes
        answer = await ledger.claim(asked(run, key=key))
        state = canonical({"act": act})
        change = StateChange(expected=act - 1, state=state, patch=state, state_hash=state_hash(state))
        end = TerminationReason.COMPLETED if act == ACTS else None
        await ledger.settle(
            settlement(
                run,
                SettleKind.DONE,
                epoch=answer.epoch,
                key=key,
                result={"n": act},
                state=change,
                ending=end,
            )
        )
    return run
