"""Judge whether values are what they were declared to be, and whether those that are not were turned away."""

from collections.abc import Sequence
from typing import Protocol

from .evidence import given, looked_at
from .json_schema import Schema, violations
from .oracle import Finding, MissingEvidenceError, oracle
from .verdict import OracleType


class Call(Protocol):
    """A call as it was answered: `code` says why it was refused, `effects` is what the world saw of it."""

    @property
    def code(self) -> str | None: ...
    @property
    def effects(self) -> Sequence[object] | None: ...


@oracle(OracleType.SCHEMA)
def conforms(value: object, schema: Schema | None) -> Finding:
    """A value satisfies a JSON Schema; a schema with keywords that cannot be checked is no evidence."""
    if schema is None:
        raise MissingEvidenceError("there is no schema")
    complaints = violations(value, schema)
    return Finding(
        holds=not complaints,
        reason="; ".join(complaints) or "as declared",
        observed=f"{len(complaints)} departures from the schema",
        expected="a value as declared",
        diff="\n".join(complaints),
    )


@oracle(OracleType.SCHEMA)
def accepted(call: Call | None) -> Finding:
    """A call was not refused."""
    code = given(call, "the call").code
    return Finding(
        holds=code is None,
        reason="accepted" if code is None else f"refused with {code}",
        observed=code or "accepted",
        expected="accepted",
    )


@oracle(OracleType.SCHEMA)
def rejected(call: Call | None, code: str, *, before_side_effects: bool = True) -> Finding:
    """A call was refused for this reason, and, unless that is left open, before anything had happened."""
    seen = given(call, "the call")
    effects = looked_at(seen.effects, "what the world saw of the call") if before_side_effects else ()
    complaints = [] if seen.code == code else [f"refused with {seen.code}" if seen.code else "accepted"]
    complaints += [f"caused {effect}" for effect in effects]
    return Finding(
        holds=not complaints,
        reason="; ".join(complaints) or f"refused with {code}",
        observed=f"{seen.code or 'accepted'}, {len(effects)} effects",
        expected=f"{code}, no effect" if before_side_effects else code,
        diff="\n".join(complaints),
    )
