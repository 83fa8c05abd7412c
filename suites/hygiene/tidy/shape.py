"""Rules about size and names: what fits on a screen is read, what has a name of its own is found."""

import ast
from collections.abc import Iterator

from .source import Complaint, Source

MODULE_LINES_MAX = 300
FUNCTION_LINES_MAX = 60
_EMPTY_NAMES = frozenset({"_core", "common", "helper", "helpers", "misc", "util", "utils"})


def short_module(source: Source) -> Iterator[Complaint]:
    """A module has at most 300 lines."""
    count = len(source.text.splitlines())
    if count > MODULE_LINES_MAX:
        words = f"{count} lines, {MODULE_LINES_MAX} at most; give its second concept a module of its own"
        yield Complaint(path=source.path, line=MODULE_LINES_MAX + 1, words=words)


def short_function(source: Source) -> Iterator[Complaint]:
    """A function has at most 60 lines."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            count = (node.end_lineno or node.lineno) - node.lineno + 1
            if count > FUNCTION_LINES_MAX:
                words = f"{node.name}() has {count} lines, {FUNCTION_LINES_MAX} at most; name its parts"
                yield Complaint(path=source.path, line=node.lineno, words=words)


def telling_name(source: Source) -> Iterator[Complaint]:
    """No module and no folder is named after being of use to somebody."""
    for part in (*source.path.parts[:-1], source.path.stem):
        if part in _EMPTY_NAMES:
            words = f"{part!r} says nothing of what is inside; name the concept"
            yield Complaint(path=source.path, line=1, words=words)
