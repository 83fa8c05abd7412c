"""Give the functions of a loaded module the bodies of a changed one, wherever else they were imported to."""

import ast
import sys
from types import FunctionType, ModuleType


def swappable(source: str, line: int) -> bool:
    """Return whether this line lies in the body of a function, so that swapping bodies is enough."""
    return any(
        node.body[0].lineno <= line <= (node.end_lineno or 0)
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef)
    )


def is_shape(source: str, line: int) -> bool:
    """Return whether this line lies in a protocol, which only a type checker reads."""
    return any(
        node.lineno <= line <= (node.end_lineno or 0)
        and any(isinstance(base, ast.Name) and base.id == "Protocol" for base in node.bases)
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.ClassDef)
    )


def swap(name: str, source: str) -> None:
    """Swap the bodies of all functions and methods of the loaded module of this name."""
    loaded = sys.modules[name]
    changed = ModuleType(name)
    changed.__package__, changed.__file__ = loaded.__package__, loaded.__file__
    # Classes of the changed text look up their own module while they are made.
    sys.modules[name] = changed
    try:
        exec(compile(source, loaded.__file__ or name, "exec"), changed.__dict__)  # noqa: S102  our own text, changed in one place
    finally:
        sys.modules[name] = loaded
    for key, new in vars(changed).items():
        old = vars(loaded).get(key)
        if getattr(old, "__module__", None) != name:
            continue
        if isinstance(old, type):
            for attribute, member in vars(new).items():
                _swap_one(vars(old).get(attribute), member)
        else:
            _swap_one(old, new)


def _swap_one(old: object, new: object) -> None:
    # A property holds its function; a cached, a class or a decorated function wraps it.
    for inner in ("fget", "__wrapped__", "__func__"):
        if hasattr(old, inner) and hasattr(new, inner):
            _swap_one(getattr(old, inner), getattr(new, inner))
            return
    # What a function closes over stays the old one's: its class, or what it was decorated with.
    if (
        isinstance(old, FunctionType)
        and isinstance(new, FunctionType)
        and old.__code__.co_freevars == new.__code__.co_freevars
    ):
        old.__code__ = new.__code__
