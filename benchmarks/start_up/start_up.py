"""What a whole process of `gate` costs: help, and a decision on 300 trials."""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "benchmarks" / "fold"))

from fold import write  # type: ignore[import-not-found]  # noqa: E402  the neighbour's ledgers serve here too, found by path

REPEATS = 10
GATE = '[gate.golden]\nkind = "p1"\nsuite = "golden"\nfloor = 0.95\nruns = 3\n'
COMMANDS = (
    ("gate --help", 150, ("--help",)),
    ("gate evaluate, 300 trials, text", 300, ("evaluate", "ledger")),
    ("gate evaluate, 300 trials, JSON", 300, ("evaluate", "ledger", "--json")),
    ("gate evaluate, 2 x 100 JUnit", 300, ("evaluate", "--run", "1", "1.xml", "--run", "2", "2.xml")),
    ("gate plan", 1000, ("plan",)),
)


def median_ms(arguments: tuple[str, ...], folder: Path) -> float:
    taken = []
    for _ in range(REPEATS):
        begun = time.perf_counter()
        done = subprocess.run(
            [Path(sys.executable).with_name("gate"), *arguments],
            cwd=folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            check=False,
        )
        taken.append(time.perf_counter() - begun)
        assert not done.stderr, done.stderr.decode()
    return statistics.median(taken) * 1000


def main() -> None:
    print(f"Python {sys.version.split()[0]}, load {os.getloadavg()[0]:.1f}, medians of {REPEATS}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "gate.toml").write_text(GATE)
        write(folder / "ledger", 100, 3)
        cases = "".join(f"<testcase name='{number}'/>" for number in range(100))
        for run in (1, 2):
            (folder / f"{run}.xml").write_text(f"<testsuite name='golden'>{cases}</testsuite>")
        for title, bound, arguments in COMMANDS:
            print(f"{title:<34}{median_ms(arguments, folder):7.0f} ms   bound {bound} ms")


if __name__ == "__main__":
    main()
