"""What a judgement costs: the same questions asked by a bare assert, by an oracle, and by a sentence."""

import argparse
import json
import statistics
import time
from collections.abc import Callable

from autobiz_oracles import PlainRequest, PlainRun, exactly_once, expect, insist, listening, within_bounds

KEY = "Idempotency-Key"
USED, BOUNDS = {"steps_max": 3, "tokens_max": 10}, {"steps_max": 5, "tokens_max": 20}
RUN = PlainRun(termination_reason="done", used=USED, bounds=BOUNDS)
SEEN = [
    PlainRequest(method="POST", path="/v1/refunds", accepted=True, body="a=1", headers={KEY: "k1"})
    for _ in range(2)
]


def assert_bounds() -> None:
    assert RUN.used is not None
    assert RUN.bounds is not None
    assert all(RUN.used[name] <= bound for name, bound in RUN.bounds.items())


def assert_effect() -> None:
    asked = [one for one in SEEN if (one.method, one.path) == ("POST", "/v1/refunds")]
    assert {one.header(KEY) for one in asked if one.accepted} == {"k1"}
    assert len({one.body for one in asked}) == 1


def soft_bounds() -> None:
    with expect.softly():
        expect.bounds(RUN).respected()


QUESTIONS: dict[str, dict[str, Callable[[], object]]] = {
    "a run kept its bounds": {
        "assert": assert_bounds,
        "oracle, insist": lambda: insist(within_bounds(RUN)),
        "expect": lambda: expect.bounds(RUN).respected(),
        "expect, softly": soft_bounds,
    },
    "an effect happened once": {
        "assert": assert_effect,
        "oracle, insist": lambda: insist(
            exactly_once(SEEN, method="POST", path="/v1/refunds", header=KEY, key="k1")
        ),
        "expect": lambda: expect.effects(SEEN).exactly_once("POST", "/v1/refunds", header={KEY: "k1"}),
    },
}


def seconds(ask: Callable[[], object], judgements: int) -> float:
    began = time.perf_counter()
    for _ in range(judgements):
        ask()
    return time.perf_counter() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--judgements", type=int, default=100_000, help="of each kind and round (100000)")
    parser.add_argument("--rounds", type=int, default=5, help="in turn; the median counts (5)")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    options = parser.parse_args()
    heard = 0

    def count(_verdict: object) -> None:
        nonlocal heard
        heard += 1

    took: dict[str, dict[str, list[float]]] = {
        name: {way: [] for way in ways} for name, ways in QUESTIONS.items()
    }
    # As in a test run, somebody listens to every verdict.
    with listening(count):
        for _ in range(options.rounds):
            for name, ways in QUESTIONS.items():
                for way, ask in ways.items():
                    took[name][way].append(seconds(ask, options.judgements))
    print(json.dumps(took, indent=2) if options.json else table(took, options.judgements))


def table(took: dict[str, dict[str, list[float]]], judgements: int) -> str:
    lines = [f"{judgements} judgements, medians", "", f"{'':26}{'':16}{'s':>7}{'us each':>9}{'ratio':>7}"]
    for name, ways in took.items():
        base = statistics.median(ways["assert"])
        for way, each in ways.items():
            own = statistics.median(each)
            lines.append(f"{name:26}{way:16}{own:7.2f}{own / judgements * 1e6:9.2f}{own / base:7.1f}")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
