"""What the network guard costs a test that does little but talk to itself over loopback."""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

COMMON = ("-q", "-p", "no:cacheprovider", "-p", "no:valkey", "-p", "no:hypothesispytest", "-p", "no:asyncio",
          "-p", "no:rerunfailures", "-p", "no:xdist")  # fmt: skip
GUARDS = {
    "unguarded": "",
    "network": 'network = ["127.0.0.1", "::1", "localhost"]\n',
    "all guards": 'network = ["127.0.0.1", "::1", "localhost"]\nrecipients = []\ncredentials = true\n',
}
# Each request is a connection of its own: the case in which a guard on connections weighs most. The test says
# how long its requests took, for the start of the process is no part of the comparison.
TEST = """
import http.client, threading, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

class Answer(BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()
    def log_message(self, *words): pass

def test_loopback():
    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        began = time.{clock}()
        for number in range({requests}):
            client = http.client.HTTPConnection("127.0.0.1", server.server_port)
            client.request("POST", "/v1/refunds", b'{{"amount": 1200, "to": "a@example.com"}}')
            assert client.getresponse().status == 200
            client.close()
        took = time.{clock}() - began
        server.shutdown()
        thread.join()
    open("took", "w").write(str(took))
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15, help="counted rounds after one warm-up (15)")
    parser.add_argument("--requests", type=int, default=2000, help="requests in a round (2000)")
    options = parser.parse_args()
    took: dict[str, list[float]] = {name: [] for name in GUARDS}
    with tempfile.TemporaryDirectory(prefix="autobiz-guards-") as folder:
        for number in range(options.rounds + 1):
            # Each round begins with another one, so that none is always the one that follows a certain other.
            names = [*GUARDS, *GUARDS][number % len(GUARDS) :][: len(GUARDS)]
            for name in names:
                seconds = run(Path(folder), name, options.requests)
                if number:
                    took[name].append(seconds)
    print(f"{'':<12} ms/request  ratio (min..max)      of cheapest")
    for name, all_seconds in took.items():
        ratios = [one / base for one, base in zip(all_seconds, took["unguarded"], strict=True)]
        cheapest = min(all_seconds) / min(took["unguarded"])
        spread = f"{statistics.median(ratios):.3f} ({min(ratios):.3f}..{max(ratios):.3f})"
        each_ms = 1000 * statistics.median(all_seconds) / options.requests
        print(f"{name:<12} {each_ms:<11.3f} {spread:<21} {cheapest:.3f}")


def run(folder: Path, name: str, requests: int) -> float:
    """The seconds of processor time that the requests of one pytest process took."""
    lines = f"[tool.autobiz.guard]\n{GUARDS[name]}" if GUARDS[name] else ""
    (folder / "pyproject.toml").write_text(lines, encoding="utf-8")
    (folder / "test_loopback.py").write_text(
        TEST.format(requests=requests, clock=time.process_time.__name__), encoding="utf-8"
    )
    unguarded = {key: value for key, value in os.environ.items() if not key.startswith("AUTOBIZ_GUARD")}
    subprocess.run(
        [sys.executable, "-m", "pytest", *COMMON], cwd=folder, env=unguarded, check=True, capture_output=True
    )
    return float((folder / "took").read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
