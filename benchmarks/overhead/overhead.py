"""What the plugin costs: the same trivial tests without it, with it unused, and with a ledger."""

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from autobiz_gates import fold

MODULES = 50
TESTS_A_MODULE = 100
# Plugins of the development environment that have no part in the comparison.
COMMON = ("-q", "-p", "no:cacheprovider", "-p", "no:valkey", "-p", "no:hypothesispytest", "-p", "no:asyncio",
          "-p", "no:rerunfailures", "-p", "no:xdist")  # fmt: skip
VARIANTS = {
    "without the plugin": ("-p", "no:autobiz"),
    "plugin, unused": (),
    "plugin, ledger": ("--gate-ledger={ledger}",),
}
TARGETS = {"plugin, unused": 1.02, "plugin, ledger": 1.10}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """One whole process, as the operating system accounts for it."""

    cpu_s: float
    wall_s: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=9, help="counted rounds after one warm-up (9)")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="autobiz-overhead-") as folder:
        costs = measure(Path(folder), options.rounds, quiet=options.json)
    result = summary(costs)
    print(json.dumps(result, indent=2) if options.json else table(result))


def measure(folder: Path, rounds: int, *, quiet: bool) -> dict[str, list[Cost]]:
    """Run the variants in turn, each round beginning with another one.

    A machine that slows down then slows all of them, and none is always the one that follows the ledger's.
    """
    project = write_project(folder / "project")
    costs: dict[str, list[Cost]] = {name: [] for name in VARIANTS}
    for number in range(rounds + 1):
        first = number % len(VARIANTS)
        for name in [*VARIANTS, *VARIANTS][first : first + len(VARIANTS)]:
            options = VARIANTS[name]
            ledger = folder / f"ledger-{number}"
            cost = run(project, [option.format(ledger=ledger) for option in options])
            # A recorder that lost entries would be cheap.
            if name == "plugin, ledger" and len(fold([ledger]).cases) != MODULES * TESTS_A_MODULE:
                raise SystemExit(f"{name}: the ledger does not hold every test")
            if number:
                costs[name].append(cost)
        if not quiet:
            print(f"\rround {number} of {rounds}", end="", file=sys.stderr, flush=True)
    if not quiet:
        print(file=sys.stderr)
    return costs


def write_project(folder: Path) -> Path:
    folder.mkdir()
    body = "\n".join(f"def test_{number}(): pass" for number in range(TESTS_A_MODULE))
    for number in range(MODULES):
        (folder / f"test_module_{number}.py").write_text(body + "\n")
    (folder / "pytest.ini").write_text("[pytest]\n")
    return folder


def run(project: Path, options: Sequence[str]) -> Cost:
    began = time.perf_counter()
    pid = os.posix_spawn(
        sys.executable,
        [sys.executable, "-m", "pytest", *COMMON, *options, str(project)],
        {**os.environ, "PYTHONDONTWRITEBYTECODE": ""},
        file_actions=[(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)],
    )
    _, status, usage = os.wait4(pid, 0)
    if os.waitstatus_to_exitcode(status) != 0:
        raise SystemExit(f"pytest {' '.join(options)} ended with {os.waitstatus_to_exitcode(status)}")
    return Cost(cpu_s=usage.ru_utime + usage.ru_stime, wall_s=time.perf_counter() - began)


def summary(costs: dict[str, list[Cost]]) -> dict[str, object]:
    base = costs["without the plugin"]
    variants = {
        name: {
            "cpu_s": round(statistics.median(cost.cpu_s for cost in own), 3),
            "wall_s": round(statistics.median(cost.wall_s for cost in own), 3),
            "cpu_ratio": ratio([cost.cpu_s for cost in own], [cost.cpu_s for cost in base]),
            # Neighbours on the machine only ever add, so the cheapest run is the least disturbed one.
            "cpu_ratio_of_cheapest": round(min(one.cpu_s for one in own) / min(one.cpu_s for one in base), 4),
            "wall_ratio": ratio([cost.wall_s for cost in own], [cost.wall_s for cost in base]),
            "target": TARGETS.get(name),
        }
        for name, own in costs.items()
    }
    return {"tests": MODULES * TESTS_A_MODULE, "rounds": len(base), "variants": variants}


def ratio(own: Sequence[float], base: Sequence[float]) -> dict[str, float]:
    """Pair by pair, neighbours in time; the median is the figure to quote."""
    pairs = sorted(a / b for a, b in zip(own, base, strict=True))
    return {
        "median": round(statistics.median(pairs), 4),
        "min": round(pairs[0], 4),
        "max": round(pairs[-1], 4),
    }


def table(result: dict[str, object]) -> str:
    variants = result["variants"]
    assert isinstance(variants, dict)
    lines = [f"{result['tests']} tests, {result['rounds']} rounds in turn, medians of whole processes", ""]
    lines.append(
        f"{'':20} {'cpu s':>7} {'wall s':>7} {'cpu ratio (min..max)':>24} {'of cheapest':>12} "
        f"{'wall ratio':>11} {'target':>7}"
    )
    for name, one in variants.items():
        cpu = one["cpu_ratio"]
        spread = f"{cpu['median']:.3f} ({cpu['min']:.3f}..{cpu['max']:.3f})"
        target = f"{one['target']:.2f}" if one["target"] else "-"
        lines.append(
            f"{name:20} {one['cpu_s']:7.2f} {one['wall_s']:7.2f} {spread:>24} "
            f"{one['cpu_ratio_of_cheapest']:>12.3f} {one['wall_ratio']['median']:>11.3f} {target:>7}"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
