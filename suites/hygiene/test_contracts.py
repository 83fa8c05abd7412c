"""The import contracts between the components hold, and each of them bites."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from autobiz_oracles import expect

from .tidy.source import COMPONENTS, ROOT

FORBIDDEN = {
    "Arrows point down": ("gates/autobiz_gates/tally.py", "import autobiz_kernel"),
    "Reports read gates": ("reports/autobiz_reports/numbers.py", "from autobiz_kernel import canonical"),
    "Mocks implement": ("mocks/autobiz_mocks/clock.py", "import autobiz_oracles"),
    "Only the harness": ("kernel/autobiz_kernel/keys.py", "def f():\n    import pytest"),
    "No cycles": ("oracles/autobiz_oracles/outcome.py", "from .verdict import Verdict"),
}


def copy_of_the_house(folder: Path) -> Path:
    """The components and their contracts, to be broken at will."""
    for component in COMPONENTS:
        package = Path(component, f"autobiz_{component}")
        shutil.copytree(ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def broken_contracts(house: Path) -> list[str]:
    """The names of the contracts that do not hold there."""
    # What PYTHONPATH names comes before the installed components.
    paths = os.pathsep.join(str(house / component) for component in COMPONENTS)
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache", "--no-logo"],
        cwd=house,
        env={**os.environ, "PYTHONPATH": paths},
        capture_output=True,
        text=True,
        check=False,
    )
    kept = re.findall(r"^(.+) KEPT", done.stdout, re.MULTILINE)
    broken = re.findall(r"^(.+) BROKEN", done.stdout, re.MULTILINE)
    assert len(kept) + len(broken) == len(FORBIDDEN), done.stdout + done.stderr
    assert done.returncode == bool(broken)
    return broken


def test_contracts_hold(tmp_path: Path) -> None:
    """Components import each other only along the arrows of the architecture."""
    house = copy_of_the_house(tmp_path)
    expect.complaints(broken_contracts(house), about=list(house.rglob("*.py"))).none()


@pytest.mark.negative
@pytest.mark.parametrize("contract", FORBIDDEN)
def test_contract_bites(contract: str, tmp_path: Path) -> None:
    """One forbidden import, and the contract that forbids it is the one that breaks."""
    house = copy_of_the_house(tmp_path)
    name, line = FORBIDDEN[contract]
    with (house / name).open("a", encoding="utf-8") as module:
        module.write(f"\n{line}\n")
    expect.worlds([broken.startswith(contract) for broken in broken_contracts(house)], [True]).alike()
