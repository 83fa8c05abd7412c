"""The catalogue of faults is whole, and every fault in it is played by a test."""

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from autobiz_mocks.faults import catalogue

SUITES = Path(__file__).resolve().parents[2]


def played() -> Iterator[int]:
    """The numbers that tests say they play."""
    for path in SUITES.rglob("test_*.py"):
        text = path.read_text(encoding="utf-8")
        if "covers" not in text:
            continue
        for node in ast.walk(ast.parse(text)):
            match node:
                case ast.Call(func=ast.Name(id="covers"), args=args):
                    yield from (each.value for each in args if isinstance(each, ast.Constant))  # type: ignore[misc]  # whole numbers alone


def test_the_catalogue_has_every_number_once() -> None:
    """Sixty-four faults, numbered without a gap, each with a name of its own and all that there is to say."""
    cases = catalogue()
    assert [case.number for case in cases] == list(range(1, 65))
    assert max(Counter(case.name for case in cases).values()) == 1
    assert all(case.providers and case.recipe and case.reaction and case.invariant for case in cases)


def test_every_fault_is_played() -> None:
    """Each number of the catalogue is named by a test, and no test names another."""
    assert set(played()) == {case.number for case in catalogue()}
