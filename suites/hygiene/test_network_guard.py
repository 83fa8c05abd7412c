"""The network guard: whoever reaches for a foreign host fails, by any library and in any process."""

import pytest

from autobiz_oracles import expect

from ..inner_pytest import QUIET, ending_of, expect_outcomes
from ..ledgers import outcomes, trials
from .crimes import CRIMES, PRELUDE, as_test

pytestmark = [
    pytest.mark.priority("P0"),
    pytest.mark.requirement("P1-RH02", "P1-TR01"),
    pytest.mark.test_id("P1-H05"),
]

GUARDED = '[tool.autobiz.guard]\nnetwork = ["127.0.0.1", "::1", "localhost"]\n'


@pytest.mark.negative
@pytest.mark.parametrize("workers", ["-n0", "-n2"])
def test_every_way_out_fails_the_test_that_took_it(pytester: pytest.Pytester, workers: str) -> None:
    """Each library, lookup and child that reaches for a foreign host fails its test, swallowed or not."""
    pytester.makepyprojecttoml(GUARDED)
    tests = [as_test(name, swallowed=swallowed) for name in CRIMES for swallowed in (False, True)]
    pytester.makepyfile(test_crimes=PRELUDE + "\n".join([*tests, "def test_innocent(): pass\n"]))

    pytester.runpytest_subprocess(*QUIET, workers, "--gate-ledger=ledger")

    names = [f"test_{name}{suffix}" for name in CRIMES for suffix in ("", "_swallowed")]
    expected = dict.fromkeys(names, "fail") | {"test_innocent": "pass"}
    expect.worlds(outcomes(pytester.path / "ledger"), expected).alike()
    for trial in trials(pytester.path / "ledger"):
        assert trial.outcome == "pass" or trial.reason.startswith(f"REFUSED in {trial.case}: "), trial.reason


ELSEWHERE = """
import socket, threading
import pytest

def crime():
    try:
        socket.gethostbyname("shop.invalid")
    except Exception:
        pass

@pytest.fixture
def set_up(): crime()
@pytest.fixture
def teardown():
    yield
    crime()
def test_set_up(set_up): pass
def test_teardown(teardown): pass
def test_skips():
    crime()
    pytest.skip("no network")
@pytest.mark.xfail
def test_expected():
    crime()
    raise ValueError
def test_blames_the_infrastructure():
    crime()
    from autobiz_harness import InfrastructureError
    raise InfrastructureError("no network")
def test_also_wrong():
    crime()
    assert 1 == 2, "its own mistake"
"""


@pytest.mark.negative
def test_a_refusal_fails_in_every_phase_and_whatever_else_happens(pytester: pytest.Pytester) -> None:
    """In set-up, in teardown, before a skip or an expected failure: a crime is a failure, never less."""
    pytester.makepyprojecttoml(GUARDED)
    pytester.makepyfile(test_crimes=ELSEWHERE)

    result = pytester.runpytest_subprocess(*QUIET, "--gate-ledger=ledger")

    expect.worlds(set(outcomes(pytester.path / "ledger").values()), {"fail"}).alike()
    result.stdout.fnmatch_lines(
        [
            "REFUSED in test_crimes.py::test_also_wrong: socket.gethostbyname of shop.invalid*/test_*.py:6",
            "*its own mistake*",
        ]
    )


@pytest.mark.negative
@pytest.mark.parametrize("workers", ["-n0", "-n2"])
def test_a_refusal_outside_any_test_fails_the_session(pytester: pytest.Pytester, workers: str) -> None:
    """A module that reaches out while it is collected blames no test, and the session fails."""
    pytester.makepyprojecttoml(GUARDED)
    pytester.makepyfile(
        "import socket\n"
        "try: socket.gethostbyname('shop.invalid')\n"
        "except Exception: pass\n"
        "def test_it(): pass\n"
    )

    result = pytester.runpytest_subprocess(*QUIET, workers)

    expect.program(ending_of(result)).ended(pytest.ExitCode.TESTS_FAILED)
    expect_outcomes(result, passed=1)
    result.stdout.fnmatch_lines(["autobiz: outside any test: socket.gethostbyname of shop.invalid*"])


AT_HOME = """
import asyncio, os, socket, subprocess, sys, threading
from http.server import BaseHTTPRequestHandler, HTTPServer
import aiohttp, httpx, requests, urllib.request
import pytest

class Answer(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()
    def log_message(self, *words): pass

@pytest.fixture(scope="module")
def url():
    with HTTPServer(("127.0.0.1", 0), Answer) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://localhost:{server.server_port}/"
        server.shutdown()
        thread.join()

def test_urllib(url): urllib.request.urlopen(url).close()
def test_requests(url): requests.get(url).raise_for_status()
def test_httpx(url): httpx.get(url, trust_env=False).raise_for_status()
def test_aiohttp(url):
    async def go():
        async with aiohttp.ClientSession() as client, client.get(url) as answer:
            answer.raise_for_status()
    asyncio.run(go())
def test_mapped_address(url):
    port = int(url.rstrip("/").rpartition(":")[2])
    with socket.socket(socket.AF_INET6) as s:
        s.connect(("::ffff:127.0.0.1", port))
def test_unix_socket(tmp_path):
    os.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as client:
        server.bind("here")
        server.listen()
        client.connect("here")
def test_pair():
    one, other = socket.socketpair()
    with one, other: one.send(b"x")
def test_lookup(): assert socket.getaddrinfo("LOCALHOST", 80)
def test_server_on_all_interfaces(): socket.getaddrinfo(None, 0, flags=socket.AI_PASSIVE)
def test_child(url):
    code = f"import urllib.request; urllib.request.urlopen({url!r}).close()"
    subprocess.run([sys.executable, "-c", code], check=True)
"""


def test_everything_at_home_is_allowed(pytester: pytest.Pytester) -> None:
    """Loopback by every library, Unix sockets, pairs, lookups of localhost and children at home pass."""
    pytester.makepyprojecttoml(GUARDED)
    pytester.makepyfile(AT_HOME)

    expect_outcomes(pytester.runpytest_subprocess(*QUIET), passed=10)


CHAINED = """
import subprocess, sys

def test_child():
    code = "import os, sys, sitecustomize; print(sitecustomize.OWN, os.environ.get('CHAINED'), sys.path[1:2])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split()[:2] == ["machine", "yes"]
    assert "autobiz" not in done.stdout
"""


def test_the_machines_own_sitecustomize_is_loaded_after_ours(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A child finds its sitecustomize and its sys.path as if there were no guard."""
    own = pytester.mkdir("own")
    (own / "sitecustomize.py").write_text("import os\nOWN = 'machine'\nos.environ['CHAINED'] = 'yes'\n")
    monkeypatch.setenv("PYTHONPATH", str(own))
    pytester.makepyprojecttoml(GUARDED)
    pytester.makepyfile(CHAINED)

    expect_outcomes(pytester.runpytest_subprocess(*QUIET), passed=1)


SILENT = """
import sys

def test_it(request):
    assert "autobiz_harness.guards.guarding" not in sys.modules
    assert not request.config.pluginmanager.has_plugin("autobiz-guarding")
"""


@pytest.mark.parametrize("table", ["", "[tool.autobiz]\n"])
def test_nobody_is_guarded_unasked(pytester: pytest.Pytester, table: str) -> None:
    """Without a table of guards nothing of them is loaded."""
    pytester.makepyprojecttoml(table)
    pytester.makepyfile(SILENT)

    expect_outcomes(pytester.runpytest_subprocess(*QUIET), passed=1)


@pytest.mark.negative
@pytest.mark.parametrize(
    ("line", "says"),
    [
        ('networks = ["127.0.0.1"]', "*unknown key 'networks'*network*"),
        ('network = "127.0.0.1"', "*network must be a list of hosts*"),
        ("network = [1]", "*network must be a list of hosts*"),
        ("databases = true", "*databases must be a list of names*"),
        ('credentials = "yes"', "*credentials must be true or false*"),
    ],
)
def test_a_guard_that_is_misspelt_is_told(pytester: pytest.Pytester, line: str, says: str) -> None:
    """A mistake in the table stops pytest: a guard that guards nothing is worse than none."""
    pytester.makepyprojecttoml(f"[tool.autobiz.guard]\n{line}\n")
    pytester.makepyfile("def test_it(): pass")

    result = pytester.runpytest_subprocess(*QUIET)

    expect.program(ending_of(result)).ended(pytest.ExitCode.USAGE_ERROR)
    result.stderr.fnmatch_lines([says])
