"""`make check` is part of every run of the suites: format, lint, types and contracts."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from autobiz_oracles import expect

from ..inner_pytest import ending_of
from .tidy.source import ROOT

BIN = Path(sys.executable).parent
RECIPE = re.compile(r"^check:.*\n((?:\t.*\n)+)", re.MULTILINE)


def commands() -> list[list[str]]:
    """The commands of the Makefile's target `check`, so that there is one list of them."""
    recipe = RECIPE.search((ROOT / "Makefile").read_text(encoding="utf-8"))
    lines = recipe[1].splitlines() if recipe else []
    found = [shlex.split(line.strip().removeprefix("@").replace("$(BIN)", str(BIN))) for line in lines]
    # These very tests are its last command.
    return [command for command in found if Path(command[0]).name != "pytest"]


def test_all_checks_are_known() -> None:
    """Formatter, linter, type checker of components and of suites, and import contracts are all asked."""
    asked = {" ".join([Path(command[0]).name, *command[1:2]]) for command in commands()}
    owed = {"ruff format", "ruff check", "mypy", "mypy suites", "lint-imports"}
    known = {words for words in asked if words in owed} | {words.split()[0] for words in asked}
    expect.complaints(sorted(owed - known), about=owed).none()


@pytest.mark.parametrize("command", commands(), ids=lambda command: Path(command[0]).name)
def test_check_finds_nothing(command: list[str]) -> None:
    """Each check of `make check` is content with the repository as it is."""
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    expect.program(ending_of(done)).ended(0)
