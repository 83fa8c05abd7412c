"""Weeks that are over are sealed, and old ones become files, and no row is lost or changed on the way."""

from datetime import timedelta
from typing import LiteralString
from uuid import UUID

import orjson
import psycopg
import pytest
from psycopg.errors import RestrictViolation

from autobiz_kernel import PostgresLedger, migrate, timed_id, unmigrate, verify_tenant
from autobiz_kernel.retention import Ages, RetentionError, Step, Tier, retain, tier_due
from autobiz_kernel.retention.books import partitions_in, seal, the_one_job
from autobiz_kernel.retention.form import COLUMNS
from autobiz_oracles import expect

from ..ledgers_alike import TICK, a_run
from ..retained import ARCHIVED, COLD_ON, MONDAY, PARENTS, SEALED, WARM_ON, WEEK, WEEK_OF, Place, live

in_loop = pytest.mark.asyncio(loop_scope="session")
pytestmark = [
    pytest.mark.priority("P0"),
    pytest.mark.requirement("P1-R07", "P1-R21", "INV-05"),
    pytest.mark.test_id("P1-T13"),
]
COUNTS: LiteralString = """SELECT (SELECT count(*) FROM receipts), (SELECT count(*) FROM state_versions),
    (SELECT count(*) FROM traces)"""
TABLES: LiteralString = """SELECT relname FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relname ~ '_2026w13$' ORDER BY 1"""
NOTES: LiteralString = "SELECT partition, tier, rows, digest FROM archives ORDER BY 2, 1"


def test_a_week_changes_its_tier_on_a_monday_at_midnight() -> None:
    """The present week has age 0, and each tier begins in the first moment of the week that has its age."""
    beyond = timed_id(MONDAY + WEEK, 0)
    for ages in (
        Ages(hot_weeks=1, warm_weeks=1),
        Ages(hot_weeks=1, warm_weeks=2),
        Ages(),
        Ages(hot_weeks=52),
    ):
        for weeks in range(60):
            wanted = (
                Tier.HOT if weeks < ages.hot_weeks else Tier.WARM if weeks < ages.warm_weeks else Tier.COLD
            )
            for day in (MONDAY + weeks * WEEK, MONDAY + (weeks + 1) * WEEK - TICK):
                expect.value(tier_due(beyond, today=day, ages=ages)).equals(wanted)


@in_loop
async def test_a_week_is_sealed_and_then_archived(
    place: Place, place_ledger: PostgresLedger, tenant: UUID
) -> None:
    """Nothing happens a moment too early, each tier is entered once, and what is sealed reads as before."""
    await live(place_ledger, tenant)
    expect.value(place.retain(WARM_ON - TICK)).equals({})
    expect.value(place.retain(WARM_ON)).equals(SEALED)
    expect.value(place.retain(COLD_ON - TICK)).equals({})
    expect.value(place.rows(COUNTS)).equals([(3, 3, 3)])
    expect.value(verify_tenant(place.app, tenant).flaws).equals(())
    expect.value(place.retain(COLD_ON)).equals(ARCHIVED)
    expect.value(place.retain(COLD_ON)).equals({})
    expect.value(place.rows(COUNTS) + place.rows(TABLES)).equals([(0, 0, 0)])
    notes = place.rows(NOTES)
    expect.value([(name, count, digest) for name, _, count, digest in notes[:3]]).equals(
        [(name, count, digest) for name, _, count, digest in notes[3:]]
    )
    expect.value([(name, tier, count) for name, tier, count, _ in notes[:3]]).equals(
        [(WEEK_OF[parent], "cold", 3) for parent in PARENTS]
    )


@in_loop
@pytest.mark.parametrize("day", [COLD_ON, COLD_ON - TICK])
async def test_a_rehearsal_tells_and_does_nothing(
    place: Place, place_ledger: PostgresLedger, tenant: UUID, day: object
) -> None:
    """A dry run says what would become of each partition, writes no file, no note and no trigger."""
    await live(place_ledger, tenant)
    before = place.rows(TABLES)
    words = ("retain", "--archive", str(place.folder), "--today", f"{day:%Y-%m-%d}", "--dry-run", "--json")
    told = place.autobiz(*words)
    steps = {one["partition"]: one["step"] for one in map(orjson.loads, told.output.splitlines())}
    expect.value(steps).equals(dict.fromkeys(SEALED, "archived" if day == COLD_ON else "sealed"))
    expect.value((place.rows(TABLES), place.rows(NOTES), list(place.folder.iterdir()))).equals(
        (before, [], [])
    )
    expect.value(place.retain(WARM_ON)).equals(SEALED)


# What keeps a week hot, and what ends that.
OPEN: tuple[tuple[LiteralString, LiteralString], ...] = (
    ("UPDATE runs SET termination_reason = NULL", "UPDATE runs SET termination_reason = 'FAILED'"),
    ("UPDATE runs SET updated_at = '2027-03-21 00:00:01Z'", "UPDATE runs SET updated_at = '2027-03-21'"),
    (
        "INSERT INTO run_queue (tenant_id, run_id, due_at) SELECT tenant_id, run_id, now() FROM runs",
        "DELETE FROM run_queue",
    ),
)


@in_loop
@pytest.mark.negative
async def test_a_run_that_is_not_over_keeps_its_week_hot(
    place: Place, place_ledger: PostgresLedger, tenant: UUID
) -> None:
    """However old it is, a week is written to as long as one of its runs goes on, waits or has just ended."""
    await live(place_ledger, tenant)
    for harm, mend in OPEN:
        place.harm(harm)
        expect.value(place.retain(COLD_ON)).equals(dict.fromkeys(SEALED, Step.KEPT))
        expect.value((place.rows(COUNTS), place.rows(NOTES))).equals(([(3, 3, 3)], []))
        place.harm(mend)
    expect.value(place.retain(COLD_ON)).equals(ARCHIVED)


@in_loop
@pytest.mark.negative
async def test_a_run_that_begins_at_the_last_moment_is_seen(
    place: Place, place_ledger: PostgresLedger, tenant: UUID
) -> None:
    """Sealing looks once more when nothing can begin any longer, and then leaves the week as it was."""
    await place_ledger.begin(a_run(tenant))
    with the_one_job(place.job) as connection:
        week = partitions_in(connection)
    expect.value((seal(place.job, week, now=WARM_ON), place.rows(NOTES))).equals((None, []))
    await live(place_ledger, tenant, 1)


@in_loop
@pytest.mark.negative
async def test_a_week_that_still_answers_is_not_archived(
    place: Place, place_ledger: PostgresLedger, tenant: UUID
) -> None:
    """Receipts with which a repeated act is answered stay where they are found until its window is over."""
    await live(place_ledger, tenant)
    place.harm("UPDATE idempotency SET expires_at = '2030-01-01'")
    expect.value(place.retain(COLD_ON)).equals({**ARCHIVED, WEEK_OF["receipts"]: Step.KEPT})
    expect.value(place.rows(COUNTS)).equals([(3, 0, 0)])


ADDED: dict[str, LiteralString] = {
    "receipts": """INSERT INTO receipts SELECT tenant_id, %s, seq, tool, effect_class, key, external_key,
        provider_ref, amount_minor, currency, body, prev_hash, hash, at FROM kept""",
    "traces": """INSERT INTO traces (tenant_id, run_id, seq, path, tool, command, guard, outcome, attrs,
        tokens, cost_micros, took_us, epoch, step, at) SELECT tenant_id, %s, 1, '', '', '', '', '', '{}',
        0, 0, 0, 1, 1, at FROM kept""",
    "state_versions": """INSERT INTO state_versions SELECT tenant_id, %s, 1, '', '{}', hash, at FROM kept""",
    "runs": """INSERT INTO runs (tenant_id, run_id, workflow, correlation_id, config_hash, principal,
        began_at, updated_at) SELECT tenant_id, %s, '', '', hash, '', at, at FROM kept""",
    "run_queue": "INSERT INTO run_queue (tenant_id, run_id, due_at) SELECT tenant_id, %s, at FROM kept",
}


@in_loop
@pytest.mark.negative
@pytest.mark.parametrize("day", [WARM_ON, COLD_ON], ids=["sealed", "archived"])
async def test_nothing_enters_a_sealed_week(
    place: Place, place_ledger: PostgresLedger, tenant: UUID, day: object
) -> None:
    """Neither a row, nor a run, nor a place in the queue; a week beside it takes all of them."""
    await live(place_ledger, tenant)
    with psycopg.connect(place.url, autocommit=True) as connection:
        connection.execute("CREATE TEMP TABLE kept AS SELECT * FROM receipts LIMIT 1")
        place.retain(day)  # type: ignore[arg-type]  # pytest gives parameters as objects
        for statement in ADDED.values():
            for moment in (MONDAY, MONDAY + WEEK - timedelta(milliseconds=1)):
                with expect.refusal(RestrictViolation, "its week is sealed; begin a run with an id of today"):
                    connection.execute(statement, [timed_id(moment, 5)])
            connection.execute(statement, [timed_id(MONDAY + WEEK, 5)])
            connection.execute(statement, [timed_id(MONDAY - timedelta(milliseconds=1), 5)])
    with expect.refusal(RestrictViolation, "its week is sealed"):
        await place_ledger.begin(a_run(tenant, 7))


CHANGED: dict[str, LiteralString] = {
    "byte": "UPDATE receipts SET body = overlay(body PLACING '7' FROM 20) WHERE seq = 2",
    "column": "UPDATE receipts SET tool = 'x' WHERE seq = 2",
    "row_less": "DELETE FROM receipts WHERE seq = 3",
    "row_more": """INSERT INTO receipts SELECT tenant_id, run_id, 4, tool, effect_class, key, external_key,
        provider_ref, amount_minor, currency, body, hash, hash, at FROM receipts WHERE seq = 3""",
}


@in_loop
@pytest.mark.negative
@pytest.mark.parametrize("change", CHANGED)
async def test_what_was_changed_since_it_was_sealed_is_not_archived(
    place: Place, place_ledger: PostgresLedger, tenant: UUID, change: str
) -> None:
    """A byte, a column, a row less or more: the move is refused and named, the rows stay, no file is made."""
    await live(place_ledger, tenant)
    place.retain(WARM_ON)
    place.harm(CHANGED[change])
    told = place.autobiz("retain", "--archive", str(place.folder), "--today", f"{COLD_ON:%Y-%m-%d}")
    expect.value(told.exit_code).equals(1)
    expect.value(told.output).matches(f"(?m)^{WEEK_OF['receipts']}: refused: its .* sealed")
    expect.value(sorted(file.name for file in place.folder.iterdir())).equals(
        [place.file(parent).name for parent in PARENTS if parent != "receipts"]
    )
    expect.value(place.rows(TABLES)[0]).equals((WEEK_OF["receipts"],))


@in_loop
@pytest.mark.negative
@pytest.mark.parametrize("tag", ["CREATE TRIGGER", "ALTER TABLE", "DROP TABLE"])
async def test_a_crash_at_any_step_loses_nothing(
    place: Place, place_ledger: PostgresLedger, tenant: UUID, tag: LiteralString
) -> None:
    """The server's process dies as it seals, detaches or drops: all rows stay, and the next run finishes."""
    await live(place_ledger, tenant)
    with psycopg.connect(place.url, autocommit=True) as connection:
        connection.execute(
            "CREATE FUNCTION die() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER AS "
            "'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); END'"
        )
        connection.execute(
            f"CREATE EVENT TRIGGER die ON ddl_command_start WHEN TAG IN ('{tag}') EXECUTE FUNCTION die()"
        )
        (place.folder / f".{place.file('receipts').name}.part").write_bytes(b"half of a fi")
        with expect.refusal(psycopg.OperationalError):
            place.retain(COLD_ON)
        expect.value(place.rows(COUNTS)).equals([(3, 3, 3)])
        expect.value(verify_tenant(place.app, tenant).flaws).equals(())
        connection.execute("DROP EVENT TRIGGER die")
    written = {file: file.read_bytes() for file in place.folder.glob("*.gz")}
    expect.value([file.name for file in written]).equals(
        [] if tag == "CREATE TRIGGER" else [place.file("receipts").name]
    )
    expect.value(place.retain(COLD_ON)).equals(ARCHIVED)
    expect.value({file: file.read_bytes() for file in written}).equals(written)
    expect.value(len(list(place.folder.iterdir()))).equals(3)


@in_loop
@pytest.mark.negative
async def test_it_yields_to_whoever_reads_and_writes(
    place: Place, place_ledger: PostgresLedger, tenant: UUID
) -> None:
    """A week that is read is not dropped, and none is sealed while a run is written; later both are done."""
    await live(place_ledger, tenant)
    for day, lock, busy in (
        (WARM_ON, "LOCK TABLE runs IN ROW EXCLUSIVE MODE", set(SEALED)),
        (COLD_ON, "LOCK TABLE receipts IN ACCESS SHARE MODE", {WEEK_OF["receipts"]}),
    ):
        with psycopg.connect(place.url) as connection:
            connection.execute(lock.encode())
            told = place.retain(day)
        expect.value({name for name, step in told.items() if step is Step.BUSY}).equals(busy)
        expect.value(place.rows(COUNTS)[0][0]).equals(3)
        place.retain(day)
    expect.value(place.rows(COUNTS)).equals([(0, 0, 0)])


@in_loop
async def test_a_downgrade_opens_what_was_sealed(
    place: Place, place_ledger: PostgresLedger, tenant: UUID
) -> None:
    """The schema before this one takes rows again, and the one after it seals them anew."""
    await live(place_ledger, tenant)
    place.retain(WARM_ON)
    unmigrate(place.url, revision="0003")
    await place_ledger.begin(a_run(tenant, 1))
    migrate(place.url)
    place.harm("DELETE FROM runs WHERE termination_reason IS NULL")
    expect.value(place.retain(WARM_ON)).equals(SEALED)


@pytest.mark.negative
def test_what_cannot_be_done_is_said(place: Place) -> None:
    """Weeks in no order, no folder, a login without the roles and a second job are refused in words."""
    here = ("retain", "--archive", str(place.folder))
    for words, login, said in (
        ((*here, "--hot-weeks", "9", "--warm-weeks", "8"), None, "hot for 9 and warm until 8"),
        ((*here, "--hot-weeks", "0"), None, "always hot"),
        (("retain", "--archive", str(place.folder / "absent")), None, "does not exist"),
        (here, place.app, "may not become autobiz_owner and autobiz_archive"),
    ):
        told = place.autobiz(*words, login=login)
        expect.value((told.exit_code, said in told.output)).equals((2, True))
    first = retain(place.job, place.folder, ages=Ages(), now=COLD_ON)
    next(first)
    with expect.refusal(RetentionError, "another `autobiz retain` is at work"):
        place.retain(COLD_ON)
    first.close()  # type: ignore[attr-defined]  # it is a generator


def test_every_column_is_archived(place: Place) -> None:
    """What is written into files are the columns of the tables, all of them and in their order."""
    for parent, columns in COLUMNS.items():
        with psycopg.connect(place.url) as connection:
            told = connection.execute(
                "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 "
                "ORDER BY attnum",
                [parent],
            ).fetchall()
        expect.value(tuple(name for (name,) in told)).equals(columns)
