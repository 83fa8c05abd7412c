"""No live credential: not in the environment, not in any file, not in what is sent."""

import os

import pytest

from autobiz_harness.guards import DETECTORS, live_credentials, live_in_environment
from autobiz_oracles import expect

from ..inner_pytest import QUIET, ending_of
from ..ledgers import outcomes
from ..live_looking import HARMLESS, LIVE
from .test_repository import texts

pytestmark = [
    pytest.mark.priority("P0"),
    pytest.mark.requirement("P1-RH01", "P1-RH02"),
    pytest.mark.test_id("P1-H01", "P1-H02"),
]

GUARDED = "[tool.autobiz.guard]\ncredentials = true\n"


@pytest.mark.negative
@pytest.mark.parametrize("name", LIVE)
def test_a_live_credential_is_seen(name: str) -> None:
    """Each live form is found wherever it stands in a text, with its line and never with its value."""
    secret = LIVE[name]

    found = list(live_credentials(f"first line\n{{'key': '{secret}'}}\n"))

    expect.worlds(
        [(one.detector, one.line) for one in found], [(name.removesuffix(" restricted"), 2)]
    ).alike()
    assert secret not in str(found[0])


@pytest.mark.parametrize("name", HARMLESS)
def test_what_only_looks_alike_is_left_alone(name: str) -> None:
    """Test keys, placeholders, public keys and developers' shops are not live."""
    expect.complaints(list(live_credentials(HARMLESS[name])), about=[name]).none()


def test_every_detector_is_shown_to_detect() -> None:
    """The table of detectors holds none that no live form of these tests makes speak."""
    expect.complaints([one.name for one in DETECTORS if one.name not in LIVE], about=DETECTORS).none()


def test_the_repository_holds_nothing_live() -> None:
    """No tracked file, be it configuration, cassette or stub, holds a live credential."""
    read = texts()
    found = [f"{path}:{one.line}: {one}" for path, text in read for one in live_credentials(text)]
    expect.complaints(found, about=read).none()


def test_the_environment_of_the_suites_holds_nothing_live() -> None:
    """No variable that the suites run with holds a live credential."""
    expect.complaints(live_in_environment(os.environ), about=os.environ).none()


@pytest.mark.negative
def test_a_live_key_in_the_environment_stops_the_process(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """pytest does not start with a live key in its environment; it names the variable, not the key."""
    monkeypatch.setenv("PAYMENTS", LIVE["stripe"])
    pytester.makepyprojecttoml(GUARDED)
    pytester.makepyfile("def test_it(): raise SystemError('ran')")

    result = pytester.runpytest_subprocess(*QUIET)

    expect.program(ending_of(result)).ended(pytest.ExitCode.USAGE_ERROR)
    result.stderr.fnmatch_lines(
        ["*the environment variable PAYMENTS holds a live credential (stripe: sk_live_...)"]
    )
    assert LIVE["stripe"] not in result.stdout.str() + result.stderr.str()
    assert "ran" not in result.stdout.str()


SENDS = """
import threading, urllib.request
from http.server import BaseHTTPRequestHandler, HTTPServer
import pytest, requests

class Answer(BaseHTTPRequestHandler):
    def do_POST(self):
        seen.append(self.headers.get("Authorization", ""))
        seen.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()
    def log_message(self, *words): pass

seen = []

@pytest.fixture(scope="module")
def url():
    with HTTPServer(("127.0.0.1", 0), Answer) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()

def swallow(call):
    try: call()
    except Exception: pass

SECRET = "SECRET-HERE"
def test_header(url): swallow(lambda: requests.post(url, "", headers={"Authorization": f"Bearer {SECRET}"}))
def test_body(url): swallow(lambda: requests.post(url, json={"to": SECRET}))
def test_urllib(url): swallow(lambda: urllib.request.urlopen(url, SECRET.encode()))
def test_harmless(url): requests.post(url, json={"to": "nobody"}).raise_for_status()
def test_nothing_arrived(): assert "".join(seen) == '{"to": "nobody"}'
"""


@pytest.mark.negative
def test_a_live_key_in_traffic_fails_the_test_that_sends_it(pytester: pytest.Pytester) -> None:
    """A live key in a header or a body is refused before it leaves, and its test fails though it swallows."""
    pytester.makepyprojecttoml(GUARDED)
    pytester.makepyfile(SENDS.replace("SECRET-HERE", LIVE["stripe"]))

    result = pytester.runpytest_subprocess(*QUIET, "--gate-ledger=ledger")

    expect.worlds(
        outcomes(pytester.path / "ledger"),
        {
            "test_header": "fail",
            "test_body": "fail",
            "test_urllib": "fail",
            "test_harmless": "pass",
            "test_nothing_arrived": "pass",
        },
    ).alike()
    result.stdout.fnmatch_lines(["REFUSED * http.client.send of a live credential (stripe: sk_live_...)*"])
