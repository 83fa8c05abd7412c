"""Expectations of a value that was read off a subject."""

from collections.abc import Collection
from decimal import Decimal
from typing import cast

from autobiz_oracles.value import between, contains, differs, equals, lacks, matches
from autobiz_oracles.verdict import OracleType

from .chain import Chain

__tracebackhide__ = True


class ExpectValue(Chain):
    """Of a value, whatever its kind."""

    __slots__ = ("_found",)

    def __init__(self, found: object, where: str) -> None:
        super().__init__(OracleType.CONSISTENCY, where)
        self._found = found

    def equals(self, wanted: object) -> "ExpectValue":
        return self._settle(equals(self._found, wanted))

    def differs_from(self, other: object) -> "ExpectValue":
        return self._settle(differs(self._found, other))

    def matches(self, pattern: str) -> "ExpectValue":
        return self._settle(matches(cast("str", self._found), pattern))

    def contains(self, *parts: object) -> "ExpectValue":
        return self._settle(contains(self._collection, *parts))

    def lacks(self, *parts: object) -> "ExpectValue":
        return self._settle(lacks(self._collection, *parts))

    def between(
        self, low: Decimal | float | None = None, high: Decimal | float | None = None
    ) -> "ExpectValue":
        return self._settle(between(self._number, low, high))

    def at_least(self, low: Decimal | float) -> "ExpectValue":
        return self._settle(between(self._number, low=low))

    def at_most(self, high: Decimal | float) -> "ExpectValue":
        return self._settle(between(self._number, high=high))

    # What is no collection and no number makes the oracle answer unknown.
    @property
    def _collection(self) -> Collection[object]:
        return cast("Collection[object]", self._found)

    @property
    def _number(self) -> float:
        return cast("float", self._found)
