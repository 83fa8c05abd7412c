"""Decide 12,000 Allure results with `gate evaluate` and with `allure quality-gate`, in turn: the ratio."""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

RUNS = 3
EVERY_FAILING = 200
GATE = '[gate.all]\nkind = "p1"\nfloor = 0.95\nruns = 3\n'
SUCCESS_RATE = "0.95"
BEGUN_MS = 1_767_225_600_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a tool said and how long the whole process took."""

    seconds: float
    cpu_s: float
    code: int
    said: str


def write(folder: Path, results: int) -> None:
    """Write as many results as a pytest or Java adapter would, in three runs; one in two hundred failed."""
    for number in range(results):
        run, case = number % RUNS + 1, number // RUNS
        target = folder / f"run-{run}"
        target.mkdir(parents=True, exist_ok=True)
        failed = number % EVERY_FAILING == 0
        result: dict[str, Any] = {
            "uuid": str(uuid.UUID(int=number)),
            "historyId": f"{case:032x}",
            "testCaseId": f"{case:032x}",
            "fullName": f"shop.orders.test_refunds#test_a_refund_is_made_once[{case}]",
            "name": f"test_a_refund_is_made_once[{case}]",
            "status": "failed" if failed else "passed",
            "stage": "finished",
            "start": BEGUN_MS + number * 40,
            "stop": BEGUN_MS + number * 40 + 35,
            "labels": [
                {"name": "suite", "value": "golden"},
                {"name": "severity", "value": "critical"},
                {"name": "host", "value": "ci"},
                {"name": "thread", "value": f"gw{number % 4}"},
                {"name": "framework", "value": "pytest"},
                {"name": "language", "value": "python"},
            ],
            "parameters": [{"name": "amount", "value": str(case % 97)}],
            "steps": [
                {
                    "name": name,
                    "status": "passed",
                    "stage": "finished",
                    "start": BEGUN_MS,
                    "stop": BEGUN_MS + 5,
                }
                for name in ("place the order", "ask for the refund", "read the receipt")
            ],
            "attachments": [],
        }
        if failed:
            result["statusDetails"] = {
                "message": "AssertionError: two refunds",
                "trace": "test_refunds.py:17",
            }
        (target / f"{result['uuid']}-result.json").write_text(json.dumps(result), encoding="utf-8")


def timed(command: list[str], folder: Path, path: str) -> Answer:
    """Run a whole process and time it from outside."""
    env = {"PATH": path, "HOME": str(folder), "NO_COLOR": "1"}
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)
    seconds, after = time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Answer(seconds=seconds, cpu_s=cpu_s, code=done.returncode, said=done.stdout + done.stderr)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--node-bin", type=Path, required=True, help="node_modules/.bin with both.")
    parser.add_argument("--results", type=int, default=12_000)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    path = f"{asked.node_bin.resolve()}{os.pathsep}{os.defpath}"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(folder, asked.results)
        (folder / "gate.toml").write_text(GATE, encoding="utf-8")
        ours = [str(Path(sys.executable).with_name("gate")), "evaluate"]
        for run in range(1, RUNS + 1):
            ours += ["--run", str(run), f"run-{run}"]
        theirs = ["allure", "quality-gate", *(f"run-{run}" for run in range(1, RUNS + 1))]
        theirs += ["--success-rate", SUCCESS_RATE]
        commands = {"gate evaluate": ours, "allure quality-gate": theirs}
        answers: dict[str, list[Answer]] = {tool: [] for tool in commands}
        strict = timed([*theirs[:-1], "0.999"], folder, path)
        if strict.code != 1:
            raise SystemExit(f"allure does not see the failures, it ends with {strict.code}:\n{strict.said}")
        for _ in range(asked.rounds):
            for tool, command in commands.items():
                answer = timed(command, folder, path)
                if answer.code:
                    raise SystemExit(f"{tool} ended with {answer.code}:\n{answer.said}")
                answers[tool].append(answer)
    for measure in ("seconds", "cpu_s"):
        times = {tool: [getattr(one, measure) for one in given] for tool, given in answers.items()}
        for tool, each in times.items():
            print(
                f"{measure:8} {tool:20} {statistics.median(each):6.2f} ({min(each):.2f} .. {max(each):.2f})"
            )
        ratios = [theirs / ours for ours, theirs in zip(*times.values(), strict=True)]
        spread = f"{min(ratios):.1f} .. {max(ratios):.1f}"
        print(f"{measure:8} ratio, pair by pair: median {statistics.median(ratios):.1f} ({spread})")


if __name__ == "__main__":
    main()
