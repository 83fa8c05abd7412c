"""Starting stays cheap: gates load nothing heavy until a formula needs it."""

import subprocess
import sys

import pytest

HEAVY = (
    "pydantic",
    "numpy",
    "scipy",
    "statsmodels",
    "pytest",
    "hypothesis",
    "difflib",
    "cryptography",
    "rfc8785",
)
READ = "import pathlib, autobiz_gates; autobiz_gates.read_gate_file(pathlib.Path('gate.toml'))"


@pytest.mark.parametrize("program", [READ, "import autobiz_gates.statistics"])
def test_reading_a_gate_file_and_importing_statistics_load_nothing_heavy(
    tmp_path_factory: pytest.TempPathFactory, program: str
) -> None:
    """A fresh interpreter that reads a gate file has imported no numerical or validation library."""
    folder = tmp_path_factory.mktemp("light")
    (folder / "gate.toml").write_text("[gate.a]\nkind = 'p1'\nfloor = 0.95\nmarks = 'not slow'\n")
    show = "import sys; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", f"{program}\n{show}"], cwd=folder, capture_output=True, text=True, check=True
    )
    assert not set(HEAVY) & set(done.stdout.split())
