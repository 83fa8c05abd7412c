"""Rules about what is written for people: comments, suppressions and the docstrings of tests."""

import ast
import re
from collections.abc import Iterator

from .source import Complaint, Source

# Written in halves, so that this module does not complain of itself.
_UNFINISHED = re.compile(rf"\b({'TO'}{'DO'}|{'FIX'}{'ME'}|{'X' * 3})\b")
_BANNER = re.compile(r"#[\s#]*([-=*#~_])\1{3,}")
_NOQA = re.compile(
    r"#\s*(?:ruff:\s*)?noqa\b(?P<codes>:\s*[A-Z]+[0-9]+(?:\s*,\s*[A-Z]+[0-9]+)*)?(?P<rest>[^#]*(?:#.*)?)"
)
_IGNORE = re.compile(r"#\s*type:\s*ignore\b(?P<codes>\[[a-z, -]+\])?(?P<rest>.*)")
_NEXT_SENTENCE = re.compile(r"[.!?]\s+[A-Z`\"']")


def no_promise(source: Source) -> Iterator[Complaint]:
    """Nothing is left for later in the text."""
    for number, line in enumerate(source.text.splitlines(), start=1):
        if match := _UNFINISHED.search(line):
            words = f"{match[1]}: finish it, or leave the line out and record the matter where it is tracked"
            yield Complaint(path=source.path, line=number, words=words)


def no_banner(source: Source) -> Iterator[Complaint]:
    """No comment draws a line across the page."""
    for line, comment in source.comments:
        if _BANNER.match(comment):
            words = "a banner; what needs one is a module of its own"
            yield Complaint(path=source.path, line=line, words=words)


def reasoned_suppression(source: Source) -> Iterator[Complaint]:
    """A suppression names its code and says why."""
    for line, comment in source.comments:
        for pattern, example in ((_NOQA, "# noqa: X100  # why"), (_IGNORE, "# type: ignore[code]  # why")):
            match = pattern.search(comment)
            if match and not match["codes"]:
                words = f"suppresses everything; write `{example}`"
                yield Complaint(path=source.path, line=line, words=words)
            elif match and len(re.findall(r"[A-Za-z]\w*", match["rest"])) < 2:
                words = f"suppresses without a reason; write `{example}`"
                yield Complaint(path=source.path, line=line, words=words)


def specifying_docstring(source: Source) -> Iterator[Complaint]:
    """Every test has a docstring of one sentence, and that is the specification."""
    if not source.is_test_module:
        return
    for test in _tests(source.tree):
        problem = _problem_of(ast.get_docstring(test))
        if problem is not None:
            words = f"{test.name}() {problem}; say in one sentence, with a full stop, what holds"
            yield Complaint(path=source.path, line=test.lineno, words=words)


def _tests(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    bodies = [tree.body, *(node.body for node in tree.body if isinstance(node, ast.ClassDef))]
    for body in bodies:
        for node in body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test"):
                yield node


def _problem_of(docstring: str | None) -> str | None:
    if not docstring:
        return "has no docstring"
    if not docstring.endswith("."):
        return "has a docstring without an end"
    if _NEXT_SENTENCE.search(docstring):
        return "has more than one sentence in its docstring"
    return None
