"""Judge that a search which complains of what is wrong found nothing, and that it had something to search."""

from collections.abc import Collection, Sequence

from .evidence import given, looked_at
from .oracle import Finding, MissingEvidenceError, oracle
from .verdict import OracleType


@oracle(OracleType.CONSISTENCY)
def nothing_wrong(complaints: Sequence[object] | None, about: Collection[object] | None) -> Finding:
    """Nobody complains, and there was something to complain about: a search of nothing shows nothing."""
    told = [str(one) for one in looked_at(complaints, "the list of complaints")]
    searched: object = given(about, "what was searched")
    if not isinstance(searched, Collection):
        raise MissingEvidenceError(f"what was searched must be a collection, not {type(searched).__name__}")
    if not searched:
        raise MissingEvidenceError("nothing was searched")
    return Finding(
        holds=not told,
        reason=f"{len(told)} complaints" if told else f"no complaint about {len(searched)} things",
        observed=f"{len(told)} complaints",
        expected="no complaint",
        diff="\n".join(told),
    )
