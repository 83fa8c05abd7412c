"""Anchors by the hour on real books: who is at it at the same time, what is away, and how it ends."""

import fcntl
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
import pytest_asyncio
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from autobiz_kernel import PostgresLedger, SystemClock, verify_tenant
from autobiz_kernel.audit import Anchoring, OnAnchor, again_and_again
from autobiz_kernel.chains import Anchor, ChainError, key_id, read_anchor_lines
from autobiz_mocks import VirtualClock
from autobiz_oracles import PlainEnding, expect

from ..ledgers_alike import BEGIN, a_run, asked, settle

in_loop = pytest.mark.asyncio(loop_scope="session")
pytestmark = [
    pytest.mark.priority("P1"),
    pytest.mark.requirement("P1-R07", "INV-05"),
    pytest.mark.test_id("P1-T13"),
]
KEY = Ed25519PrivateKey.from_private_bytes(b"h" * 32)
KEYS = {key_id(KEY.public_key()): KEY.public_key()}
AWAY = "postgresql://nobody@127.0.0.1:1/away_test"
SIGNERS = 4


@pytest_asyncio.fixture(loop_scope="session")
async def whose(ledger: PostgresLedger, tenant: UUID) -> UUID:
    """A tenant with a receipt in the books."""
    run = a_run(tenant)
    await ledger.begin(run)
    await settle(ledger, run, await ledger.claim(asked(run)), {"id": "re_1"})
    return tenant


def checked(url: str, tenant: UUID, file: Path) -> tuple[int, tuple[object, ...], tuple[object, ...]]:
    """How many anchors there are, and what an audit finds wrong with them and with the books."""
    lines = read_anchor_lines(file)
    found = verify_tenant(url, tenant, anchor_lines=lines, keys=KEYS)
    return len(lines), found.anchor_flaws, found.flaws


class Crowded(SystemClock):
    """While this clock is asked, somebody else anchors; until the file is held against them."""

    def __init__(self, other: Anchoring) -> None:
        self._other = other
        self.times = 0
        self.is_held = False

    def now(self) -> datetime:
        with self._other.file.open("a+b") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                self.is_held = True
        if not self.is_held:
            self.times += 1
            self._other.once(lambda _: None)
        return super().now()


@in_loop
@pytest.mark.negative
async def test_who_is_overtaken_again_and_again_makes_the_others_wait(
    app_database: str, whose: UUID, tmp_path: Path
) -> None:
    """Where somebody else is always quicker, the file is held in the end, and the anchor is the next one."""
    quick = Anchoring(url=app_database, tenant=whose, file=tmp_path / "anchors", key=KEY, clock=SystemClock())
    clock = Crowded(quick)
    told: list[Anchor] = []
    replace(quick, clock=clock).once(told.append)
    expect.value((clock.is_held, [made.number for made in told])).equals((True, [clock.times + 1]))
    expect.value(checked(app_database, whose, quick.file)).equals((clock.times + 1, (), ()))


@in_loop
async def test_signers_at_once_add_to_one_chain(app_database: str, whose: UUID, tmp_path: Path) -> None:
    """Of four who sign again and again at the same time each adds all of its anchors, and the chain holds."""
    file = tmp_path / "anchors"

    def sign(_signer: int) -> list[int]:
        told: list[Anchor] = []
        anchoring = Anchoring(
            url=app_database,
            tenant=whose,
            file=file,
            key=KEY,
            clock=SystemClock(),
        )
        for _ in range(3):
            anchoring.once(told.append)
        return [made.number for made in told]

    with ThreadPoolExecutor(SIGNERS) as pool:
        numbers = [number for told in pool.map(sign, range(SIGNERS)) for number in told]
    expect.value(sorted(numbers)).equals(list(range(1, SIGNERS * 3 + 1)))
    expect.value(checked(app_database, whose, file)).equals((SIGNERS * 3, (), ()))


@in_loop
@pytest.mark.negative
async def test_a_database_that_was_away_costs_no_more_than_its_hours(
    app_database: str, whose: UUID, tmp_path: Path
) -> None:
    """While it is away nothing is written, not even an empty file; the next anchor covers all of that."""
    clock, file, files = VirtualClock(BEGIN + timedelta(hours=1)), tmp_path / "anchors", list[bool]()
    urls, told = iter([AWAY, AWAY, app_database, AWAY, app_database]), list[Exception]()
    made: list[Anchor] = []

    def once(told_of: OnAnchor) -> None:
        url = next(urls, None)
        if url is None:
            raise KeyboardInterrupt
        files.append(file.exists())
        Anchoring(url=url, tenant=whose, file=file, key=KEY, clock=clock).once(told_of)

    is_good = again_and_again(
        once,
        every=timedelta(hours=1),
        clock=clock,
        pause=clock.advance,
        on_anchor=made.append,
        on_error=told.append,
    )
    expect.value((is_good, files)).equals((True, [False, False, False, True, True]))
    expect.value([len(each.heads) for each in made]).equals([1, 0])
    expect.value([type(error) for error in told]).equals([psycopg.OperationalError] * 3)
    expect.value(checked(app_database, whose, file)).equals((2, (), ()))


@in_loop
@pytest.mark.negative
async def test_two_files_of_one_tenant_are_noticed(app_database: str, whose: UUID, tmp_path: Path) -> None:
    """Who signs into a second file hears that the database knows another anchor of that number."""
    clock, told = SystemClock(), list[Anchor]()
    first, second = (
        Anchoring(url=app_database, tenant=whose, file=tmp_path / name, key=KEY, clock=clock)
        for name in ("one", "other")
    )
    first.once(told.append)
    with expect.refusal(ChainError, "another anchor 1 of tenant .*keep one file"):
        second.once(told.append)
    expect.value(checked(app_database, whose, tmp_path / "one")).equals((1, (), ()))


@in_loop
@pytest.mark.negative
async def test_an_anchor_is_neither_cut_nor_left_untold(
    app_database: str, whose: UUID, tmp_path: Path
) -> None:
    """What would end the process is held from before the line is written until it has been told."""
    file, told, seen = tmp_path / "anchors", list[Anchor](), list[tuple[int, int]]()

    @contextmanager
    def held() -> Iterator[None]:
        seen.append((file.stat().st_size, len(told)))
        yield
        seen.append((file.stat().st_size, len(told)))

    clock = SystemClock()
    Anchoring(url=app_database, tenant=whose, file=file, key=KEY, clock=clock, held=held).once(told.append)
    expect.value(seen).equals([(0, 0), (len(told[0].line()), 1)])


@contextmanager
def anchoring_process(url: str, tenant: UUID, folder: Path) -> Iterator["subprocess.Popen[str]"]:
    """`autobiz audit anchor --every 1h` as a process of its own."""
    private = folder / "key.pem"
    private.write_bytes(KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    words = ["--tenant", str(tenant), "--key", str(private), "--anchors", str(folder / "anchors")]
    with subprocess.Popen(
        [Path(sys.executable).parent / "autobiz", "audit", "anchor", *words, "--every", "1h"],
        env=os.environ | {"AUTOBIZ_DATABASE_URL": url},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def ended(process: "subprocess.Popen[str]", word: signal.Signals) -> PlainEnding:
    process.send_signal(word)
    out, err = process.communicate(timeout=60)
    return PlainEnding(code=process.returncode, out=out, err=err)


@in_loop
@pytest.mark.parametrize("word", [signal.SIGINT, signal.SIGTERM])
async def test_a_word_from_outside_ends_it_well(
    app_database: str, whose: UUID, tmp_path: Path, word: signal.Signals
) -> None:
    """It says its anchor in one line, waits, and at Ctrl-C or SIGTERM ends with 0 and nothing more to say."""
    with anchoring_process(app_database, whose, tmp_path) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        ending = ended(process, word)
    expect.value(line).equals(f"1 heads signed as anchor 1 of {tmp_path / 'anchors'}\n")
    expect.program(ending).ended(0)
    expect.value((ending.out, ending.err)).equals(("", ""))
    expect.value(checked(app_database, whose, tmp_path / "anchors")).equals((1, (), ()))


@pytest.mark.negative
def test_who_could_not_anchor_at_last_says_so(tmp_path: Path) -> None:
    """A database that is away is told on stderr, and whoever is stopped then ends with 2."""
    with anchoring_process(AWAY, UUID(int=1), tmp_path) as process:
        assert process.stderr is not None
        line = process.stderr.readline()
        ending = ended(process, signal.SIGTERM)
    expect.value(line).contains("autobiz: ", "Connection refused", "tried again at the next time")
    expect.program(ending).ended(2)
    expect.value(sorted(each.name for each in tmp_path.iterdir())).equals(["key.pem"])


@pytest.mark.negative
@pytest.mark.parametrize("word", [signal.SIGINT, signal.SIGTERM])
def test_a_database_that_never_answers_keeps_nobody_from_stopping(
    tmp_path: Path, word: signal.Signals
) -> None:
    """Stopped within its first try it ends at once, with 5: nothing was done, and nothing has failed."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(60)
        url = f"postgresql://nobody@127.0.0.1:{silent.getsockname()[1]}/silent_test"
        with anchoring_process(url, UUID(int=1), tmp_path) as process:
            asking, _ = silent.accept()
            with asking:
                ending = ended(process, word)
    expect.program(ending).ended(5)
    expect.value(ending.err).equals("autobiz: interrupted\n")
