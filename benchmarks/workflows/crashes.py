"""Kill a worker at every passage of every persistence point, let workers race, and compare the books."""

import argparse
import json
import subprocess
import sys
from typing import Any

from benchmarks.kernel.kills import PROVIDER
from benchmarks.kernel.place import ROOT, database
from benchmarks.kernel.stopwatch import now


def told_by(url: str, module: str, *values: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", f"suites.integration_internal.{module}", url, *values],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(done.stderr[-2000:])
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--passages", type=int, default=0, help="of each point; 0 for all")
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--workers", type=int, nargs="*", default=[2, 4, 8])
    said = parser.parse_args()
    with database(PROVIDER) as url:
        began = now()
        told = told_by(url, "workflow_kills", str(said.passages))
        kills = f"{told['kills']} kills at {told['points']} points, {now() - began:.0f} s"
        print(f"{kills}, {len(told['wrong'])} differ")
        wrong = list(told["wrong"])
        for workers in said.workers:
            began = now()
            told = told_by(url, "workflow_race", str(said.runs), str(workers))
            shares = f"{told['ended']}, shares {told['shares']}"
            print(f"{workers} workers, {said.runs} runs, {now() - began:.0f} s: {shares}")
            wrong += told["wrong"]
    if wrong:
        raise SystemExit("\n".join(wrong))


if __name__ == "__main__":
    main()
