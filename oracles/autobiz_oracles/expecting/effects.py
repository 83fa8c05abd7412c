"""Expectations of effects: what the world saw, and what our books and a second asking make of it."""

from collections.abc import Mapping, Sequence

from autobiz_oracles.effects import (
    Receipt,
    Request,
    exactly,
    exactly_once,
    no_effect,
    nothing_else,
    receipts_agree,
)
from autobiz_oracles.idempotency import Answered, no_new_effects, same_result
from autobiz_oracles.verdict import OracleType

from .chain import Chain

__tracebackhide__ = True

KEY_HEADER = "Idempotency-Key"


class ExpectEffects(Chain):
    """Of what a provider saw."""

    __slots__ = ("_requests",)

    def __init__(self, requests: Sequence[Request] | None, where: str) -> None:
        super().__init__(OracleType.SIDE_EFFECT, where)
        self._requests = requests

    def exactly_once(
        self, method: str, path: str, *, header: Mapping[str, str] | str = KEY_HEADER
    ) -> "ExpectEffects":
        """One effect, under the key in this header; `header={name: key}` says which key it must be."""
        name, key = _named(header)
        return self._settle(exactly_once(self._requests, method=method, path=path, header=name, key=key))

    def exactly(self, count: int, method: str, path: str, *, header: str = KEY_HEADER) -> "ExpectEffects":
        return self._settle(exactly(count, self._requests, method=method, path=path, header=header))

    def nothing_else(self, *declared: tuple[str, str]) -> "ExpectEffects":
        return self._settle(nothing_else(self._requests, declared=declared))

    def none(self) -> "ExpectEffects":
        return self._settle(no_effect(self._requests))


class ExpectReceipts(Chain):
    """Of our books."""

    __slots__ = ("_receipts",)

    def __init__(self, receipts: Sequence[Receipt] | None, where: str) -> None:
        super().__init__(OracleType.CONSISTENCY, where)
        self._receipts = receipts

    def match(self, requests: Sequence[Request] | None, *, header: str = KEY_HEADER) -> "ExpectReceipts":
        return self._settle(receipts_agree(self._receipts, requests, header=header))


class ExpectIdempotency(Chain):
    """Of one act that was asked for more than once."""

    __slots__ = ("_answers",)

    def __init__(self, answers: tuple[Answered, ...], where: str) -> None:
        super().__init__(OracleType.IDEMPOTENCY, where)
        self._answers = answers

    def same_result(self) -> "ExpectIdempotency":
        return self._settle(same_result([answer.result for answer in self._answers]))

    def no_new_effects(self, *, header: str = KEY_HEADER) -> "ExpectIdempotency":
        first, last = self._answers[0].seen, self._answers[-1].seen
        return self._settle(no_new_effects(first, last, header=header))


def _named(header: Mapping[str, str] | str) -> tuple[str, str | None]:
    if isinstance(header, str):
        return header, None
    ((name, key),) = header.items()
    return name, key
