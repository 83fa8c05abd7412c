"""The plugin on projects it has never seen: the same outcomes with it and without, one entry a test."""

import argparse
import json
import os
import subprocess
import sys
import tarfile
import tempfile
import xml.etree.ElementTree as ET
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from autobiz_gates import Trial, ledger_files, read_lines

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A source distribution that brings its tests, and what those import."""

    name: str
    version: str
    needs: tuple[str, ...] = ()
    tests: str = "tests"
    options: tuple[str, ...] = ()


PROJECTS = (
    Project(name="click", version="8.5.1"),
    Project(name="attrs", version="25.3.0", needs=("hypothesis", "cloudpickle")),
    Project(name="itsdangerous", version="2.2.0", needs=("freezegun",)),
    Project(name="packaging", version="25.0", needs=("pretend",)),
    Project(name="pluggy", version="1.6.0", tests="testing"),
)
VARIANTS = {
    "without": ("-p", "no:autobiz"),
    "unused": (),
    "ledger": ("--gate-ledger={ledger}",),
    "without, -n 2": ("-p", "no:autobiz", "-n", "2"),
    "ledger, -n 2": ("--gate-ledger={ledger}", "-n", "2"),
}
# xdist changes outcomes of some projects by itself, so a variant is held to the one that differs by us alone.
COMPARED = {"unused": "without", "ledger": "without", "ledger, -n 2": "without, -n 2"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="only these projects")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    options = parser.parse_args()
    chosen = [project for project in PROJECTS if not options.names or project.name in options.names]
    with tempfile.TemporaryDirectory(prefix="autobiz-foreign-") as folder:
        wheel = build_wheel(Path(folder))
        rows = [judge(project, Path(folder) / project.name, wheel) for project in chosen]
    print(json.dumps(rows, indent=2) if options.json else table(rows))
    if any(row["problems"] for row in rows):
        raise SystemExit(1)


def call(*command: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    env = {name: value for name, value in os.environ.items() if name not in ("VIRTUAL_ENV", "PYTHONPATH")}
    return subprocess.run(
        [str(word) for word in command], cwd=cwd, env=env, capture_output=True, text=True, check=False
    )


def need(*command: str | Path, cwd: Path) -> None:
    done = call(*command, cwd=cwd)
    if done.returncode:
        raise SystemExit(f"{' '.join(map(str, command))} failed:\n{done.stdout}\n{done.stderr}")


def build_wheel(folder: Path) -> Path:
    need(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, cwd=ROOT)
    return next(folder.glob("*.whl"))


def judge(project: Project, place: Path, wheel: Path) -> dict[str, object]:
    """Run a project's suite in every variant and compare."""
    python, source = prepare(project, place, wheel)
    results = {}
    codes = {}
    for name, options in VARIANTS.items():
        ledger = place / f"ledger {name}"
        report = place / f"{name}.xml"
        done = call(
            python, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--junitxml={report}", project.tests,
            *project.options, *(option.format(ledger=ledger) for option in options), cwd=source,
        )  # fmt: skip
        codes[name] = done.returncode
        results[name] = outcomes(report) if report.exists() else Counter({(done.stdout[-500:], ""): 1})
        print(
            f"{project.name}: {name}: exit {done.returncode}, {results[name].total()} tests", file=sys.stderr
        )
    problems = [
        f"{name}: {difference(results[base], results[name])}"
        for name, base in COMPARED.items()
        if results[name] != results[base] or codes[name] != codes[base]
    ]
    entries = {name: entries_of(place / f"ledger {name}") for name in VARIANTS if "ledger" in name}
    for name, counted in entries.items():
        doubled = [case for case, times in counted.items() if times > 1]
        if doubled or counted.total() != results[name].total():
            problems.append(f"{name}: {counted.total()} entries, {len(doubled)} doubled")
    decision = call(
        python.parent / "gate", "evaluate", place / "ledger ledger", "--json", cwd=gate_file(place)
    )
    return {
        "project": f"{project.name} {project.version}",
        "tests": results["without"].total(),
        "exit": codes["without"],
        "entries": {name: counted.total() for name, counted in entries.items()},
        "decision": json.loads(decision.stdout)["decision"] if decision.stdout else decision.stderr,
        "problems": problems,
    }


def prepare(project: Project, place: Path, wheel: Path) -> tuple[Path, Path]:
    place.mkdir()
    pip = (sys.executable, "-m", "pip", "-q", "--disable-pip-version-check")
    wanted = f"{project.name}=={project.version}"
    need(
        *pip,
        "download",
        "--no-deps",
        "--no-binary",
        ":all:",
        wanted,
        "-d",
        place,
        cwd=place,
    )
    (archive,) = place.glob("*.tar.gz")
    with tarfile.open(archive) as packed:
        packed.extractall(place, filter="data")
    (source,) = (path for path in place.iterdir() if path.is_dir())
    need(sys.executable, "-m", "venv", place / "venv", cwd=place)
    python = place / "venv" / "bin" / "python"
    # The source distribution goes in last: pytest itself needs some of these projects, in any version.
    need(python, "-m", "pip", "-q", "install", wheel, *project.needs, cwd=place)
    need(python, "-m", "pip", "-q", "install", "--no-deps", "--force-reinstall", source, cwd=place)
    return python, source


def outcomes(report: Path) -> Counter[tuple[str, str]]:
    """How often each test ended how; the names are pytest's own."""
    found: Counter[tuple[str, str]] = Counter()
    for case in ET.parse(report).getroot().iter("testcase"):  # noqa: S314  # the file is pytest's, written just now
        kind = next((child.tag for child in case if child.tag in ("failure", "error", "skipped")), "passed")
        found[f"{case.get('classname')}::{case.get('name')}", kind] += 1
    return found


def entries_of(ledger: Path) -> Counter[str]:
    lines = (line for path in ledger_files([ledger]) for line in read_lines(path))
    return Counter(line.case for line in lines if isinstance(line, Trial))


def difference(one: Counter[tuple[str, str]], other: Counter[tuple[str, str]]) -> str:
    changed = list(((one - other) + (other - one)).elements())
    return f"{len(changed)} differences, such as {changed[:2]}"


def gate_file(place: Path) -> Path:
    (place / "gate.toml").write_text(
        '[gate.tests]\nkind = "p1"\nprofile = "literal"\nfloor = 0.9\nruns = 1\n'
    )
    return place


def table(rows: list[dict[str, object]]) -> str:
    lines = [f"{'project':22} {'tests':>6} {'entries':>8} {'exit':>5} {'decision':>10}  outcomes"]
    for row in rows:
        entries = row["entries"]
        assert isinstance(entries, dict)
        problems = row["problems"]
        assert isinstance(problems, list)
        said = "; ".join(problems) or f"the same in {len(COMPARED)} comparisons"
        lines.append(
            f"{row['project']:22} {row['tests']:>6} {min(entries.values()):>8} {row['exit']:>5} "
            f"{row['decision']:>10}  {said}"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
