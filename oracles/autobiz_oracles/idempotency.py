"""Judge whether asking again is the same as having asked once."""

import json
from collections.abc import Mapping, Sequence
from typing import Protocol

from .effects import Request
from .evidence import looked_at
from .oracle import Finding, MissingEvidenceError, oracle
from .verdict import OracleType


class Answered(Protocol):
    """What somebody who asked was given, and what the provider had seen by then."""

    @property
    def result(self) -> Mapping[str, object] | None: ...
    @property
    def seen(self) -> Sequence[Request] | None: ...


@oracle(OracleType.IDEMPOTENCY)
def same_result(results: Sequence[Mapping[str, object] | None] | None) -> Finding:
    """Everybody who asked for one act was given one result, byte for byte in sorted form."""
    results = looked_at(results, "the list of results")
    if len(results) < 2:
        raise MissingEvidenceError(f"{len(results)} results cannot be compared; ask at least twice")
    if not all(result is None or isinstance(result, Mapping) for result in results):
        raise MissingEvidenceError("a result is an object, or None where there was none")
    texts = [json.dumps(result, sort_keys=True) for result in results]
    different = sorted(set(texts))
    absent = sum(result is None for result in results)
    return Finding(
        holds=len(different) == 1 and not absent,
        reason=f"{len(different)} different results, {absent} of {len(results)} without any"
        if absent or len(different) > 1
        else f"{len(results)} equal results",
        observed=" | ".join(different),
        expected="one result for all",
        diff="\n".join(different) if len(different) > 1 else "",
        is_hollow=different == ["{}"],
    )


@oracle(OracleType.IDEMPOTENCY)
def no_new_effects(
    before: Sequence[Request] | None, after: Sequence[Request] | None, *, header: str
) -> Finding:
    """Between two readings of one journal the provider accepted nothing under a new key."""
    is_one = before is after
    before, after = looked_at(before, "the journal before"), looked_at(after, "the journal after")
    if before and is_one:
        raise MissingEvidenceError("the journal was read once, and is compared with itself")
    if len(after) < len(before):
        raise MissingEvidenceError(f"the journal shrank from {len(before)} to {len(after)} requests")
    known = {request.header(header) for request in before if request.accepted}
    new = sorted(
        {str(request.header(header)) for request in after if request.accepted} - set(map(str, known))
    )
    return Finding(
        holds=not new,
        reason=f"{len(new)} new effects: {', '.join(new)}" if new else "no new effect",
        observed=", ".join(new),
        expected="",
        is_hollow=not after,
    )
