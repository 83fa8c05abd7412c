"""`autobiz` where only the base is installed: a sentence and an exit code, never a traceback."""

import subprocess
import sys
from pathlib import Path

import pytest

from autobiz_kernel.cli import main
from autobiz_oracles import PlainEnding, expect

pytestmark = [pytest.mark.priority("P1"), pytest.mark.requirement("P1-R18"), pytest.mark.negative]

ROOT = Path(__file__).parents[2]
# Import names of what the extra installs.
EXTRA = (
    "alembic", "cel_expr_python", "httpx2", "jsonschema_rs", "opentelemetry", "orjson", "prometheus_client",
    "psycopg", "re2", "valkey", "yaml",
)  # fmt: skip
WITHOUT = """
import sys

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in absent:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

absent, words = set(sys.argv[1].split(",")), sys.argv[2:]
sys.meta_path.insert(0, Absent())
sys.argv = ["autobiz", *words]
from autobiz_harness.kernel_command import main
main()
"""


def autobiz(*words: str, absent: tuple[str, ...] = EXTRA) -> PlainEnding:
    """One command in a process that cannot import these."""
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT, ",".join(absent), *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return PlainEnding(code=done.returncode, out=done.stdout, err=done.stderr)


@pytest.mark.parametrize(
    "words", [[], ["--help"], *([name] for name in sorted(main.commands)), ["audit", "--help"]]
)
def test_each_command_names_the_extra_that_is_missing(words: list[str]) -> None:
    """Without the kernel's dependencies every command ends with 4, and says what to install."""
    ending = autobiz(*words)
    expect.program(ending).ended(4).said("pip install 'autobiz[kernel]'").never_said("Traceback")


@pytest.mark.parametrize("name", ["psycopg", "re2"])
def test_one_missing_dependency_is_named(name: str) -> None:
    """An install that lacks a single one of them is told which."""
    expect.program(autobiz("doctor", absent=(name,))).ended(4).said(f"No module named '{name}'")


def test_with_them_the_command_is_the_kernels() -> None:
    """Where all is there, the help is that of the kernel, under the name that was typed."""
    expect.program(autobiz("--help", absent=("nothing",))).ended(0).said("Usage: autobiz").said("migrate")


def test_a_fault_of_ours_is_no_missing_dependency() -> None:
    """A module of our own that cannot be imported is told as it is, because no install would mend it."""
    ending = autobiz("--help", absent=("autobiz_kernel",))
    expect.program(ending).ended(1).said("Traceback").never_said("pip install")
