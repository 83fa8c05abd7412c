"""Tamper with every part of a large run, and count what is noticed.

python -m benchmarks.tampering [--cases N] [--entries N] [--samples N] [--seed S]
"""

import argparse
import sys
import tempfile
from collections import Counter
from pathlib import Path

from suites.unit.hostile.large_run import believed_changes, broken_logs, large_run, refused_deploys


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--entries", type=int, default=200, help="How many the decision log has.")
    parser.add_argument("--samples", type=int, default=1000, help="Changes of one byte, for each part.")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    missed = 0
    with tempfile.TemporaryDirectory() as folder:
        run = large_run(Path(folder), asked.cases, asked.entries)
        print("| tampered with | bytes | changes | noticed |\n|---|---|---|---|")
        for part, (_, places, _) in run.parts().items():
            taken = believed_changes(run, part, asked.samples, asked.seed)
            missed += len(taken)
            print(f"| {part} | {len(places):,} | {asked.samples:,} | {asked.samples - len(taken):,} |")
        tried: Counter[str] = Counter()
        named: Counter[str] = Counter()
        for what, lines, expected in broken_logs(run, asked.samples // 5, asked.seed):
            tried[what] += 1
            named[what] += run.first_bad(lines) == expected
        print("\n| the log | tried | noticed, at the first wrong entry |\n|---|---|---|")
        for what, times in tried.items():
            print(f"| {what} | {times:,} | {named[what]:,} |")
        missed += tried.total() - named.total()
        print("\n| asked for | refused for |\n|---|---|")
        for what, found, due in refused_deploys(run):
            missed += found != [due]
            print(f"| {what} | {', '.join(found) or 'nothing'} |")
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main())
