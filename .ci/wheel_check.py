"""Build the wheel, install it into a clean virtualenv, and gate a small project with it."""

import json
import os
import subprocess
import sys
import tempfile
import zipfile
from importlib.metadata import requires
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "locks" / "dev.txt"
PACKAGES = ("gates", "harness", "kernel", "mocks", "oracles", "reports")
# What the library reads at run time and a wheel easily forgets.
DATA = (
    *(f"autobiz_{name}/py.typed" for name in PACKAGES),
    "autobiz_gates/schemas/gate-file.schema.json",
    "autobiz_gates/schemas/ledger.schema.json",
    "autobiz_harness/cli/gate.toml",
    "autobiz_reports/page.css",
    "autobiz_mocks/mappings/stripe.json",
    "autobiz_kernel/migrations/sql/roles.sql",
    "autobiz_kernel/migrations/versions/r0001_tables.py",
)
TESTS = "import pytest\n@pytest.mark.parametrize('n', range(25))\ndef test_it(n, seed): assert seed >= 0\n"


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="autobiz-wheel-") as folder:
        place = Path(folder)
        wheel = build(place)
        say(f"built {wheel.name}")
        check_data(wheel)
        python = clean_virtualenv(place, wheel)
        say("installed it with its base dependencies alone into a clean virtualenv")
        gate_a_project(place / "project", python)
    print("2 passed, 0 failed")


def say(words: str) -> None:
    print(f"wheel check: {words}", flush=True)


def run(*command: str | Path, cwd: Path = ROOT, codes: tuple[int, ...] = (0,)) -> str:
    """Run a program to its end; another exit code than those expected ends the check with all it said."""
    env = {name: value for name, value in os.environ.items() if name not in ("VIRTUAL_ENV", "PYTHONPATH")}
    words = [str(word) for word in command]
    done = subprocess.run(words, cwd=cwd, env=env, capture_output=True, text=True, check=False)
    if done.returncode not in codes:
        raise SystemExit(f"{' '.join(words)} ended with {done.returncode}\n{done.stdout}\n{done.stderr}")
    return done.stdout


def build(place: Path) -> Path:
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", place / "dist")
    (wheel,) = (place / "dist").glob("*.whl")
    return wheel


def check_data(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    absent = [name for name in DATA if name not in names]
    stray = sorted(
        name for name in names if name.startswith(("suites/", "benchmarks/", "gates/", "conftest"))
    )
    if absent or stray:
        raise SystemExit(f"the wheel lacks {absent} and must not hold {stray}")
    say(f"holds all {len(DATA)} data files and nothing of the suites")


def clean_virtualenv(place: Path, wheel: Path) -> Path:
    run(os.environ.get("PYTHON", "python3"), "-m", "venv", place / "venv")
    python = place / "venv" / "bin" / "python"
    wanted = place / "base.txt"
    base = base_dependencies()
    wanted.write_text("".join(block for block in locked() if block.split("==")[0] in base))
    pip = (python, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--no-deps")
    run(*pip, "--require-hashes", "-r", wanted)
    run(*pip, "--no-index", wheel)
    run(python, "-m", "pip", "check")
    return python


def base_dependencies() -> set[str]:
    """What autobiz needs without an extra, and all that those need in turn."""
    found: set[str] = set()
    to_do = ["autobiz"]
    while to_do:
        for text in requires(to_do.pop()) or ():
            requirement = Requirement(text)
            name = canonicalize_name(requirement.name)
            wanted = requirement.marker is None or requirement.marker.evaluate({"extra": ""})
            if wanted and name not in found:
                found.add(name)
                to_do.append(name)
    return found


def locked() -> list[str]:
    """The requirements of the lock file, each with its hashes."""
    blocks: list[str] = []
    for line in LOCK.read_text().splitlines(keepends=True):
        if line[0] in " \t" and blocks:
            blocks[-1] += line
        elif line.strip() and not line.startswith("#"):
            blocks.append(line)
    return blocks


def gate_a_project(project: Path, python: Path) -> None:
    project.mkdir()
    (project / "test_it.py").write_text(TESTS)
    gate = python.parent / "gate"
    run(gate, "init", cwd=project)
    report = json.loads(run(gate, "run", "--json", cwd=project))
    if (report["decision"], report["gates"][0]["figures"]["trials"]) != ("open", 75):
        raise SystemExit(f"75 clean trials should open the gate: {report['sentence']}")
    say(f"gated a small project: {report['gates'][0]['reason']}")
    run(python, "-m", "pytest", "-q", "-n2", "--gate-ledger=ledger", cwd=project)
    run(gate, "evaluate", "ledger", cwd=project, codes=(3,))
    say("one run alone is undecided, as it must be")
    for command in ("run", "evaluate", "init", "stack"):
        run(gate, command, "--help", cwd=project)
    run(gate, "stack", "up", cwd=project, codes=(4,))
    say("without the stack's extra, `gate stack up` says so with exit code 4")
    for word in ("--help", "doctor", "migrate", "compile"):
        run(python.parent / "autobiz", word, cwd=project, codes=(4,))
    say("without the kernel's extra, so does every command of `autobiz`")


if __name__ == "__main__":
    main()
