"""The admin client against a real WireMock, and against servers that misbehave."""

import json
import threading
from collections.abc import Iterator
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any, ClassVar
from urllib.parse import urlsplit

import pytest

from autobiz_mocks import (
    TRIAL_HEADER,
    AdminError,
    Fault,
    StubError,
    UnstubbedError,
    WireMock,
    faulty_once,
    identified,
    shipped_stubs,
)
from autobiz_oracles import expect

from ..stripe_tools import KEY_HEADER, TEST_KEY, ReadJournal

pytestmark = [
    pytest.mark.priority("P1"),
    pytest.mark.requirement("P1-TR01", "P1-TR03"),
    pytest.mark.test_id("P1-H09"),
]

KEY = "autobiz:" + "0123456789abcdef" * 2
REFUND = next(stub for stub in shipped_stubs("stripe") if stub["metadata"]["op"] == "refund")


def post(
    url: str, path: str, *, trial: str, body: str = "payment_intent=pi_eur_900_a1&amount=1", key: str = KEY
) -> int:
    connection = HTTPConnection(urlsplit(url).netloc, timeout=10)
    try:
        connection.request(
            "POST",
            path,
            body=body,
            headers={KEY_HEADER: key, TRIAL_HEADER: trial, "Authorization": f"Bearer {TEST_KEY}"},
        )
        return connection.getresponse().status
    finally:
        connection.close()


def test_installing_twice_is_installing_once(wiremock: WireMock, trial: str) -> None:
    """Stubs carry ids that follow from their content, so installing them again adds nothing."""
    own = [identified({**stub, "name": f"{stub['name']} {trial}"}) for stub in shipped_stubs("stripe")]
    for _ in range(2):
        wiremock.install(own)
    ids = wiremock.stub_ids()
    expect.worlds([ids.count(stub["id"]) for stub in own], [1] * len(own)).alike()
    for stub in own:
        wiremock.remove(stub["id"])


def test_a_planted_stub_goes_with_its_block(wiremock: WireMock, trial: str) -> None:
    """A planted stub is gone after its block, also when the block fails."""
    stub = faulty_once(REFUND, Fault.DELAY, headers={"x": trial})

    def fail_inside() -> None:
        with wiremock.planted(stub):
            assert stub["id"] in wiremock.stub_ids()
            raise LookupError

    with expect.refusal(LookupError):
        fail_inside()
    assert stub["id"] not in wiremock.stub_ids()


@pytest.mark.negative
def test_a_stub_the_server_does_not_know_is_refused(wiremock: WireMock) -> None:
    """A mapping with an unknown field is refused with the server's own words."""
    stub = identified(
        {"name": "odd", "request": {"method": "POST", "nonsense": 1}, "response": {"status": 200}}
    )
    with expect.refusal(StubError, "nonsense"):
        wiremock.add(stub)


@pytest.mark.negative
def test_planting_is_undone_when_a_later_stub_is_refused(wiremock: WireMock, trial: str) -> None:
    """If one of several stubs is refused, those before it are taken away again."""
    good = faulty_once(REFUND, Fault.DELAY, headers={"x": trial})
    bad = identified({"name": "bad", "request": {"nonsense": 1}, "response": {}})
    with expect.refusal(StubError), wiremock.planted(good, bad):
        pytest.fail("the block must not run")
    assert good["id"] not in wiremock.stub_ids()


def test_a_journal_is_complete_amid_other_traffic(
    wiremock: WireMock, wiremock_url: str, trial: str, read_journal: ReadJournal
) -> None:
    """Among hundreds of other requests a trial finds all of its own, in order, and none else."""
    for number in range(60):
        post(
            wiremock_url, "/v1/refunds", trial=trial, body=f"payment_intent=pi_eur_900_a1&amount={number + 1}"
        )
        for _ in range(3):
            post(wiremock_url, "/v1/refunds", trial=f"not-{trial}")
    mine = read_journal()
    expect.worlds(
        [request.body for request in mine],
        [f"payment_intent=pi_eur_900_a1&amount={n + 1}" for n in range(60)],
    ).alike()
    expect.worlds({request.header(TRIAL_HEADER) for request in mine}, {trial}).alike()
    expect.worlds(
        {(request.effect, request.op, request.provider) for request in mine}, {("accept", "refund", "stripe")}
    ).alike()


@pytest.mark.negative
def test_an_unmarked_journal_is_refused(wiremock: WireMock) -> None:
    """Without a mark nobody can say that nothing came before, so there is no answer."""
    with expect.refusal(AdminError, "no mark"):
        wiremock.journal(TRIAL_HEADER, "never marked")


@pytest.mark.negative
def test_an_unstubbed_request_is_explained(
    wiremock: WireMock, wiremock_url: str, trial: str, read_journal: ReadJournal
) -> None:
    """A request that met no stub is named together with the stubs that came near."""
    expect.worlds(post(wiremock_url, "/v1/refund", trial=trial), 404).alike()
    expect.worlds([request.effect for request in read_journal()], ["unstubbed"]).alike()
    with expect.refusal(UnstubbedError, r"(?s)no stub for POST /v1/refund .*near: stripe refund"):
        wiremock.refuse_unstubbed(TRIAL_HEADER, trial)


def test_stubbed_requests_need_no_explanation(
    wiremock: WireMock, wiremock_url: str, trial: str, read_journal: ReadJournal
) -> None:
    """Nothing is raised when every request met its stub."""
    post(wiremock_url, "/v1/refunds", trial=trial)
    expect.worlds(len(read_journal()), 1).alike()
    wiremock.refuse_unstubbed(TRIAL_HEADER, trial)


class Careless(BaseHTTPRequestHandler):
    """A server that forgets conditions, answers nonsense, and hangs up without a word after each answer."""

    protocol_version = "HTTP/1.1"
    answers: ClassVar[list[Any]] = []

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def _answer(self) -> None:
        answer = self.answers.pop(0)
        body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base class's name
        """Say nothing."""


@pytest.fixture
def careless() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Careless)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.negative
def test_a_lost_condition_is_noticed(careless: str) -> None:
    """A server that keeps a stub without one of its conditions is caught by its own echo."""
    Careless.answers = [{"id": REFUND["id"], "request": {"method": "POST"}}]
    with WireMock(careless) as client, expect.refusal(StubError, r"lost .*stub\.request\.bodyPatterns"):
        client.add(REFUND)


@pytest.mark.negative
def test_nonsense_is_an_admin_error(careless: str) -> None:
    """An answer that is not JSON is shown and refused."""
    Careless.answers = [b"<html>"]
    with WireMock(careless) as client, expect.refusal(AdminError, r"not JSON: b'<html>'"):
        client.stub_ids()


def test_a_connection_that_was_idle_is_opened_anew(careless: str) -> None:
    """When the server has hung up in between, the client asks once more on a fresh connection."""
    Careless.answers = [{"mappings": [{"id": "a"}]}, {"mappings": []}]
    with WireMock(careless) as client:
        expect.worlds([client.stub_ids(), client.stub_ids()], [("a",), ()]).alike()


@pytest.mark.negative
def test_a_server_that_is_gone_is_named() -> None:
    """Nobody at the other end is an error that names the address and asks the obvious question."""
    with WireMock("http://127.0.0.1:1") as client, expect.refusal(AdminError, "is WireMock running"):
        client.stub_ids()


@pytest.mark.negative
@pytest.mark.parametrize("url", ["https://127.0.0.1:1", "127.0.0.1:1", "http://"])
def test_an_unusable_url_is_refused(url: str) -> None:
    """Only http://host:port is an address of a stub server."""
    with expect.refusal(AdminError, "expected http://host:port"):
        WireMock(url)
