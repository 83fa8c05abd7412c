"""Paths that need nothing heavy import nothing heavy; what is imported is what starting costs."""

import subprocess
import sys
from pathlib import Path

import pytest

from autobiz_oracles import expect

from ..small_project import LITERAL, small_project

HEAVY = {"scipy", "numpy", "pytest", "_pytest", "pydantic", "rich", "autobiz_kernel"}
SHOW = """
import sys
from autobiz_harness.cli import main
try:
    main(sys.argv[1:], prog_name="gate")
finally:
    print("modules", *{name.partition(".")[0] for name in sys.modules})
"""


@pytest.mark.parametrize(
    "arguments",
    [("--help",), ("evaluate", "--help"), ("evaluate", "a.xml"), ("evaluate", "a.xml", "--json")],
    ids=" ".join,
)
def test_a_light_command_imports_nothing_heavy(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    """Help, and a decision into a pipe, load neither numbers' libraries, pytest, rich nor the kernel."""
    project = small_project(tmp_path, gate_file=LITERAL)
    cases = "".join(f"<testcase name='{number}'/>" for number in range(80))
    project.write("a.xml", f"<testsuite>{cases}</testsuite>")

    done = subprocess.run(
        [sys.executable, "-c", SHOW, *arguments], cwd=tmp_path, capture_output=True, text=True, check=True
    )

    loaded = done.stdout.rpartition("modules ")[2].split()
    expect.complaints(sorted(HEAVY.intersection(loaded)), about=loaded).none()
