"""Whatever is done to the receipts behind the kernel's back, the audit names the first bad row."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, LiteralString
from uuid import UUID

import pytest
import pytest_asyncio
from click.testing import CliRunner, Result
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from psycopg import AsyncConnection

from autobiz_kernel import (
    PostgresLedger,
    RunRecord,
    SettleKind,
    heads_of,
    verify_tenant,
)
from autobiz_kernel.chains import Window, key_id, next_anchor
from autobiz_kernel.cli import main
from autobiz_oracles import expect

from ..ledgers_alike import BEGIN, a_run, asked, settlement
from ..retained import Place

in_loop = pytest.mark.asyncio(loop_scope="session")
pytestmark = [
    pytest.mark.priority("P0"),
    pytest.mark.requirement("P1-R07", "INV-05"),
    pytest.mark.test_id("P1-T13"),
]
RECEIPTS = 4
SPAN = Window(from_at=BEGIN.replace(hour=0), to_at=BEGIN.replace(hour=23))


@pytest_asyncio.fixture(loop_scope="session")
async def runs(ledger: PostgresLedger, tenant: UUID) -> tuple[RunRecord, RunRecord]:
    """Two runs of four receipts each."""
    made = (a_run(tenant, 1), a_run(tenant, 2))
    for run in made:
        await ledger.begin(run)
        for number in range(1, RECEIPTS + 1):
            key = bytes([number]) * 16 + run.run_id.bytes
            answer = await ledger.claim(asked(run, key=key))
            await ledger.settle(
                settlement(run, SettleKind.DONE, epoch=answer.epoch, key=key, result={"number": number})
            )
    return made


async def tamper(
    connection: AsyncConnection[Any], statement: LiteralString, rows: LiteralString, run: RunRecord
) -> None:
    """Do what only an administrator without scruples can: switch the triggers off and write."""
    async with connection.transaction():
        await connection.execute("SET LOCAL session_replication_role = replica")
        words = (statement, "WHERE tenant_id = %(tenant)s AND run_id = %(run)s AND", rows)
        cursor = await connection.execute(" ".join(words), {"tenant": run.tenant, "run": run.run_id})
        assert cursor.rowcount > 0


@in_loop
@pytest.mark.usefixtures("runs")
async def test_untouched_books_are_whole(app_database: str, tenant: UUID) -> None:
    """All receipts of all runs are read, as the application's own role, and nothing is found."""
    found = verify_tenant(app_database, tenant)
    expect.value((found.rows, found.runs, found.flaws, found.anchor_flaws)).equals((2 * RECEIPTS, 2, (), ()))


# What is done, to which of a run's rows, the number of the first bad one, and what is said of it.
ATTACKS: dict[str, tuple[LiteralString, LiteralString, int, str]] = {
    "one_byte": ("UPDATE receipts SET body = overlay(body PLACING '7' FROM 20)", "seq = 2", 2, "rewritten"),
    "dropped": ("DELETE FROM receipts", "seq = 2", 3, "missing: 1 row between row 1"),
    "tail_cut": ("DELETE FROM receipts", "seq = 4", 4, "its run counts 4, 3 are there"),
    "all_of_it": ("DELETE FROM receipts", "true", 1, "its run counts 4, 0 are there"),
    "swapped": (
        "UPDATE receipts SET seq = CASE seq WHEN 2 THEN 9 ELSE 2 END",
        "seq IN (2, 3)",
        2,
        "rewritten",
    ),
    "hash": ("UPDATE receipts SET hash = sha256('x')", "seq = 3", 3, "rewritten"),
    "link": ("UPDATE receipts SET prev_hash = sha256('x')", "seq = 3", 3, "rewritten"),
    "column": ("UPDATE receipts SET amount_minor = 1", "seq = 3", 3, "column amount_minor"),
    "tool": ("UPDATE receipts SET tool = 'x'", "seq = 1", 1, "column tool"),
    "external_key": (
        "UPDATE receipts SET external_key = 'autobiz:' || repeat('f', 32)",
        "seq = 1",
        1,
        "column external_key",
    ),
    "added": (
        """INSERT INTO receipts SELECT tenant_id, run_id, 5, tool, effect_class, key, external_key,
               provider_ref, amount_minor, currency, body, hash, sha256('x'), at FROM receipts""",
        "seq = 4",
        5,
        "rewritten",
    ),
}


@pytest.mark.adversarial(75)
@in_loop
@pytest.mark.negative
@pytest.mark.parametrize("attack", ATTACKS)
async def test_the_first_bad_row_is_named(
    runs: tuple[RunRecord, RunRecord], connection: AsyncConnection[Any], app_database: str, attack: str
) -> None:
    """A byte, a row, a tail, an order, a link or a column that was changed is found where it was changed."""
    statement, rows, seq, words = ATTACKS[attack]
    await tamper(connection, statement, rows, runs[0])
    (flaw,) = verify_tenant(app_database, runs[0].tenant).flaws
    expect.value((flaw.run, flaw.seq)).equals((runs[0].run_id, seq))
    expect.value(str(flaw)).contains(words)


FORGED_HEAD = """UPDATE runs SET receipt_seq = 3, head_hash =
    (SELECT hash FROM receipts r WHERE r.run_id = runs.run_id AND seq = 3)"""


@pytest.mark.adversarial(75)
@in_loop
@pytest.mark.negative
@pytest.mark.parametrize(
    ("attack", "kind", "seq"),
    [
        ((("DELETE FROM receipts", "true"), ("DELETE FROM runs", "true")), "vanished", 1),
        ((("DELETE FROM receipts", "seq = 4"), (FORGED_HEAD, "true")), "truncated", 4),
    ],
    ids=["whole_run", "tail_and_head"],
)
async def test_what_was_removed_without_a_trace_is_missing_from_the_anchor(
    runs: tuple[RunRecord, RunRecord],
    connection: AsyncConnection[Any],
    app_database: str,
    attack: tuple[tuple[LiteralString, LiteralString], ...],
    kind: str,
    seq: int,
) -> None:
    """A whole run, or a tail together with its head, is missed by the links and found by the signed heads."""
    tenant, key = runs[0].tenant, Ed25519PrivateKey.generate()
    heads = heads_of(app_database, tenant, SPAN)
    anchor = next_anchor(None, tenant=tenant, heads=heads, window=SPAN, key=key)
    signed: dict[str, Any] = {
        "anchor_lines": [anchor.line()],
        "keys": {key_id(key.public_key()): key.public_key()},
    }
    expect.value(verify_tenant(app_database, tenant, **signed).flaws).equals(())
    for statement, rows in attack:
        await tamper(connection, statement, rows, runs[0])
    expect.value(verify_tenant(app_database, tenant).flaws).equals(())
    (flaw,) = verify_tenant(app_database, tenant, **signed).flaws
    expect.value((flaw.run, flaw.kind.value, flaw.seq)).equals((runs[0].run_id, kind, seq))


@pytest.fixture
def autobiz(app_database: str) -> Callable[..., Result]:
    """Runs the command line as the application's role."""

    def run(*words: str, database: str = app_database) -> Result:
        return CliRunner().invoke(main, [*words], env={"AUTOBIZ_DATABASE_URL": database})

    return run


@in_loop
async def test_the_command_line_verifies_anchors_and_tells(
    autobiz: Callable[..., Result],
    runs: tuple[RunRecord, RunRecord],
    connection: AsyncConnection[Any],
    tmp_path: Path,
) -> None:
    """`autobiz audit` signs and verifies, ends with 1 when a row is bad, and names it."""
    key = Ed25519PrivateKey.generate()
    private, public, out = tmp_path / "key", tmp_path / "key.pub", tmp_path / "anchors"
    private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    public.write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    mine = ("--tenant", str(runs[0].tenant))
    made = autobiz("audit", "anchor", *mine, "--key", str(private), "--anchors", str(out))
    expect.value(made.output).matches("^2 heads signed as anchor 1")
    again = autobiz("audit", "anchor", *mine, "--key", str(private), "--anchors", str(out))
    expect.value(again.output).matches("^0 heads signed as anchor 2")
    checked = ("audit", "verify", *mine, "--anchors", str(out), "--key", str(public))
    whole = autobiz(*checked)
    expect.value((whole.exit_code, whole.output)).equals((0, "8 receipts in 2 runs\n"))
    await tamper(connection, "UPDATE receipts SET hash = sha256('x')", "seq = 4", runs[1])
    found = autobiz(*checked)
    expect.value(found.exit_code).equals(1)
    expect.value(found.output).contains(f"run {runs[1].run_id}, row 4: rewritten")
    first, _ = out.read_bytes().splitlines(keepends=True)
    out.write_bytes(first)
    expect.value(autobiz(*checked).output).contains("anchor line 2: truncated: the file ends before anchor 2")


@in_loop
async def test_the_command_line_tells_a_run(
    autobiz: Callable[..., Result], runs: tuple[RunRecord, RunRecord]
) -> None:
    """`runs` lists, `show` tells each call in order, and `replay` gives the state's hash."""
    mine = ("--tenant", str(runs[0].tenant))
    listed = autobiz("runs", *mine)
    expect.value([line.split()[0] for line in listed.output.splitlines()]).equals(
        [str(run.run_id) for run in runs]
    )
    shown = autobiz("show", *mine, str(runs[0].run_id)).output.splitlines()
    expect.value(len(shown)).equals(RECEIPTS + 2)
    expect.value(shown[1]).contains("provider.refund@1")
    expect.value(shown[-1]).matches("^going on: 4 steps, 4 receipts")
    expect.value(autobiz("replay", *mine, str(runs[0].run_id)).output).contains("0 versions lead to")


@pytest.mark.negative
def test_the_command_line_fails_in_words(autobiz: Callable[..., Result], database: str) -> None:
    """A run that is not there, a role that may too much and a drop that was not meant end in a sentence."""
    nobody = ("--tenant", str(UUID(int=1)))
    for words, code, said in (
        (("show", *nobody, str(UUID(int=2))), 2, "not there for this tenant"),
        (("migrate", "--down"), 2, "say --yes"),
        (("audit", "verify", *nobody, "--anchors", __file__), 2, "give --key"),
        (
            ("audit", "verify", *nobody, "--anchors", "absent", "--key", __file__),
            2,
            "holds no public Ed25519 key",
        ),
    ):
        told = autobiz(*words)
        expect.value((told.exit_code, said in told.output)).equals((code, True))
        expect.value(told.output).lacks("Traceback")
    diagnosed = autobiz("doctor", database=database)
    expect.value(diagnosed.exit_code).equals(1)
    expect.value(diagnosed.output).contains("passes row-level security by")


@pytest.mark.test_id("P1-T33")
def test_the_application_asks_doctor_itself(place: Place, autobiz: Callable[..., Result]) -> None:
    """With the application's login `doctor` finds nothing wrong, and says what that login may not see."""
    told = autobiz("doctor", database=place.app)
    expect.value((told.exit_code, told.stdout.strip())).equals((0, "nothing is wrong"))
    expect.value(told.stderr).contains("not looked at: the schema's version")
    seen = autobiz("doctor", database=place.url)
    expect.value((seen.exit_code, "not looked at" in seen.output)).equals((1, False))
