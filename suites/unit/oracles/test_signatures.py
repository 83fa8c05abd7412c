"""How oracles and sentences are called is a promise: what has to be named, and what it is if left out."""

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from pathlib import Path
from types import NoneType

import pytest

import autobiz_oracles
from autobiz_oracles import Expect, expecting

AGREED = Path(__file__).parent / "signatures.txt"
CHAINS = [module.name for module in pkgutil.iter_modules(expecting.__path__, f"{expecting.__name__}.")]


def told(function: Callable[..., object]) -> str:
    """The parameters with their defaults; what has no short name is told as three dots."""
    parameters = [
        each.replace(
            annotation=each.empty,
            default=each.default
            if each.default is each.empty
            or isinstance(each.default, str | int | NoneType)
            or each.default == ()
            else ...,
        )
        for each in inspect.signature(function).parameters.values()
    ]
    return str(inspect.Signature(parameters))


def public(owner: object, prefix: str) -> Iterator[str]:
    """The signature of everything of this owner that may be called, one a line."""
    for name, member in sorted(vars(owner).items()):
        if not name.startswith("_") and inspect.isfunction(member):
            yield f"{prefix}{name}{told(member)}"


def signatures() -> str:
    """Those of the front door's functions and values, of `expect`, and of every chain."""
    said: list[str] = []
    for name in sorted(autobiz_oracles.__all__):
        member = getattr(autobiz_oracles, name)
        if inspect.isfunction(member) or hasattr(member, "__dataclass_fields__"):
            said.append(f"{name}{told(member)}")
    said += public(Expect, "expect.")
    for module in CHAINS:
        for name, member in sorted(vars(importlib.import_module(module)).items()):
            if name.startswith("Expect") and name != "Expect" and member.__module__ == module:
                said += public(member, f"{name}.")
    return "\n".join(said) + "\n"


def test_signatures_are_as_agreed() -> None:
    """Every parameter, whether it must be named, and its default stand as in signatures.txt."""
    assert signatures() == AGREED.read_text(encoding="utf-8")


@pytest.mark.parametrize("module", [name for name in CHAINS if not name.endswith("__init__")])
def test_no_line_of_ours_is_in_a_traceback(module: str) -> None:
    """A failure shows the line that expects, so each module of the sentences hides itself."""
    assert importlib.import_module(module).__dict__["__tracebackhide__"] is True
