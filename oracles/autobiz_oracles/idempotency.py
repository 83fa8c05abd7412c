"""Judge whether asking again is the same as having asked once."""

import json
from collections.abc import Mapping, Sequence

from .effects import Request
from .oracle import Finding, MissingEvidenceError, oracle
from .verdict import OracleType


@oracle(OracleType.IDEMPOTENCY)
def same_result(results: Sequence[Mapping[str, object] | None] | None) -> Finding:
    """Everybody who asked for one act was given one result, byte for byte in sorted form."""
    if not results:
        raise MissingEvidenceError("no results were gathered")
    if len(results) < 2:
        raise MissingEvidenceError("one result cannot be compared; ask at least twice")
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
    )


@oracle(OracleType.IDEMPOTENCY)
def no_new_effects(
    before: Sequence[Request] | None, after: Sequence[Request] | None, *, header: str
) -> Finding:
    """Between two readings of one journal the provider accepted nothing under a new key."""
    if before is None or after is None:
        raise MissingEvidenceError("the journal must be read before and after")
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
    )
