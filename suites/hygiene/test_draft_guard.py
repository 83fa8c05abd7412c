"""Orders at a print shop stay drafts, and in CI no cassette is recorded."""

from pathlib import Path

import pytest

from autobiz_harness.guards.drafts import confirmed_order
from autobiz_oracles import expect

from ..inner_pytest import QUIET
from ..ledgers import outcomes, trials

pytestmark = [pytest.mark.priority("P0")]

DRAFTS = '[tool.autobiz.guard]\nnetwork = ["127.0.0.1", "localhost"]\ndrafts = ["localhost"]\n'
SENDS = """
import json, threading
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, HTTPServer
import pytest

class Shop(BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()
    def log_message(self, *words): pass

@pytest.fixture(scope="module")
def port():
    with HTTPServer(("127.0.0.1", 0), Shop) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()

def send(host, port, path, body):
    connection = HTTPConnection(host, port)
    try:
        connection.request("POST", path, body)
        connection.getresponse().read()
    except Exception: pass
    finally: connection.close()

def test_draft(port): send("localhost", port, "/orders", json.dumps({"items": [1], "confirm": False}))
def test_confirmed_body(port): send("localhost", port, "/orders", json.dumps({"items": [1], "confirm": True}))
def test_confirmed_query(port): send("localhost", port, "/orders?confirm=1", "{}")
def test_confirmed_later(port): send("localhost", port, "/orders/@4711/confirm", "")
def test_stub_is_addressed(port): send("127.0.0.1", port, "/orders?confirm=1", '{"confirm": true}')
"""


@pytest.mark.negative
@pytest.mark.requirement("P1-RH02")
@pytest.mark.test_id("P1-H03")
def test_a_confirmed_order_fails_the_test_that_sends_it(pytester: pytest.Pytester) -> None:
    """To the shop only drafts go, however they would be confirmed; a stub may be sent anything."""
    pytester.makepyprojecttoml(DRAFTS)
    pytester.makepyfile(test_shop=SENDS)

    pytester.runpytest_subprocess(*QUIET, "-p", "no:xdist", "--gate-ledger=ledger")

    found = outcomes(pytester.path / "ledger")
    wanted = {name: "fail" if "confirmed" in name else "pass" for name in found}
    expect.worlds(found, wanted).alike()
    expect.worlds(list(found.values()).count("fail"), 3).alike()


@pytest.mark.requirement("P1-RH02")
@pytest.mark.test_id("P1-H03")
@pytest.mark.parametrize(
    "text",
    [
        "POST /orders HTTP/1.1\r\n\r\n",
        '{"confirm": false}',
        '{"confirmation_mail": true}',
        "POST /orders?confirm=0 HTTP/1.1",
        "GET /orders/confirm HTTP/1.1",
        "POST /orders/@7/confirmed HTTP/1.1",
        "please confirm=1x",
    ],
)
def test_what_confirms_nothing_is_let_pass(text: str) -> None:
    """Drafts, questions and words that only look alike confirm no order."""
    expect.worlds({"confirmed": confirmed_order(text) is not None}, {"confirmed": False}).alike()


@pytest.mark.negative
@pytest.mark.requirement("P1-RH02")
@pytest.mark.test_id("P1-H03")
@pytest.mark.parametrize(
    "text",
    [
        "POST /orders/@7/confirm HTTP/1.1",
        "POST /v2/orders/7/confirmation HTTP/1.1",
        "PUT /orders/7?update=1&confirm=true HTTP/1.1",
        '{"confirm" : "true"}',
        "items=1&confirm=1",
    ],
)
def test_each_way_to_confirm_is_seen(text: str) -> None:
    """By path, by query, in JSON and in a form."""
    expect.worlds({"confirmed": confirmed_order(text) is not None}, {"confirmed": True}).alike()


TAPES = '[tool.autobiz.guard]\ncassettes = ["cassettes"]\n'
RECORDS = """
import os, shutil
from pathlib import Path

TAPE = Path("cassettes") / "one.yaml"

def swallow(call):
    try: call()
    except Exception: pass

def test_reads(): assert TAPE.read_text() == "recorded"
def test_writes_elsewhere(): Path("cassettes.txt").write_text("x")
def test_records_anew(): swallow(lambda: TAPE.write_text("new"))
def test_records_more(): swallow(lambda: open(TAPE, "a").close())
def test_records_another(): swallow(lambda: (TAPE.parent / "deep" / ".." / "two.yaml").write_bytes(b"x"))
def test_records_by_descriptor(): swallow(lambda: os.open(TAPE, os.O_RDWR))
def test_records_by_renaming():
    Path("tmp.yaml").write_text("x")
    swallow(lambda: os.replace("tmp.yaml", TAPE))
def test_records_by_copying():
    Path("tmp2.yaml").write_text("x")
    swallow(lambda: shutil.copy("tmp2.yaml", "cassettes/three.yaml"))
def test_records_nothing_by_removing(): swallow(TAPE.unlink)
"""


@pytest.mark.negative
@pytest.mark.requirement("P1-TR02")
@pytest.mark.test_id("P1-H06")
def test_in_ci_no_cassette_is_written(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever writes, renames or removes a cassette in CI fails its test and changes nothing."""
    tape = lay_out(pytester)
    monkeypatch.setenv("CI", "true")

    pytester.runpytest_subprocess(*QUIET, "-p", "no:xdist", "--gate-ledger=ledger")

    found = outcomes(pytester.path / "ledger")
    wanted = {name: "fail" if "records" in name else "pass" for name in found}
    expect.worlds(found, wanted).alike()
    expect.state(
        {"one.yaml": "recorded"}, {one.name: one.read_text() for one in tape.parent.iterdir()}
    ).unchanged()
    refused = [one for one in trials(pytester.path / "ledger") if one.outcome == "fail"]
    assert all("in CI nothing is recorded" in one.reason for one in refused)


@pytest.mark.requirement("P1-TR02")
@pytest.mark.test_id("P1-H06")
def test_at_home_cassettes_are_recorded(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no CI runs, whoever records does so on purpose."""
    tape = lay_out(pytester)
    monkeypatch.delenv("CI", raising=False)

    pytester.runpytest_subprocess(*QUIET, "-p", "no:xdist", "-k", "anew", "--gate-ledger=ledger")

    expect.worlds(outcomes(pytester.path / "ledger"), {"test_records_anew": "pass"}).alike()
    expect.worlds(tape.read_text(), "new").alike()


def lay_out(pytester: pytest.Pytester) -> Path:
    tape = pytester.mkdir("cassettes") / "one.yaml"
    tape.write_text("recorded")
    pytester.makepyprojecttoml(TAPES)
    pytester.makepyfile(test_tapes=RECORDS)
    return tape
