"""The oracle strategy page says what the registry says."""

from pathlib import Path

import pytest

from autobiz_gates.trace import read_registry
from autobiz_oracles import OracleType, expect

from .strategy import PAGE, ROOT, tables, written

pytestmark = [pytest.mark.priority("P1"), pytest.mark.requirement("P1-TR05")]

REGISTRY = """
oracle_types = ["Schema", "Cost"]
[requirement.R1]
says = "One | two"
tests = ["T1", "T2"]
[requirement.R2]
says = "Nothing yet"
[test.T1]
says = "a"
oracles = ["Schema"]
[test.T2]
says = "b"
oracles = ["Cost", "Schema"]
"""


def test_the_page_says_what_the_registry_says() -> None:
    """The tables are those of the registry as it is now; `make strategy` writes them anew."""
    page = PAGE.read_text(encoding="utf-8")
    expect.worlds(page.splitlines(), written(page).splitlines()).alike()


def test_each_promise_with_tests_has_an_oracle() -> None:
    """No test id of the registry is without a type of oracle, and each type judges something."""
    registry = read_registry(ROOT / "suites" / "registry.toml")
    idle = [one.name for one in registry.tests if not one.oracles]
    expect.complaints(idle, about=registry.tests).none()
    used = {kind for one in registry.tests for kind in one.oracles}
    expect.worlds(sorted(used), sorted(str(kind) for kind in OracleType)).alike()


def test_tables_are_drawn_from_any_registry(tmp_path: Path) -> None:
    """A promise has the oracles of its tests, one without tests none, and a bar breaks no table."""
    path = tmp_path / "registry.toml"
    path.write_text(REGISTRY)
    expect.worlds(
        tables(read_registry(path)).splitlines(),
        [
            "### By promise",
            "| promise | oracles | tests | says |",
            "| --- | --- | --- | --- |",
            "| R1 | Cost, Schema | T1, T2 | One \\| two |",
            "| R2 | - | - | Nothing yet |",
            "",
            "### By oracle",
            "| oracle | tests |",
            "| --- | --- |",
            "| Schema | T1, T2 |",
            "| Cost | T2 |",
        ],
    ).alike()


@pytest.mark.negative
def test_a_page_that_drifts_is_seen() -> None:
    """A table written by hand is not what the registry says, and a page without a place is told."""
    page = PAGE.read_text(encoding="utf-8")
    drifted = page.replace("| P1-TR05 |", "| P1-TR99 |")
    expect.worlds([drifted != page, written(drifted) == page], [True, True]).alike()
    with expect.refusal(ValueError, "the tables stand between"):
        written("# Oracles\n")
