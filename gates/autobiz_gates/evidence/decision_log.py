"""The decision log as verifiers read it: all of it whole, a bundle at its place, the overrides in it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from .bundle import Bundle
from .chain import GENESIS, ChainEntry, ChainError, Head, walk
from .errors import EvidenceError
from .override import envelope_of_entry

_ABSENT: Final = "is absent: the chain was cut short or replaced"


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedOverride:
    """A signed override as it stands in the log; its signatures are for the reader to verify."""

    index: int
    data: bytes
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionLog:
    """A log that was verified from its beginning to `head`."""

    head: Head
    overrides: tuple[LoggedOverride, ...]

    @property
    def override_hashes(self) -> frozenset[str]:
        return frozenset(one.sha256 for one in self.overrides)


def read_log(
    lines: Iterable[bytes], *, bundle: Bundle | None = None, known_head: str | None = None
) -> DecisionLog:
    """Verify a log; raise ChainError at the first entry that is changed, moved, foreign or absent.

    `bundle` must stand at the place it names. `known_head` is a hash that the log had at some time.
    """
    head = Head()
    met = known_head in {None, GENESIS}
    overrides = []
    for entry, head in walk(lines):
        met = met or head.hash == known_head
        if bundle is not None and entry.index == bundle.statement.place.count:
            _check_place(entry, bundle)
        if entry.kind == "override":
            overrides.append(_override(entry))
    if bundle is not None and head.count <= bundle.statement.place.count:
        raise ChainError(head.count, f"{_ABSENT}; the bundle is entry {bundle.statement.place.count}")
    if not met:
        raise ChainError(head.count, f"{_ABSENT}; no entry has the known hash {known_head}")
    return DecisionLog(head=head, overrides=tuple(overrides))


def _check_place(entry: ChainEntry, bundle: Bundle) -> None:
    expected = bundle.entry()
    if entry.prev_hash != expected.prev_hash:
        raise ChainError(
            entry.index, "follows other entries than the bundle saw: something before it was replaced"
        )
    if entry.line() != expected.line():
        raise ChainError(entry.index, "is not the entry of this bundle")


def _override(entry: ChainEntry) -> LoggedOverride:
    try:
        data = envelope_of_entry(entry)
    except EvidenceError as error:
        raise ChainError(entry.index, error.what) from None
    return LoggedOverride(index=entry.index, data=data, sha256=str(entry.body["sha256"]))
