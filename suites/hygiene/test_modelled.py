"""The page of what the stand-ins are is whole: no operation, no rule and no fault is left out of it."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from autobiz_mocks import shipped_stubs
from autobiz_oracles import expect

from .modelled import PAGE, ROOT, table, written

pytestmark = [
    pytest.mark.priority("P1"),
    pytest.mark.requirement("P1-TR03"),
    pytest.mark.test_id("P1-H09"),
]
TRUTH = ROOT / "mocks" / "autobiz_mocks" / "truth"
MAPPINGS = ROOT / "mocks" / "autobiz_mocks" / "mappings"


def rules_of(path: Path) -> Iterator[str]:
    """The names of rules in a machine: what it tells a breach by, and what its steps return."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(attr="breach"), args=[ast.Constant(value=str(rule)), *_]):
                yield rule
            case ast.FunctionDef(name=name) if name.startswith("_"):
                for inner in ast.walk(node):
                    match inner:
                        case ast.Return(value=ast.Constant(value=str(rule))):
                            yield rule
                        case ast.Return(
                            value=ast.IfExp(
                                body=ast.Constant(value=str(rule)), orelse=ast.Constant(value=str(other))
                            )
                        ):
                            yield from (rule, other)


def test_the_page_says_what_the_tables_say() -> None:
    """The page is that of the tables as they are now; `make modelled` writes it anew."""
    page = PAGE.read_text(encoding="utf-8")
    expect.worlds(page, written(page)).alike()


def test_every_stubbed_operation_is_told() -> None:
    """The operations of each provider are those that its stubs answer."""
    stubbed: dict[str, set[str]] = {}
    for path in MAPPINGS.glob("*.json"):
        for stub in shipped_stubs(path.stem):
            of = stub["metadata"]
            if "provider" in of and of["op"] != "refuse":
                stubbed.setdefault(of["provider"], set()).add(of["op"])
    told = {name: set(each["operations"]) for name, each in table().items()}
    expect.worlds(told, stubbed).alike()


@pytest.mark.parametrize("name", ["stripe", "shopify", "printful", "sendgrid", "slack"])
def test_every_rule_is_told(name: str) -> None:
    """The rules that a page says are asserted are those of the machine, all of them and no others."""
    in_code = {rule for rule in rules_of(TRUTH / f"{name}.py") if rule not in table()[name]["operations"]}
    expect.worlds(set(table()[name]["asserted"]), in_code).alike()


def test_every_asserted_rule_is_shown_to_bite() -> None:
    """Each rule that a page says is asserted is broken by a caller on purpose, and so is known to speak."""
    text = (ROOT / "suites" / "unit" / "mocks" / "broken_callers.py").read_text(encoding="utf-8")
    rules = [f"{name}.{rule}" for name, each in table().items() for rule in each["asserted"]]
    unshown = [rule for rule in rules if f'"{rule}"' not in text]
    expect.complaints(unshown, about=rules).none()


@pytest.mark.negative
def test_nobody_claims_to_model_everything() -> None:
    """Every provider has something that is not modelled, and says at least three things of it."""
    claims = [name for name, each in table().items() if len(each["not_modelled"]) < 3]
    expect.complaints(claims, about=table()).none()
