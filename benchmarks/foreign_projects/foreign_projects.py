"""Run other people's suites with the plugin absent, unused and recording: only the ledger may differ."""

import argparse
import json
import os
import subprocess
import sys
import tarfile
import tempfile
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autobiz_gates import RunPlan, Trial, ledger_files, read_lines

ROOT = Path(__file__).resolve().parents[2]
GATE = '[gate.suite]\nkind = "p1"\nprofile = "literal"\nfloor = 0.9\nruns = 1\n'
# pytest's own plugins differ in nothing here; a cache folder would make the second run unlike the first.
COMMON = ("-q", "-p", "no:cacheprovider", "--color=no")
ARMS = {"absent": ("-p", "no:autobiz"), "unused": (), "recording": ("--gate-ledger={ledger}",)}
_GATE_CODES = {0: "open", 1: "shut", 3: "undecided"}
# What junit calls an outcome, in the words of the ledger.
_WORDS = {"passed": "pass", "failure": "fail", "error": "error", "skipped": "skip"}


class BrokenError(Exception):
    """A step that has to work before anything can be compared did not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A released project, and what its tests import beyond it."""

    name: str
    version: str
    needs: tuple[str, ...] = ()
    arguments: tuple[str, ...] = ()


PROJECTS = (
    Project(name="click", version="8.5.1"),
    Project(
        name="attrs",
        version="26.1.0",
        needs=("cloudpickle", "hypothesis", "pympler"),
        arguments=("--hypothesis-seed=0",),
    ),
    Project(name="itsdangerous", version="2.2.0", needs=("freezegun",)),
    Project(name="packaging", version="26.3", needs=("hypothesis", "pretend", "tomli_w")),
    Project(name="markupsafe", version="3.0.4"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one run of a suite told: pytest's exit code, and each test's outcomes as junit names them."""

    code: int
    tests: dict[str, tuple[str, ...]]

    def counts(self) -> Counter[str]:
        """How many tests passed, failed, erred, were skipped; the worst of a test counts."""
        order = ("error", "fail", "skip", "pass")
        return Counter(min(outcomes, key=order.index) for outcomes in self.tests.values())


def main(arguments: Sequence[str] | None = None) -> int:
    """Compare the named projects, or all of them; 1 when a project saw a difference."""
    parser = argparse.ArgumentParser(description=__doc__)
    known = [project.name for project in PROJECTS]
    parser.add_argument("names", nargs="*", metavar="PROJECT", help=f"of {', '.join(known)}; default: all")
    parser.add_argument("--workers", type=int, default=0, help="run every arm under xdist with so many")
    parser.add_argument("--json", action="store_true", help="print JSON instead of the table")
    options = parser.parse_args(arguments)
    if strangers := set(options.names) - set(known):
        parser.error(f"no project is named {', '.join(sorted(strangers))}; known: {', '.join(known)}")
    chosen = [project for project in PROJECTS if not options.names or project.name in options.names]
    with tempfile.TemporaryDirectory(prefix="autobiz-foreign-") as folder:
        wheel = build_wheel(Path(folder))
        rows = [compare(project, Path(folder), wheel, options.workers) for project in chosen]
    print(json.dumps(rows, indent=2) if options.json else table(rows))
    return int(any(row["differences"] for row in rows))


def compare(project: Project, folder: Path, wheel: Path, workers: int) -> dict[str, Any]:
    """One project, from its sdist to the table's row."""
    row: dict[str, Any] = {"project": f"{project.name} {project.version}", "tests": 0, "differences": []}
    try:
        place = folder / project.name
        source = fetch(project, place)
        python = virtualenv(project, place, source, wheel)
        outcomes = {arm: run(project, place, source, python, arm, workers) for arm in ARMS}
        row |= {"tests": len(outcomes["absent"].tests), "exit_code": outcomes["absent"].code}
        row["outcomes"] = dict(outcomes["absent"].counts())
        for arm in ("unused", "recording"):
            row["differences"] += differences(arm, outcomes["absent"], outcomes[arm])
        row["differences"] += ledger_differences(place / "ledger", outcomes["recording"])
        row["gate"] = evaluate(place, python)
    except BrokenError as error:
        row["differences"].append(f"could not be compared: {error}")
    say(f"{row['project']}: {row['tests']} tests, {len(row['differences'])} differences")
    return row


def build_wheel(folder: Path) -> Path:
    """The distribution as users get it; an editable install would bring this repository's paths along."""
    do(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), cwd=ROOT)
    return next(folder.glob("autobiz-*.whl"))


def fetch(project: Project, place: Path) -> Path:
    """Download and unpack the sdist."""
    place.mkdir()
    pinned = f"{project.name}=={project.version}"
    pip = (sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--no-binary", ":all:")
    do(*pip, "--dest", str(place), pinned, cwd=place)
    with tarfile.open(next(place.glob("*.tar.gz"))) as archive:
        archive.extractall(place / "source", filter="data")
    return next((place / "source").iterdir())


def virtualenv(project: Project, place: Path, source: Path, wheel: Path) -> Path:
    """A clean one, with the project built from its sdist, what its tests need, and our wheel."""
    do(sys.executable, "-m", "venv", str(place / "venv"), cwd=place)
    python = place / "venv" / "bin" / "python"
    install = (str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check")
    do(*install, str(source), str(wheel), *project.needs, cwd=place)
    return python


def run(project: Project, place: Path, source: Path, python: Path, arm: str, workers: int) -> Outcome:
    """One run of the suite, read from its junit file."""
    junit = place / f"{arm}.xml"
    options = [option.format(ledger=place / "ledger") for option in ARMS[arm]]
    if workers:
        options += ["-n", str(workers)]
    command = [str(python), "-m", "pytest", *COMMON, *options, *project.arguments, f"--junitxml={junit}"]
    done = subprocess.run(command, cwd=source, env=environment(), capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1) or not junit.exists():
        raise BrokenError(
            f"{arm}: pytest ended with {done.returncode}: {(done.stdout + done.stderr)[-1500:]}"
        )
    return Outcome(code=done.returncode, tests=junit_outcomes(junit))


def junit_outcomes(junit: Path) -> dict[str, tuple[str, ...]]:
    """Every outcome of every test; one that fails and then errs in its teardown is written twice."""
    found: dict[str, list[str]] = {}
    for case in ET.parse(junit).iter("testcase"):  # noqa: S314  # written by the pytest started here
        tags = {child.tag for child in case} & _WORDS.keys()
        name = f"{case.get('classname')}::{case.get('name')}"
        found.setdefault(name, []).append(_WORDS[min(tags)] if tags else _WORDS["passed"])
    return {name: tuple(sorted(outcomes)) for name, outcomes in found.items()}


def differences(arm: str, before: Outcome, after: Outcome) -> list[str]:
    """What this arm told otherwise."""
    found = [] if before.code == after.code else [f"{arm}: exit code {after.code}, not {before.code}"]
    for name in sorted(before.tests.keys() | after.tests.keys()):
        one, other = before.tests.get(name), after.tests.get(name)
        if one != other:
            found.append(f"{arm}: {name}: {other}, not {one}")
    return found


def ledger_differences(ledger: Path, outcome: Outcome) -> list[str]:
    """The ledger has one entry for every planned test, and counts what junit counts."""
    trials: Counter[str] = Counter()
    counts: Counter[str] = Counter()
    planned: set[str] = set()
    for path in ledger_files([ledger]):
        for line in read_lines(path):
            if isinstance(line, Trial):
                trials[line.case] += 1
                counts[
                    "error" if line.phase == "setup" and line.outcome == "unknown" else str(line.outcome)
                ] += 1
            elif isinstance(line, RunPlan):
                planned |= {case.case for case in line.cases}
    found = [f"ledger: {case} has {count} entries" for case, count in trials.items() if count != 1]
    found += [f"ledger: {case} was planned and has no entry" for case in sorted(planned - trials.keys())]
    found += [f"ledger: {case} has an entry and no plan" for case in sorted(trials.keys() - planned)]
    if counts != outcome.counts():
        found.append(f"ledger: counts {dict(counts)}, junit {dict(outcome.counts())}")
    return found


def evaluate(place: Path, python: Path) -> str:
    """What a gate decides from this ledger alone."""
    (place / "gate.toml").write_text(GATE, encoding="utf-8")
    command = [str(python.with_name("gate")), "evaluate", "ledger", "--gate-file", "gate.toml", "--json"]
    done = subprocess.run(command, cwd=place, env=environment(), capture_output=True, text=True, check=False)
    if done.returncode not in _GATE_CODES:
        raise BrokenError(f"gate evaluate ended with {done.returncode}: {done.stderr[-1500:]}")
    answer: str = json.loads(done.stdout)["decision"]
    if answer != _GATE_CODES[done.returncode]:
        raise BrokenError(f"gate evaluate said {answer} and ended with {done.returncode}")
    return answer


def do(*command: str, cwd: Path) -> None:
    """Run a step that has to work."""
    done = subprocess.run(command, cwd=cwd, env=environment(), capture_output=True, text=True, check=False)
    if done.returncode:
        raise BrokenError(f"{' '.join(command)} ended with {done.returncode}: {done.stderr[-1500:]}")


def environment() -> dict[str, str]:
    """Ours, without what would reach into the runs."""
    foreign = ("PYTEST", "AUTOBIZ", "VIRTUAL_ENV", "PYTHONPATH")
    return {name: text for name, text in os.environ.items() if not name.startswith(foreign)}


def say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


def table(rows: list[dict[str, Any]]) -> str:
    """The rows for people, every difference below."""
    lines = [f"{'project':<22} {'tests':>6} {'outcomes':<32} {'exit':>4}  {'gate':<10} differences"]
    for row in rows:
        counts = ", ".join(f"{count} {name}" for name, count in sorted(row.get("outcomes", {}).items()))
        lines.append(
            f"{row['project']:<22} {row['tests']:>6} {counts:<32} {row.get('exit_code', '-'):>4}  "
            f"{row.get('gate', '-'):<10} {len(row['differences'])}"
        )
    details = [f"{row['project']}: {words}" for row in rows for words in row["differences"]]
    return "\n".join([*lines, *(["", *details] if details else [])])


if __name__ == "__main__":
    sys.exit(main())
