"""What lies in files is told from what is gone, and is as provable as what lies in the books."""

import gzip
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, LiteralString
from uuid import UUID, uuid4

import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from psycopg import sql
from psycopg.errors import InsufficientPrivilege

from autobiz_kernel import PostgresLedger, RunRecord, heads_of, verify_tenant
from autobiz_kernel.chains import Window, key_id, next_anchor
from autobiz_oracles import expect

from ..ledgers_alike import BEGIN
from ..retained import ACTS, COLD_ON, PARENTS, WARM_ON, Place, live

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.priority("P0"),
    pytest.mark.requirement("P1-R07", "P1-R21", "INV-05"),
    pytest.mark.test_id("P1-T13", "P1-T31"),
]


def anchored(place: Place, run: RunRecord) -> dict[str, Any]:
    """Swear where the runs of a tenant stand."""
    key = Ed25519PrivateKey.generate()
    window = Window(from_at=BEGIN - timedelta(hours=1), to_at=BEGIN + timedelta(hours=1))
    heads = heads_of(place.app, run.tenant, window)
    anchor = next_anchor(None, tenant=run.tenant, heads=heads, window=window, key=key)
    return {"anchor_lines": [anchor.line()], "keys": {key_id(key.public_key()): key.public_key()}}


async def test_the_audit_tells_archived_runs_from_lost_ones(
    place: Place, place_ledger: PostgresLedger, tenant: UUID
) -> None:
    """Before and after, with anchors and without, nothing is found; runs in the archive are counted apart."""
    run = await live(place_ledger, tenant)
    await live(place_ledger, tenant, 1)
    signed = anchored(place, run)
    for day, (rows, runs, away) in ((WARM_ON, (6, 2, 0)), (COLD_ON, (0, 0, 2))):
        place.retain(day)
        for more in ({}, signed):
            found = verify_tenant(place.app, tenant, **more)
            expect.value((found.rows, found.runs, found.archived)).equals((rows, runs, away))
            expect.value((found.flaws, found.anchor_flaws)).equals(((), ()))
    told = place.autobiz("audit", "verify", "--tenant", str(tenant), login=place.app)
    expect.value(told.output).equals("0 receipts in 0 runs, 2 runs in the archive\n")


AFTERWARDS: dict[str, tuple[LiteralString, str]] = {
    "run_cut": ("UPDATE runs SET receipt_seq = 2 WHERE tenant_id = %s", "vanished"),
    "run_replaced": ("UPDATE runs SET head_hash = sha256('x') WHERE tenant_id = %s", "vanished"),
    "run_removed": ("DELETE FROM runs WHERE tenant_id = %s", "vanished"),
    "receipt_forged": (
        """INSERT INTO receipts SELECT tenant_id, run_id, 1, 't', 'WRITE', head_hash,
               'autobiz:' || repeat('0', 32), NULL, NULL, NULL, '{}', head_hash, head_hash, began_at
           FROM runs WHERE tenant_id = %s""",
        "rewritten",
    ),
}


@pytest.mark.negative
async def test_the_archive_is_no_excuse(place: Place, place_ledger: PostgresLedger) -> None:
    """An archived run that is cut, replaced, removed or given other rows is a flaw: anchors or files tell."""
    runs = {attack: await live(place_ledger, uuid4()) for attack in AFTERWARDS}
    signed = {attack: anchored(place, run) for attack, run in runs.items()}
    place.retain(COLD_ON)
    for attack, (statement, kind) in AFTERWARDS.items():
        run = runs[attack]
        expect.value(verify_tenant(place.app, run.tenant, **signed[attack]).archived).equals(1)
        place.harm(statement, run.tenant)
        found = verify_tenant(place.app, run.tenant, **signed[attack])
        expect.value([(flaw.run, flaw.kind.value) for flaw in found.flaws]).equals([(run.run_id, kind)])
        expect.value(found.archived).equals(0)
        told = place.autobiz("archive", "verify", str(place.file("receipts"))).output
        expect.value((attack, str(run.run_id) in told)).equals((attack, attack != "receipt_forged"))


@pytest.mark.negative
async def test_a_week_that_is_lost_without_a_file_is_still_a_flaw(
    place: Place, place_ledger: PostgresLedger, tenant: UUID
) -> None:
    """Sealed receipts that somebody drops are missed: only a week that was archived may be away."""
    run = await live(place_ledger, tenant)
    place.retain(WARM_ON)
    place.harm("DELETE FROM receipts WHERE tenant_id = %s", tenant)
    (flaw,) = verify_tenant(place.app, tenant).flaws
    expect.value((flaw.run, flaw.kind.value)).equals((run.run_id, "miscounted"))


async def test_a_good_file_is_as_it_was_sealed(
    place: Place, place_ledger: PostgresLedger, tenant: UUID
) -> None:
    """`archive verify` reads every file of a week and ends well; only its owner may read the files."""
    await live(place_ledger, tenant)
    await live(place_ledger, uuid4())
    place.retain(COLD_ON)
    files = [place.file(parent) for parent in PARENTS]
    told = place.autobiz("archive", "verify", *map(str, files))
    expect.value(told.output).equals("".join(f"{file}: 6 rows, as they were sealed\n" for file in files))
    expect.value([file.stat().st_mode & 0o777 for file in files]).equals([0o600] * 3)


def packed(change: Callable[[list[bytes]], list[bytes]]) -> Callable[[Path], None]:
    """Alter what is inside, in a packing that is whole."""

    def alter(file: Path) -> None:
        lines = gzip.decompress(file.read_bytes()).splitlines(keepends=True)
        file.write_bytes(gzip.compress(b"".join(change(lines))))

    return alter


def raw(change: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    """Alter the file's own bytes."""

    def alter(file: Path) -> None:
        file.write_bytes(change(file.read_bytes()))

    return alter


DAMAGE: dict[str, tuple[Callable[[Path], None], str]] = {
    "byte": (
        packed(lambda lines: [*lines[:2], lines[2].replace(b"refund", b"refuse"), lines[3]]),
        "row 2: rewritten",
    ),
    "column": (
        packed(lambda lines: [*lines[:3], lines[3].replace(b'"WRITE","key"', b'"READ","key"')]),
        "effect_class",
    ),
    "last_row": (packed(lambda lines: lines[:-1]), "2 receipts are here, its run ended with 3"),
    "middle_row": (packed(lambda lines: [*lines[:2], lines[3]]), "row 3: missing: 1 row"),
    "order": (packed(lambda lines: [lines[0], lines[2], lines[1], lines[3]]), "row 2: missing"),
    "no_rows": (packed(lambda lines: lines[:1]), "it holds 0 rows"),
    "no_lines": (packed(lambda _: []), "is no archive"),
    "no_receipt": (packed(lambda lines: [*lines[:2], b"{}\n"]), "line 3 is no receipt"),
    "one_more_line": (packed(lambda lines: [*lines, b"\n"]), "line 5 is no receipt"),
    "other_week": (
        packed(lambda lines: [lines[0].replace(b"w13", b"w14"), *lines[1:]]),
        "sealed no such week",
    ),
    "other_form": (packed(lambda lines: [lines[0].replace(b"archive/1", b"archive/2")]), "cannot read"),
    "cut": (raw(lambda data: data[: len(data) // 2]), "cut or damaged"),
    "end_cut": (raw(lambda data: data[:-1]), "cut or damaged"),
    "flipped": (raw(lambda data: data[:40] + bytes([data[40] ^ 1]) + data[41:]), "cut or damaged"),
    "appended": (raw(lambda data: data + b"more"), "cut or damaged"),
    "empty": (raw(lambda _: b""), "is no archive"),
    "no_gzip": (raw(lambda _: b"{}\n"), "cut or damaged"),
}


async def test_a_damaged_file_is_named(place: Place, place_ledger: PostgresLedger, tenant: UUID) -> None:
    """Bytes, columns, rows, their order, the packing: what is other than it was sealed is said, with 1."""
    await live(place_ledger, tenant)
    place.retain(COLD_ON)
    file, good = place.file("receipts"), place.file("receipts").read_bytes()
    told = {}
    for name, (damage, says) in DAMAGE.items():
        file.write_bytes(good)
        damage(file)
        verified = place.autobiz("archive", "verify", str(file), str(place.file("traces")))
        told[name] = (verified.exit_code, says if says in verified.output else verified.output)
        expect.value(verified.output).contains(f"{place.file('traces')}: 3 rows, as they were sealed")
    expect.value(told).equals({name: (1, says) for name, (_, says) in DAMAGE.items()})


async def test_a_run_in_the_archive_is_told_as_such(
    place: Place, place_ledger: PostgresLedger, tenant: UUID
) -> None:
    """`show` names the file in which a run's calls are, and `replay` does not call no patches a replay."""
    run = await live(place_ledger, tenant)
    words = ("--tenant", str(tenant), str(run.run_id))
    place.retain(WARM_ON)
    expect.value(place.autobiz("replay", *words, login=place.app).output).contains("3 versions lead to")
    place.retain(COLD_ON)
    expect.value(place.autobiz("show", *words, login=place.app).output).contains(
        f"its calls are in the archive, {place.file('traces').name}"
    )
    for more in ((), ("--business", __file__, "--tools", "none:at_all")):
        told = place.autobiz("replay", *words, *more, login=place.app)
        expect.value((told.exit_code, place.file("state_versions").name in told.output)).equals((2, True))


ATTACKS: tuple[LiteralString, ...] = (
    "SET ROLE autobiz_archive",
    "TABLE archives",
    "SELECT digest FROM archives",
    "SELECT rows FROM archives",
    "TABLE receipts_2026w13",
    "COPY receipts_2026w13 TO STDOUT",
    "DROP TRIGGER keep_sealed ON receipts_2026w13",
    "ALTER TABLE receipts DETACH PARTITION receipts_2026w13",
    "INSERT INTO archives SELECT 'x', parent, 'cold', first_id, beyond_id, 0, sha256(''), at FROM archives",
    "UPDATE archives SET tier = 'cold'",
    "DELETE FROM archives",
    "TRUNCATE archives",
    "CALL protect_table('archives')",
)


@pytest.mark.negative
async def test_the_application_gains_nothing_by_the_archive(
    place: Place, place_ledger: PostgresLedger, tenant: UUID
) -> None:
    """Its login may not become the archive's role, read sums over all tenants, or change what was noted."""
    await live(place_ledger, uuid4())
    place.retain(WARM_ON)
    with psycopg.connect(place.app) as connection:
        connection.execute("SELECT set_config('autobiz.tenant', %s, false)", [str(tenant)])
        for table in ("receipts", "traces", "state_versions", "runs"):
            query = sql.SQL("SELECT * FROM {}").format(sql.Identifier(table))
            expect.value(connection.execute(query).fetchall()).equals([])
        connection.commit()
        for attack in ATTACKS:
            with expect.refusal(InsufficientPrivilege):
                connection.execute(attack)
            connection.rollback()
    expect.value(place.rows("SELECT tier, rows FROM archives")).equals([("warm", ACTS)] * 3)
