"""Measure replay from cassettes of several sizes: the recorder's own search, and our digest."""

import argparse
import asyncio
import json
import tempfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import httpx2
import vcr

from autobiz_mocks.cassettes import replaying
from benchmarks.kernel.stopwatch import Stopwatch

URL = "https://api.openai.com/v1/chat/completions"
MATCH_ON = ["method", "scheme", "host", "path", "query", "body"]
SIZES = (1, 10, 50, 300)


def question(number: int) -> str:
    words = " ".join(f"word{each}" for each in range(150))
    return json.dumps({"model": "m", "messages": [{"role": "user", "content": f"{number} {words}"}]})


def cassette(file: Path, size: int) -> Path:
    interactions = [
        {
            "request": {
                "method": "POST",
                "uri": URL,
                "body": question(number),
                "headers": {"content-type": ["application/json"]},
            },
            "response": {
                "status": {"code": 200, "message": "OK"},
                "headers": {"content-type": ["application/json"]},
                "body": {"string": json.dumps({"n": number})},
            },
        }
        for number in range(size)
    ]
    file.write_text(json.dumps({"version": 1, "interactions": interactions}))
    return file


def stock(file: Path) -> AbstractContextManager[Any]:
    recorder = vcr.VCR(serializer="json", record_mode="none", match_on=MATCH_ON)
    context: AbstractContextManager[Any] = recorder.use_cassette(str(file))
    return context


async def ask_all(size: int) -> None:
    async with httpx2.AsyncClient() as client:
        for number in range(size):
            headers = {"content-type": "application/json"}
            response = await client.post(URL, content=question(number), headers=headers)
            if response.json() != {"n": number}:
                raise SystemExit(f"question {number} got another's answer")


def cost_ms(file: Path, size: int, player: Callable[[Path], AbstractContextManager[Any]]) -> float:
    """Return what one exchange costs, over a whole cassette."""
    with player(file):
        watch = Stopwatch()
        asyncio.run(ask_all(size))
        return watch.lap().client_s / size * 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--floor", type=float, default=10.0, help="how many times faster at the largest size")
    floor = parser.parse_args().floor
    ratio = 0.0
    with tempfile.TemporaryDirectory() as folder:
        for size in SIZES:
            file = cassette(Path(folder) / f"{size}.json", size)
            times = max(1, 60 // size)
            theirs = min(cost_ms(file, size, stock) for _ in range(times))
            ours = min(cost_ms(file, size, replaying) for _ in range(times))
            ratio = theirs / ours
            print(f"{size:>4} exchanges: stock {theirs:>7.2f} ms, ours {ours:>6.2f} ms, {ratio:>5.1f} times")
    if ratio < floor:
        raise SystemExit(f"only {ratio:.1f} times faster at {SIZES[-1]} exchanges, {floor} wanted")


if __name__ == "__main__":
    main()
