"""The adversarial cases and the tests that carry their numbers, read from source and not by running it."""

import ast
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
FILE = ROOT / "suites" / "adversarial.toml"
MARK = "pytest.mark.adversarial"


@dataclass(frozen=True, slots=True, kw_only=True)
class AdversarialCase:
    """One case: what is tried, what must come of it, and, if nothing shows that yet, what it awaits."""

    number: int
    name: str
    says: str
    awaits: str = ""


def cases(text: str) -> list[AdversarialCase]:
    """The cases as the file lists them."""
    return [AdversarialCase(**each) for each in tomllib.loads(text)["case"]]


def marked(source: str) -> Iterator[tuple[int, str]]:
    """Every number on a test's mark, with the test; what is no whole number is told as zero."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            for mark in node.decorator_list:
                if isinstance(mark, ast.Call) and ast.unparse(mark.func) == MARK:
                    # A bare mark names no case, which is a mistake like a number that is none.
                    for argument in mark.args or [ast.Constant(0)]:
                        value = argument.value if isinstance(argument, ast.Constant) else 0
                        yield (value if type(value) is int else 0), node.name


def shown() -> dict[int, list[str]]:
    """The tests that carry each number."""
    found: dict[int, list[str]] = {}
    for path in sorted((ROOT / "suites").rglob("test_*.py")):
        text = path.read_text(encoding="utf-8")
        if MARK in text:
            for number, test in marked(text):
                found.setdefault(number, []).append(f"{path.relative_to(ROOT)}::{test}")
    return found


def complaints(listed: list[AdversarialCase], showing: dict[int, list[str]]) -> list[str]:
    """What the file and the marks say differently."""
    numbers = [each.number for each in listed]
    found = [f"case {number}: listed twice" for number in sorted(set(numbers)) if numbers.count(number) > 1]
    names = [each.name for each in listed]
    found += [f"{name!r}: names two cases" for name in sorted(set(names)) if names.count(name) > 1]
    found += [
        f"{tests[0]}: {number} is the number of no case"
        for number, tests in sorted(showing.items())
        if number not in numbers
    ]
    for each in listed:
        if each.number not in showing and not each.awaits:
            found.append(f"case {each.number} ({each.name}): no test carries it, and it awaits nothing")
        if each.number in showing and each.awaits:
            found.append(
                f"case {each.number} ({each.name}): awaits something, and {showing[each.number][0]} shows it"
            )
    return found
