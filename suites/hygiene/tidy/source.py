"""The Python source of this repository, parsed once, as the house rules look at it."""

import ast
import io
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).parents[3]
COMPONENTS = ("gates", "harness", "kernel", "mocks", "oracles", "reports")

# Scripts that people start by hand speak on the terminal; the product speaks through click.
_SCRIPT_FOLDERS = ("benchmarks", ".ci")
_GENERATED = ("build", "dist")


@dataclass(frozen=True, kw_only=True)
class Source:
    """One module: where it lies below the root, and what is written there."""

    path: PurePosixPath
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, filename=str(self.path))

    @cached_property
    def comments(self) -> tuple[tuple[int, str], ...]:
        """Every comment with its line; a `#` inside a string is none."""
        tokens = tokenize.generate_tokens(io.StringIO(self.text).readline)
        return tuple((token.start[0], token.string) for token in tokens if token.type == tokenize.COMMENT)

    @property
    def is_component(self) -> bool:
        """Whether it is part of what is shipped."""
        return self.path.parts[0] in COMPONENTS

    @property
    def is_suite(self) -> bool:
        return self.path.parts[0] == "suites" or self.path.name == "conftest.py"

    @property
    def is_script(self) -> bool:
        return self.path.parts[0] in _SCRIPT_FOLDERS

    @property
    def is_test_module(self) -> bool:
        return self.is_suite and self.path.name.startswith("test_")

    @property
    def package(self) -> tuple[str, ...]:
        """The dotted package it lives in: `autobiz_harness.cli` for a module of that folder."""
        return self.path.parts[1:-1] if self.is_component else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """What breaks a house rule, where, and what to write instead."""

    path: PurePosixPath
    line: int
    words: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.words}"


def all_sources() -> Iterator[Source]:
    """Every module of the repository; what tools generate lies in folders with a dot or in build and dist."""
    for path in sorted(ROOT.rglob("*.py")):
        relative = path.relative_to(ROOT)
        top = relative.parts[0]
        if (top.startswith(".") and top not in _SCRIPT_FOLDERS) or top in _GENERATED:
            continue
        yield Source(path=PurePosixPath(relative.as_posix()), text=path.read_text(encoding="utf-8"))
