"""Expectations of calls: what was asked for, by whom, and what was refused."""

from collections.abc import Collection, Sequence
from typing import cast

from autobiz_oracles.json_schema import Schema
from autobiz_oracles.permission import Attempt, Denial, Scope, denied_and_logged, within_scopes
from autobiz_oracles.schema import Call, accepted, conforms, rejected
from autobiz_oracles.verdict import OracleType

from .chain import Chain

__tracebackhide__ = True


class ExpectSchema(Chain):
    """Of a value or a call."""

    __slots__ = ("_subject",)

    def __init__(self, subject: object, where: str) -> None:
        super().__init__(OracleType.SCHEMA, where)
        self._subject = subject

    def conforms(self, schema: Schema | None) -> "ExpectSchema":
        return self._settle(conforms(self._subject, schema))

    def accepted(self) -> "ExpectSchema":
        return self._settle(accepted(self._call))

    def rejected(self, code: str, *, before_side_effects: bool = True) -> "ExpectSchema":
        return self._settle(rejected(self._call, code, before_side_effects=before_side_effects))

    @property
    def _call(self) -> Call:
        # What has not the shape of a call makes the oracle answer unknown.
        return cast("Call", self._subject)


class ExpectPermission(Chain):
    """Of attempts to use tools."""

    __slots__ = ("_attempts",)

    def __init__(self, attempts: Sequence[Attempt] | None, where: str) -> None:
        super().__init__(OracleType.PERMISSION, where)
        self._attempts = attempts

    def within(self, scopes: Collection[Scope] | None) -> "ExpectPermission":
        return self._settle(within_scopes(self._attempts, scopes))

    def denied_and_logged(self, denials: Sequence[Denial] | None) -> "ExpectPermission":
        return self._settle(denied_and_logged(self._attempts, denials))
