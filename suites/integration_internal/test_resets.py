"""Resets of circuits: whose word it was is kept first, for good, or nothing is reset."""

import asyncio
from typing import Any
from uuid import UUID

import psycopg
import pytest
from click.testing import CliRunner, Result
from psycopg import AsyncConnection
from psycopg.errors import Error
from valkey.asyncio import Valkey

from autobiz_kernel.breaker import (
    BreakerError,
    Circuits,
    MemoryCircuits,
    MemoryResets,
    PostgresResets,
    Reset,
    Resets,
    Transition,
    ValkeyCircuits,
    key_of,
)
from autobiz_kernel.cli import main
from autobiz_oracles import expect

from ..resets import a_word

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.priority("P1"),
    pytest.mark.test_id("P1-T-RK05"),
    pytest.mark.risk("RK05"),
]
AWAY = "postgresql://nobody@127.0.0.1:1/away_test"
NOWHERE = "valkey://127.0.0.1:1"
# A loaded machine is no server that is away.
AMPLE_S = 30.0


@pytest.fixture(params=["memory", "postgres"])
def resets(request: pytest.FixtureRequest, app_database: str) -> Resets:
    return MemoryResets() if request.param == "memory" else PostgresResets(app_database)


async def opened(circuits: Circuits, tenant: UUID) -> None:
    """Let the circuit of payments see failures until it is open."""
    for _ in range(5):
        await circuits.told(key_of(tenant, "payments"), now_ms=0, token=0, is_well=False)


async def is_open(circuits: Circuits, tenant: UUID) -> dict[str, bool]:
    """Whether payments are left in peace, as somebody sees who asks."""
    return {"is_open": not (await circuits.may(key_of(tenant, "payments"), now_ms=1)).is_given}


async def test_words_are_kept_in_their_order(resets: Resets, tenant: UUID, victim: UUID) -> None:
    """The latest come first, as many as are asked for, and no tenant reads another's."""
    words = [a_word(tenant, number, dependency=f"tool-{number}", why=f"word {number}") for number in range(3)]
    for word in (words[1], words[0], words[2], a_word(victim, 9)):
        await resets.keep(word)
    expect.value(await resets.latest(tenant, limit=9)).equals((words[2], words[1], words[0]))
    expect.value(await resets.latest(tenant, limit=2)).equals((words[2], words[1]))


class Witness(MemoryResets):
    """Keeps words, and notes how the circuit was when it was asked to; may be unable to."""

    def __init__(self, error: Exception | None = None) -> None:
        super().__init__()
        self.seen: list[dict[str, bool]] = []
        self.circuits: Circuits | None = None
        self._error = error

    async def keep(self, word: Reset) -> None:
        assert self.circuits is not None
        self.seen.append(await is_open(self.circuits, word.tenant))
        if self._error is not None:
            raise self._error
        await super().keep(word)


def circuits_of(kind: str, client: Valkey, resets: Resets | None, heard: list[Transition]) -> Circuits:
    if kind == "memory":
        return MemoryCircuits(on_transition=heard.append, resets=resets)
    return ValkeyCircuits(client, on_transition=heard.append, patience_s=AMPLE_S, resets=resets)


@pytest.mark.adversarial(115)
@pytest.mark.parametrize("kind", ["memory", "valkey"])
async def test_a_word_is_kept_before_the_circuit_is_closed(kind: str, client: Valkey, tenant: UUID) -> None:
    """While the word is written the circuit is as it was; then it is closed, and told of with its author."""
    witness, heard = Witness(), list[Transition]()
    witness.circuits = circuits = circuits_of(kind, client, witness, heard)
    await opened(circuits, tenant)
    await circuits.reset(a_word(tenant))
    expect.value([*witness.seen, await is_open(circuits, tenant)]).equals(
        [{"is_open": True}, {"is_open": False}]
    )
    expect.value([(each.after.value, each.who, each.why) for each in heard]).equals(
        [("open", "", ""), ("closed", "ann", "it is back")]
    )


@pytest.mark.adversarial(115)
@pytest.mark.negative
@pytest.mark.parametrize("kind", ["memory", "valkey"])
@pytest.mark.parametrize("why", ["nobody", "refused", "away"])
async def test_what_cannot_be_kept_is_not_done(kind: str, why: str, client: Valkey, tenant: UUID) -> None:
    """Without anybody who keeps words, or a database that does, nothing is reset, and nobody hears of it."""
    witness, heard = Witness(RuntimeError("no room")), list[Transition]()
    keeps: dict[str, Resets | None] = {"nobody": None, "refused": witness, "away": PostgresResets(AWAY)}
    witness.circuits = circuits = circuits_of(kind, client, keeps[why], heard)
    await opened(circuits, tenant)
    with expect.refusal((BreakerError, RuntimeError, psycopg.OperationalError)):
        await circuits.reset(a_word(tenant))
    expect.value([await is_open(circuits, tenant)]).equals([{"is_open": True}])
    expect.value([each.after.value for each in heard]).equals(["open"])


@pytest.mark.negative
async def test_without_valkey_the_word_is_kept_and_nothing_is_reset(app_database: str, tenant: UUID) -> None:
    """Who resets hears that the shared circuit is as it was, and the books say that it was asked for."""
    resets, gone = PostgresResets(app_database), Valkey.from_url(NOWHERE)
    circuits = ValkeyCircuits(gone, patience_s=AMPLE_S, resets=resets)
    await opened(circuits, tenant)
    with expect.refusal(BreakerError, "the word is kept, and nothing was reset"):
        await circuits.reset(a_word(tenant))
    expect.value([await is_open(circuits, tenant)]).equals([{"is_open": True}])
    expect.value(await resets.latest(tenant, limit=9)).equals((a_word(tenant),))
    await gone.aclose()


@pytest.mark.negative
@pytest.mark.parametrize(
    ("said", "complaint"),
    [
        ({"who": " ", "why": ""}, "who is empty; why is empty; say whose"),
        ({"dependency": ""}, "dependency is empty"),
        ({"why": "x" * 501}, "why has 501 characters, more than 500"),
    ],
)
async def test_a_word_says_whose_it_is_and_why(tenant: UUID, said: dict[str, str], complaint: str) -> None:
    """A word without an author, a reason or a circuit is none, and all that it lacks is told at once."""
    word = a_word(tenant)
    whole = {"dependency": word.dependency, "who": word.who, "why": word.why} | said
    with expect.refusal(BreakerError, complaint):
        Reset(reset_id=word.reset_id, tenant=tenant, at=word.at, **whole)


@pytest.mark.negative
@pytest.mark.parametrize("words", ["UPDATE {} SET who = who", "DELETE FROM {}", "TRUNCATE {}"])
async def test_a_word_cannot_be_unsaid(connection: AsyncConnection[Any], victim: UUID, words: str) -> None:
    """What was kept can be neither changed nor removed, not even by a superuser."""
    with expect.refusal(Error, "immutable"):
        await connection.execute(words.format("circuit_resets").encode())


async def autobiz(tenant: UUID, command: str, *words: str, **places: str) -> Result:
    """The command line, in a thread because it has a loop of its own."""
    whole = ["circuits", command, "--tenant", str(tenant), *words]
    environment = {f"AUTOBIZ_{name.upper()}_URL": url for name, url in places.items()}
    return await asyncio.to_thread(CliRunner().invoke, main, whole, env=environment)


async def test_a_circuit_is_reset_from_the_terminal(
    app_database: str, valkey_url: str, client: Valkey, tenant: UUID
) -> None:
    """`circuits reset` closes it and says how it was; `circuits resets` tells of each in a line."""
    circuits = ValkeyCircuits(client, patience_s=AMPLE_S)
    await opened(circuits, tenant)
    places = {"database": app_database, "valkey": valkey_url}
    words = ["reset", "payments", "--as", "ann", "--why"]
    secret = "sk_live_" + "4eC39HqLyjWDarjtT1zdp7dc"
    for why, was in (("their status page\nis green", "open"), (f"with {secret}", "closed")):
        done = await autobiz(tenant, *words, why, **places)
        expect.value((done.exit_code, done.output)).equals((0, f"payments: was {was}, is closed\n"))
    expect.value([await is_open(circuits, tenant)]).equals([{"is_open": False}])
    listed = await autobiz(tenant, "resets", **places)
    later, earlier = listed.output.splitlines()
    expect.value(earlier).matches(r'  payments  ann  "their status page\\nis green"$')
    expect.value(later).matches("  payments  ann  .*left out").lacks(secret)


@pytest.mark.negative
async def test_the_terminal_resets_nothing_that_is_not_kept(
    app_database: str, valkey_url: str, client: Valkey, tenant: UUID
) -> None:
    """Without a reason, a database or a Valkey it ends with 2, a sentence and an open circuit."""
    circuits = ValkeyCircuits(client, patience_s=AMPLE_S)
    await opened(circuits, tenant)
    whole = {"database": app_database, "valkey": valkey_url}
    for words, places, said in (
        (("--why", " "), whole, "why is empty"),
        (("--why", "it is back"), whole | {"database": AWAY}, "Connection refused"),
        (("--why", "it is back"), whole | {"valkey": "nonsense"}, "--valkey: "),
        (("--why", "it is back"), whole | {"valkey": NOWHERE}, "nothing was reset, because Valkey"),
        ((), whole, "--why"),
    ):
        told = await autobiz(tenant, "reset", "payments", "--as", "ann", *words, **places)
        expect.value((told.exit_code, said in told.output)).equals((2, True))
        expect.value(told.output).lacks("Traceback")
    expect.value([await is_open(circuits, tenant)]).equals([{"is_open": True}])
