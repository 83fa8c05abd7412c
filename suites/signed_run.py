"""A small project that was committed, gated, and whose evidence was signed."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

from .small_project import Answer, SmallProject, small_project

TESTS = "import pytest\n@pytest.mark.parametrize('n', range(3))\ndef test_it(n): pass\n"
OPEN = '[gate.tests]\nkind = "p0"\nsuite = "unit"\nruns = 1\n'
CHAIN = ".autobiz/decisions.jsonl"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """A small project with a commit, a run and its signed bundle."""

    project: SmallProject
    bundle: Path

    @property
    def run(self) -> Path:
        return self.bundle.parent

    def verify(self, *more: str) -> Answer:
        return self.project.gate("verify", str(self.bundle), "--allow", "ci.key.pub", *more)

    def verify_all(self) -> Answer:
        return self.verify("--run", str(self.run), "--gate-file", "gate.toml", "--chain", CHAIN, "--json")

    def check(self, *more: str) -> Answer:
        return self.project.gate("check", str(self.bundle), "--allow", "ci.key.pub", *more)


def commit(root: Path) -> None:
    git = ("git", "-C", str(root), "-c", "user.name=a", "-c", "user.email=a@example.com")
    subprocess.run([*git, "init", "-q"], check=True)
    subprocess.run([*git, "add", "-A"], check=True)
    subprocess.run([*git, "commit", "-qm", "x"], check=True)


def signed_run(root: Path, tests: str = TESTS) -> Signed:
    project = small_project(root, tests.replace("def ", "@pytest.mark.unit\ndef "), gate_file=OPEN)
    project.write(".gitignore", "__pycache__/\n*.key\n*.pub\n*.json\n")
    commit(root)
    for name in ("ci", "ann", "bob"):
        assert project.gate("keygen", f"{name}.key").code == 0
    project.gate("run")
    answer = project.gate("evidence", "--key", "ci.key", "--json")
    assert answer.code == 0, answer.err
    return Signed(project=project, bundle=root / answer.json["bundle"])
