"""Expressions over mark names, such as `safety and not (slow or flaky)`."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final, Self

LENGTH_MAX: Final = 2000
DEPTH_MAX: Final = 50
_TOKEN = re.compile(r"\s*(?:(?P<name>[\w.:+/\[\]-]+)|(?P<other>\S))")
_OPERATORS = frozenset({"and", "or", "not"})


class MarkExpressionError(ValueError):
    """A mark expression cannot be read; the message names the column."""


@dataclass(frozen=True, slots=True)
class _Name:
    name: str

    def holds(self, marks: Collection[str]) -> bool:
        return self.name in marks


@dataclass(frozen=True, slots=True)
class _Not:
    operand: "_Node"

    def holds(self, marks: Collection[str]) -> bool:
        return not self.operand.holds(marks)


@dataclass(frozen=True, slots=True)
class _All:
    operands: tuple["_Node", ...]

    def holds(self, marks: Collection[str]) -> bool:
        return all(operand.holds(marks) for operand in self.operands)


@dataclass(frozen=True, slots=True)
class _Any:
    operands: tuple["_Node", ...]

    def holds(self, marks: Collection[str]) -> bool:
        return any(operand.holds(marks) for operand in self.operands)


_Node = _Name | _Not | _All | _Any


@dataclass(frozen=True, slots=True)
class MarkExpression:
    """A question about a case's marks: names joined by `and`, `or`, `not` and brackets; no code is run."""

    text: str
    tree: _Node

    @classmethod
    def parse(cls, text: str) -> Self:
        return cls(text, _Parser(text).whole())

    def holds(self, marks: Collection[str]) -> bool:
        return self.tree.holds(marks)


@dataclass(frozen=True, slots=True)
class _Token:
    word: str
    column: int
    is_name: bool

    @classmethod
    def of(cls, match: re.Match[str]) -> Self:
        word = match["name"] or match["other"]
        return cls(word, match.end() - len(word) + 1, bool(match["name"]) and word not in _OPERATORS)


class _Parser:
    """Recursive descent, loosest operator first, as pytest's -m reads it."""

    def __init__(self, text: str) -> None:
        if len(text) > LENGTH_MAX:
            raise MarkExpressionError(f"a mark expression has at most {LENGTH_MAX} characters")
        self.text = text
        self.tokens = [_Token.of(match) for match in _TOKEN.finditer(text)]
        self.at = 0
        self.depth = 0

    def whole(self) -> _Node:
        tree = self.either()
        if self.at < len(self.tokens):
            raise self.complaint("`and`, `or` or the end")
        return tree

    def either(self) -> _Node:
        operands = [self.both()]
        while self.took("or"):
            operands.append(self.both())
        return operands[0] if len(operands) == 1 else _Any(tuple(operands))

    def both(self) -> _Node:
        operands = [self.single()]
        while self.took("and"):
            operands.append(self.single())
        return operands[0] if len(operands) == 1 else _All(tuple(operands))

    def single(self) -> _Node:
        self.depth += 1
        if self.depth > DEPTH_MAX:
            raise MarkExpressionError(f"a mark expression nests at most {DEPTH_MAX} deep")
        node: _Node
        if self.took("not"):
            node = _Not(self.single())
        elif self.took("("):
            node = self.either()
            if not self.took(")"):
                raise self.complaint("`)`")
        elif self.at < len(self.tokens) and self.tokens[self.at].is_name:
            node = _Name(self.tokens[self.at].word)
            self.at += 1
        else:
            raise self.complaint("a mark name, `not` or `(`")
        self.depth -= 1
        return node

    def took(self, word: str) -> bool:
        if self.at < len(self.tokens) and self.tokens[self.at].word == word:
            self.at += 1
            return True
        return False

    def complaint(self, wanted: str) -> MarkExpressionError:
        if self.at >= len(self.tokens):
            return MarkExpressionError(f"expected {wanted} after column {len(self.text)}, but the text ends")
        token = self.tokens[self.at]
        return MarkExpressionError(f"expected {wanted} at column {token.column}, not {token.word!r}")
