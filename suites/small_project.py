"""A project of somebody else, small enough to gate in a second, and the `gate` command run in it."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .warm_gate import warm_gate

GATE = (sys.executable, "-m", "autobiz_harness.cli")
# Plugins that have no say here cost more to import than the whole of a small project's tests.
PYTEST_OPTIONS = """
[tool.pytest.ini_options]
addopts = [
    "-pno:cacheprovider", "-pno:valkey", "-pno:asyncio", "-pno:hypothesispytest", "-pno:rerunfailures",
    "-pno:anyio", "-pno:allure_pytest", "-pno:platformdirs",
]
"""
ONE_RUN = '[[tool.autobiz.stage]]\nname = "tests"\n'
LITERAL = '[gate.tests]\nkind = "p1"\nprofile = "literal"\nfloor = 0.95\nruns = 1\n'
EIGHTY = "import pytest\n@pytest.mark.parametrize('n', range(80))\ndef test_it(n): pass\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What `gate` said and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        parsed: dict[str, Any] = json.loads(self.out)
        return parsed


@dataclass(frozen=True, slots=True, kw_only=True)
class SmallProject:
    """A folder with tests, a gate file and a pyproject.toml."""

    root: Path

    def write(self, name: str, text: str) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def start(
        self,
        *arguments: str,
        before: Callable[[], None] | None = None,
        env: Mapping[str, str] | None = None,
    ) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [*GATE, *arguments],
            cwd=self.root,
            env=_environment(env),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=before,  # noqa: PLW1509  # the child has one thread; it sets its own limits
        )

    def gate(
        self,
        *arguments: str,
        before: Callable[[], None] | None = None,
        env: Mapping[str, str] | None = None,
    ) -> Answer:
        """Run a command to its end, in a process of its own that needs no start-up."""
        if before is not None:
            return answer_of(self.start(*arguments, before=before, env=env))
        code, out, err = warm_gate().run(arguments, folder=self.root, environment=_environment(env))
        return Answer(code=code, out=out, err=err)

    @property
    def ledger(self) -> Path:
        """The ledger of the latest run."""
        runs = self.root / ".autobiz" / "runs"
        return runs / (runs / "latest").read_text().strip() / "ledger"


def _environment(more: Mapping[str, str] | None) -> dict[str, str]:
    """Ours, but for what concerns the run that we are part of."""
    inherited = {
        name: value for name, value in os.environ.items() if not name.startswith(("AUTOBIZ", "PYTEST"))
    }
    return {**inherited, **(more or {})}


def answer_of(process: "subprocess.Popen[str]") -> Answer:
    """Wait for the end."""
    out, err = process.communicate()
    return Answer(code=process.returncode, out=out, err=err)


def small_project(
    root: Path, tests: str = EIGHTY, *, gate_file: str = LITERAL, tool: str = ONE_RUN
) -> SmallProject:
    """Lay out a project in `root`."""
    project = SmallProject(root=root)
    project.write("test_small.py", tests)
    project.write("pyproject.toml", PYTEST_OPTIONS + tool)
    if gate_file:
        project.write("gate.toml", gate_file)
    return project


def alive(pids: Sequence[int]) -> list[int]:
    """The processes among `pids` that still run; a zombie does not."""
    found = []
    for pid in pids:
        state = subprocess.run(
            ["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False
        ).stdout.strip()
        if state and not state.startswith("Z"):
            found.append(pid)
    return found
