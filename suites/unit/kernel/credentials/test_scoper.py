"""Secrets are handed to their own tenant, remembered for a while, and exchanged without a failed call."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from prometheus_client import generate_latest

from autobiz_kernel import Json, NotDoneError, Principal, Refused, Tool
from autobiz_kernel.credentials import (
    AccessFile,
    CredentialError,
    CredentialMetrics,
    Credentials,
    Told,
    rotating_tool,
)
from autobiz_kernel.transport import ErrorClass, TurnedAwayError
from autobiz_mocks import VirtualClock

from ....credentials_kept import OURS, THEIRS, THEM, US, Kept, Safe, value_of
from ....tools import tool

TICK = timedelta(microseconds=1)
TTL, STALE = timedelta(minutes=5), timedelta(hours=1)


def test_a_secret_is_remembered_until_its_time_is_over() -> None:
    """It is fetched once, served from memory for less than five minutes, and then fetched anew."""

    async def story() -> list[str]:
        safe = Safe()
        for by in (timedelta(0), TTL - TICK, TICK):
            safe.clock.advance(by)
            await safe.get(US, OURS)
        return [each.told for each in safe.accesses]

    assert asyncio.run(story()) == [Told.FETCHED, Told.CACHED, Told.FETCHED]


def test_a_source_that_is_down_costs_no_call_for_an_hour() -> None:
    """What is remembered serves while its source does not answer, and not for longer than it may."""

    async def story() -> list[str]:
        safe = Safe()
        await safe.get(US, OURS)
        safe.kept.is_down = True
        told = []
        for by in (TTL, STALE - TTL - TICK, TICK):
            safe.clock.advance(by)
            told.append(await safe.get(US, OURS))
        safe.kept.is_down = False
        return [*told, await safe.get(US, OURS), *(each.told for each in safe.accesses[1:])]

    first = value_of(OURS, "stripe", 1)
    assert asyncio.run(story()) == [
        *(first, first, "SourceError", first),
        *(Told.STALE, Told.STALE, Told.UNAVAILABLE, Told.FETCHED),
    ]


@pytest.mark.negative
def test_what_was_taken_away_is_not_served_from_memory() -> None:
    """A secret that its source no longer has is gone at the next look, even if the source is down later."""

    async def story() -> list[str]:
        safe = Safe()
        await safe.get(US, OURS)
        del safe.kept.versions[OURS, "stripe"]
        safe.clock.advance(TTL)
        told = [await safe.get(US, OURS)]
        safe.kept.is_down = True
        return [*told, await safe.get(US, OURS)]

    assert asyncio.run(story()) == ["AbsentError", "SourceError"]


@pytest.mark.negative
@pytest.mark.parametrize(
    "principal",
    [
        THEM,
        Principal(name="agent", tenant=OURS, on_behalf_of=THEM),
        Principal(name="agent", tenant=THEIRS, on_behalf_of=US),
    ],
    ids=["another", "on_behalf_of_another", "another_on_our_behalf"],
)
def test_another_tenants_secret_is_refused_before_anybody_looks(principal: Principal) -> None:
    """Neither who asks nor anybody in whose name is asked may be of another tenant."""

    async def story() -> Safe:
        safe = Safe()
        assert await safe.get(principal, OURS) == "ForeignError"
        return safe

    safe = asyncio.run(story())
    assert safe.kept.reads == []
    assert [(each.told, each.tenant, each.of_tenant) for each in safe.accesses] == [
        (Told.FOREIGN, OURS, principal.tenant)
    ]


@pytest.mark.negative
def test_an_access_that_cannot_be_recorded_gives_nothing_away() -> None:
    """A record that fails keeps the secret where it is, remembered ones too."""

    def fails(_access: object) -> None:
        raise OSError("disk full")

    async def story() -> None:
        credentials = Credentials(Safe().kept, VirtualClock(), fails)
        for _ in range(2):
            with pytest.raises(OSError, match="disk full"):
                await credentials.get(US, OURS, "stripe")

    asyncio.run(story())


def test_accesses_are_lines_of_a_file_without_the_secret(tmp_path: Path) -> None:
    """Each access is one line on disk: who, whose, which, what was told; two records of one file agree."""

    async def story() -> None:
        path = tmp_path / "accesses.jsonl"
        for record in (AccessFile(path), AccessFile(path)):
            await Credentials(Safe().kept, VirtualClock(), record).get(US, OURS, "stripe")

    asyncio.run(story())
    text = (tmp_path / "accesses.jsonl").read_text()
    assert text.count("\n") == 2
    assert '"told": "fetched"' in text
    assert "hush" not in text
    assert (tmp_path / "accesses.jsonl").stat().st_mode & 0o077 == 0


def test_the_age_that_is_told_is_the_oldest() -> None:
    """A page shows how old the oldest secret of each name is at this moment, and no tenant."""
    safe = Safe()
    metrics = CredentialMetrics(safe.clock)

    async def story() -> None:
        credentials = Credentials(safe.kept, safe.clock, metrics.on_access)
        await credentials.get(US, OURS, "stripe")
        await credentials.get(THEM, THEIRS, "stripe")

    before = safe.clock.now()
    asyncio.run(story())
    safe.clock.advance(timedelta(days=3))
    page = generate_latest(metrics.registry).decode()
    (line,) = (line for line in page.splitlines() if line.startswith("credential_rotation_age_days"))
    since = next(iter(metrics._since.values()))
    assert float(line.split()[1]) == pytest.approx((before - since) / timedelta(days=1) + 3)
    assert 'credential_access_total{told="fetched"} 2.0' in page
    assert str(OURS) not in page


class Provider:
    """Takes one key, and remembers what it was sent."""

    def __init__(self, key: str) -> None:
        self.key, self.done, self.turned_away = key, list[str](), 0

    async def act(self, with_key: str, external_key: str) -> Json | Refused:
        await asyncio.sleep(0)
        if with_key != self.key:
            self.turned_away += 1
            raise TurnedAwayError("401", error_class=ErrorClass.AUTH)
        self.done.append(external_key)
        return {"id": external_key}


def rotating(safe: Safe, provider: Provider) -> Tool:
    async def never(arguments: Json, key: str) -> Json:
        raise AssertionError

    def made_with(secret: str) -> Tool:
        async def execute(arguments: Json, key: str) -> Json | Refused:
            return await provider.act(secret, key)

        return tool(execute)

    return rotating_tool(tool(never), made_with, safe.credentials, US, OURS, "stripe")


def test_a_key_exchanged_between_two_calls_fails_neither() -> None:
    """The provider turns the old key away, and the same call goes out once more under the new one."""

    async def story() -> Provider:
        safe, provider = Safe(), Provider(value_of(OURS, "stripe", 1))
        made = rotating(safe, provider)
        await made.execute({}, "k-1")
        safe.kept.versions[OURS, "stripe"], provider.key = 2, value_of(OURS, "stripe", 2)
        await made.execute({}, "k-2")
        return provider

    provider = asyncio.run(story())
    assert (provider.done, provider.turned_away) == (["k-1", "k-2"], 1)


@pytest.mark.adversarial(39)
def test_a_key_exchanged_under_many_calls_fails_none() -> None:
    """Of 32 calls under way while the key is exchanged each is done once, and one look brings the new key."""

    async def story() -> tuple[Safe, Provider]:
        safe, provider = Safe(), Provider(value_of(OURS, "stripe", 1))
        made = rotating(safe, provider)
        await made.execute({}, "k")

        async def exchange() -> None:
            safe.kept.versions[OURS, "stripe"], provider.key = 2, value_of(OURS, "stripe", 2)

        await asyncio.gather(*(made.execute({}, f"k-{number}") for number in range(32)), exchange())
        return safe, provider

    safe, provider = asyncio.run(story())
    assert sorted(provider.done[1:]) == sorted(f"k-{number}" for number in range(32))
    assert (provider.turned_away, len(safe.kept.reads)) == (32, 2)


@pytest.mark.negative
def test_a_key_that_is_simply_wrong_is_tried_once() -> None:
    """If there is no newer key, the provider's no stands, and it is not asked a second time."""

    async def story() -> Provider:
        safe, provider = Safe(), Provider("another")
        with pytest.raises(TurnedAwayError):
            await rotating(safe, provider).execute({}, "k-1")
        return provider

    assert asyncio.run(story()).turned_away == 1


@pytest.mark.negative
def test_without_a_key_nothing_is_sent() -> None:
    """A secret that is not there, or not to be had, is a call of which nothing happened."""

    async def story() -> Provider:
        safe, provider = Safe(kept=Kept()), Provider("k")
        with pytest.raises(NotDoneError):
            await rotating(safe, provider).execute({}, "k-1")
        return provider

    provider = asyncio.run(story())
    assert (provider.done, provider.turned_away) == ([], 0)


@pytest.mark.negative
@pytest.mark.parametrize(("ttl", "stale"), [(0, 1), (-1, 1), (2, 1)])
def test_times_that_make_no_sense_are_refused(ttl: int, stale: int) -> None:
    """A memory of no time, or one that serves for less long when its source is down, is refused."""
    with pytest.raises(CredentialError, match="ttl"):
        Credentials(
            Kept(), VirtualClock(), print, ttl=timedelta(seconds=ttl), stale_max=timedelta(seconds=stale)
        )
