"""Judge what is left after a crash, from the store itself: all that was promised, and nothing made up."""

from collections import Counter
from collections.abc import Sequence
from typing import Protocol

from .evidence import given, looked_at
from .oracle import Finding, oracle
from .verdict import OracleType


class AfterCrash(Protocol):
    """Keys of what was attempted, of what somebody was told is safe, and of what the store holds now."""

    @property
    def attempted(self) -> Sequence[str] | None: ...
    @property
    def acknowledged(self) -> Sequence[str] | None: ...
    @property
    def found(self) -> Sequence[str] | None: ...


@oracle(OracleType.DURABILITY)
def nothing_lost(crash: AfterCrash | None) -> Finding:
    """Whatever was acknowledged before the crash is in the store after it, once."""
    crash = given(crash, "what was left after the crash")
    promised = looked_at(crash.acknowledged, "the list of what was acknowledged")
    found = Counter(looked_at(crash.found, "the store after the crash"))
    complaints = [f"{key}: acknowledged and lost" for key in dict.fromkeys(promised) if not found[key]]
    complaints += [f"{key}: {times} times in the store" for key, times in found.items() if times > 1]
    return Finding(
        holds=not complaints,
        reason="; ".join(complaints) or f"all {len(promised)} acknowledged are there",
        observed=f"{found.total()} in the store",
        expected=f"{len(set(promised))} acknowledged, each once",
        diff="\n".join(complaints),
        is_hollow=not promised,
    )


@oracle(OracleType.DURABILITY)
def nothing_invented(crash: AfterCrash | None) -> Finding:
    """The store holds nothing that nobody had attempted."""
    crash = given(crash, "what was left after the crash")
    tried = set(looked_at(crash.attempted, "the list of what was attempted"))
    strays = sorted(set(looked_at(crash.found, "the store after the crash")) - tried)
    return Finding(
        holds=not strays,
        reason="; ".join(f"{key}: in the store, and nobody attempted it" for key in strays)
        or f"nothing but what {len(tried)} attempts wrote",
        observed=", ".join(strays),
        expected="only what was attempted",
        is_hollow=not crash.found,
    )
