"""Judge side effects from what the outside world saw, whoever caused them."""

from collections import Counter
from collections.abc import Collection, Sequence
from typing import Protocol

from .evidence import looked_at
from .oracle import Finding, oracle
from .verdict import OracleType


class Request(Protocol):
    """A request as a provider saw it; `accepted` means that the provider did what was asked."""

    @property
    def method(self) -> str: ...
    @property
    def path(self) -> str: ...
    @property
    def body(self) -> str: ...
    @property
    def accepted(self) -> bool: ...
    def header(self, name: str) -> str | None: ...


class Receipt(Protocol):
    """A record that an effect has happened."""

    @property
    def external_key(self) -> str: ...


@oracle(OracleType.SIDE_EFFECT)
def exactly_once(
    requests: Sequence[Request] | None, *, method: str, path: str, header: str, key: str | None = None
) -> Finding:
    """One effect: a provider that honours `header` has carried out this operation once.

    It is asked as often as retries need, but always under one key, which is this one if it is known, and with
    one body, and it accepted.
    """
    found = _effects(requests, method=method, path=path, header=header, wanted=1)
    if key is None:
        return found
    asked = [one for one in _seen(requests) if (one.method, one.path) == (method, path)]
    others = sorted({one.header(header) or "" for one in asked} - {key})
    complaints = [f"asked under {other!r} and not under {key!r}" for other in others]
    return Finding(
        holds=found.holds and not others,
        reason="; ".join(complaints if found.holds and others else [found.reason, *complaints]),
        observed=found.observed,
        expected=f"{found.expected}: {key}",
        diff="\n".join([found.diff, *complaints] if found.diff else complaints),
    )


@oracle(OracleType.SIDE_EFFECT)
def exactly(
    count: int, requests: Sequence[Request] | None, *, method: str, path: str, header: str
) -> Finding:
    """`count` different effects: as many keys, each with one body of its own."""
    return _effects(requests, method=method, path=path, header=header, wanted=count)


@oracle(OracleType.SIDE_EFFECT)
def nothing_else(requests: Sequence[Request] | None, *, declared: Collection[tuple[str, str]]) -> Finding:
    """No other effect: every request is one of the declared (method, path) pairs."""
    strays = sorted({(r.method, r.path) for r in _seen(requests)} - set(declared))
    return Finding(
        holds=not strays,
        reason=f"{len(strays)} undeclared operations" if strays else "only declared operations",
        observed=", ".join(f"{method} {path}" for method, path in strays),
        expected=", ".join(f"{method} {path}" for method, path in sorted(declared)),
        is_hollow=not requests,
    )


@oracle(OracleType.SIDE_EFFECT)
def no_effect(requests: Sequence[Request] | None) -> Finding:
    """The provider accepted nothing, however often it was asked."""
    done = [request for request in _seen(requests) if request.accepted]
    return Finding(
        holds=not done,
        reason=f"{len(done)} requests were accepted" if done else "nothing was accepted",
        observed=", ".join(sorted({f"{one.method} {one.path}" for one in done})),
        expected="no accepted request",
        is_hollow=not requests,
    )


@oracle(OracleType.CONSISTENCY)
def receipts_agree(
    receipts: Sequence[Receipt] | None, requests: Sequence[Request] | None, *, header: str
) -> Finding:
    """Our books and the world's agree: one receipt for each accepted key, and none for anything else."""
    books = looked_at(receipts, "the list of receipts")
    written = Counter(receipt.external_key for receipt in books)
    done = {request.header(header) for request in _seen(requests) if request.accepted} - {None}
    complaints = [f"{key}: {times} receipts" for key, times in written.items() if times > 1]
    complaints += [f"{key}: receipt without effect" for key in sorted(written.keys() - done)]
    complaints += [f"{key}: effect without receipt" for key in sorted(map(str, done - written.keys()))]
    return Finding(
        holds=not complaints,
        reason="; ".join(complaints) or f"{len(books)} receipts for {len(done)} effects",
        observed=f"{len(books)} receipts, {len(done)} effects",
        expected="one receipt for each effect",
        diff="\n".join(complaints),
        is_hollow=not books and not requests,
    )


def _seen(requests: Sequence[Request] | None) -> Sequence[Request]:
    # An empty journal is evidence (nothing happened); a journal nobody read is none.
    return looked_at(requests, "the journal of requests")


def _effects(
    requests: Sequence[Request] | None, *, method: str, path: str, header: str, wanted: int
) -> Finding:
    asked = [request for request in _seen(requests) if (request.method, request.path) == (method, path)]
    bodies: dict[str, set[str]] = {}
    for request in asked:
        bodies.setdefault(request.header(header) or "", set()).add(request.body)
    done = {request.header(header) or "" for request in asked if request.accepted}
    complaints = [f"{key}: never accepted" for key in sorted(bodies.keys() - done)]
    complaints += [
        f"{key}: asked with {len(b)} different bodies: {sorted(b)}" for key, b in bodies.items() if len(b) > 1
    ]
    if "" in bodies:
        complaints.append(f"asked without {header}: {sorted(bodies[''])}")
    if len(done) != wanted:
        complaints.append(f"{len(done)} effects instead of {wanted}: {sorted(done)}")
    repeats = Counter(request.header(header) for request in asked)
    return Finding(
        holds=not complaints,
        reason="; ".join(complaints) or f"{wanted} of {method} {path}, asked {len(asked)} times",
        observed=", ".join(f"{key} x{times}" for key, times in repeats.items()) or "no request",
        expected=f"{wanted} accepted keys, one body each",
        diff="\n".join(complaints),
        is_hollow=not requests,
    )
