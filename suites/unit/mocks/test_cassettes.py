"""Cassettes: played once and to their end, never asked beyond, recorded clean, and honest."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from vcr.cassette import Cassette
from vcr.request import Request

from autobiz_kernel.transport import (
    STRIPE,
    Egress,
    ForbiddenEgressError,
    HttpTransport,
    Outgoing,
    SandboxAccount,
)
from autobiz_mocks import Says, ScriptedPeer
from autobiz_mocks import http as said
from autobiz_mocks.cassettes import (
    CassetteError,
    IndexedCassette,
    Provenance,
    examined,
    record,
    recording,
    replaying,
    script_of,
    variant,
)
from autobiz_mocks.cassettes.replaying import MATCHED

from ...live_looking import LIVE
from .shipped_cassettes import DAY, ROOT, SCRIPTS, SHIPPED

pytestmark = [pytest.mark.requirement("P1-TR02"), pytest.mark.test_id("P1-H06")]

ORIGIN = Provenance(recorded_at=DAY.isoformat(), source="synthetic", model="m", prompt_sha256="0" * 64)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.parent.name + "/" + path.stem)
def test_what_is_shipped_is_as_it_must_be(path: Path) -> None:
    """Every cassette of this repository is whole, clean, and says that no model has said it."""
    found = examined(path, today=DAY)
    assert found.problems == ()
    assert found.source == "synthetic"


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_every_script_is_recorded_as_it_is(path: Path, tmp_path: Path) -> None:
    """Recording a script again gives the very files that are shipped, one for each answer."""
    script = script_of(path)
    made = asyncio.run(record(script, tmp_path, today=DAY))
    shipped = sorted((ROOT / "cassettes" / script.name).glob("*.json"))
    assert [each.read_bytes() for each in made] == [each.read_bytes() for each in shipped]


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_seeds_hear_different_answers(path: Path) -> None:
    """The product asks the provider's own address, and each seed hears one of the recorded answers."""
    script = script_of(path)

    async def ask(seed: int) -> str:
        egress = Egress()
        with replaying(variant(ROOT / "cassettes" / script.name, seed)):
            async with script.transport(egress) as wire:
                told = await script.tool(wire, egress).execute(script.arguments, "")
        assert isinstance(told, dict)
        return str(told["text"])

    heard = [asyncio.run(ask(seed)) for seed in range(len(script.answers))]
    assert heard == list(script.answers)


@pytest.mark.negative
def test_another_question_is_not_answered() -> None:
    """A prompt that differs in one word is not in the cassette, stops everything, and is no outage."""
    script = script_of(SCRIPTS[0])
    egress = Egress()

    async def ask() -> None:
        async with script.transport(egress) as wire:
            arguments = {**script.arguments, "system": script.system + " Please."}
            await script.tool(wire, egress).execute(arguments, "")

    with replaying(variant(ROOT / "cassettes" / script.name, 0)) as cassette:
        with pytest.raises(ForbiddenEgressError, match="CannotOverwriteExistingCassetteException"):
            asyncio.run(ask())
        assert cassette.play_count == 0
        cassette.play_counts[0] = 1
    assert len(egress.refused) == 1


@pytest.mark.negative
def test_an_exchange_is_played_once_and_none_is_left() -> None:
    """A second identical question finds nothing, and a cassette that was not played to its end is told."""
    script = script_of(SCRIPTS[0])
    file = variant(ROOT / "cassettes" / script.name, 0)

    async def ask(times: int) -> None:
        egress = Egress()
        async with script.transport(egress) as wire:
            for _ in range(times):
                await script.tool(wire, egress).execute(script.arguments, "")

    with pytest.raises(ForbiddenEgressError), replaying(file):
        asyncio.run(ask(2))
    with pytest.raises(CassetteError, match="1 of 1 exchanges were never asked for"), replaying(file):
        pass


@pytest.mark.negative
def test_a_missing_cassette_is_not_recorded(tmp_path: Path) -> None:
    """Where there is no cassette, or an empty one, there is an error and no file."""
    with pytest.raises(CassetteError, match="no such cassette"), replaying(tmp_path / "a.json"):
        pass
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "b.json").write_text('{"version": 1, "interactions": []}')
    with pytest.raises(CassetteError, match="no exchange"), replaying(tmp_path / "b.json"):
        pass
    with pytest.raises(CassetteError, match="holds no cassettes"):
        variant(tmp_path / "c", 0)


_PARTS = st.sampled_from(["a", "b"])
_ASKED = st.tuples(
    _PARTS, _PARTS, st.sampled_from(['{"a":1,"b":2}', '{"b":2,"a":1}', '{"a":1}', "", "a=1", "{"])
)


def _request(host: str, query: str, body: str) -> Any:
    return Request(
        "POST", f"https://{host}.example/x?q={query}", body.encode(), {"content-type": "application/json"}
    )


@given(st.lists(_ASKED, max_size=12), _ASKED)
def test_the_index_finds_what_a_search_finds(
    kept: list[tuple[str, str, str]], asked: tuple[str, str, str]
) -> None:
    """For any cassette and request, the digest finds the exchanges that looking at each one finds."""
    response = {"status": {"code": 200, "message": ""}, "headers": {}, "body": {"string": b"{}"}}
    stock, ours = (kind(path="x.json", match_on=MATCHED) for kind in (Cassette, IndexedCassette))
    for each in (stock, ours):
        for number, parts in enumerate(kept):
            each.append(_request(*parts), {**response, "headers": {"n": [str(number)]}})
    found = [[index for index, _ in each._responses(_request(*asked))] for each in (stock, ours)]
    assert found[0] == found[1]


def _record(file: Path, body: bytes, answer: bytes) -> None:
    async def exchange() -> None:
        headers = ["Content-Type: application/json", "Set-Cookie: s=1", "Retry-After: 2"]
        async with ScriptedPeer(Says(data=said(200, answer, headers=headers))) as peer:
            account = SandboxAccount(provider=STRIPE, base_url=peer.url, key="sk_test_FAKE")
            async with HttpTransport(account, Egress()) as wire:
                with recording(file, ORIGIN, as_host="api.openai.com"):
                    headers_sent = {
                        "Authorization": "Bearer sk_test_FAKE",
                        "Content-Type": "application/json",
                    }
                    await wire(Outgoing(method="POST", path="/v1/x", body=body, headers=headers_sent))

    asyncio.run(exchange())


def test_only_what_is_on_the_list_is_kept(tmp_path: Path) -> None:
    """Of headers only those on a list are kept, cookies and keys never; the host is the provider's."""
    file = tmp_path / "a.json"
    _record(file, b'{"q":1}', b'{"a":1}')
    (exchange,) = json.loads(file.read_text())["interactions"]
    assert sorted(exchange["request"]["headers"]) == ["content-type"]
    assert sorted(exchange["response"]["headers"]) == ["content-type", "retry-after"]
    assert exchange["request"]["uri"] == "https://api.openai.com/v1/x"
    with pytest.raises(CassetteError, match="is there already"):
        _record(file, b"{}", b"{}")


@pytest.mark.negative
@pytest.mark.parametrize("where", ["question", "answer"])
def test_a_secret_is_not_recorded(where: str, tmp_path: Path) -> None:
    """A body with something that looks like a key is not written down."""
    secret = json.dumps({"x": LIVE["github"]}).encode()
    with pytest.raises((CassetteError, ForbiddenEgressError)):
        _record(
            tmp_path / "a.json",
            secret if where == "question" else b"{}",
            secret if where == "answer" else b"{}",
        )
    assert list(tmp_path.iterdir()) == []
