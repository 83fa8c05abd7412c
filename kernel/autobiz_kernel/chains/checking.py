"""Read stored rows back and name the first bad one of each run."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias
from uuid import UUID

from .link import SEQ_MAX, Head, Row, first_previous, link


class FlawKind(StrEnum):
    """What a chain can suffer."""

    REWRITTEN = "rewritten"  # the row does not hash to what is stored with it
    SPLICED = "spliced"  # the row is whole and continues something else
    MISSING = "missing"  # one or more rows before this one are gone
    REORDERED = "reordered"  # the row stands behind a later one, or twice
    TRUNCATED = "truncated"  # the run ends before the row that an anchor knows
    REPLACED = "replaced"  # a chain that holds together and is not the one that was anchored
    UNLIKE = "unlike"  # a column beside the row's content says something else
    MISCOUNTED = "miscounted"  # the run says that it is longer, shorter or another
    ORPHANED = "orphaned"  # there are rows, and no run
    VANISHED = "vanished"  # an anchor knows the run, and no row of it is left


@dataclass(frozen=True, slots=True, kw_only=True)
class Flaw:
    """The first bad row of a run: `anchor` is the number of the anchor that tells, if it takes one."""

    kind: FlawKind
    tenant: UUID
    run: UUID
    seq: int
    says: str
    anchor: int | None = None

    def __str__(self) -> str:
        return f"run {self.run}, row {self.seq}: {self.kind}: {self.says}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What an anchor swears about a run: its hash when it was so long."""

    hash: bytes
    anchor: int


Marks: TypeAlias = Mapping[tuple[UUID, UUID], Mapping[int, Mark]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainSurvey:
    """What a walk over the rows has found; `heads` are those of the runs without a flaw."""

    rows: int
    heads: tuple[Head, ...]
    flaws: tuple[Flaw, ...]


class _Walk:
    """Where the walk stands in one run."""

    __slots__ = ("flaw", "length", "marks", "previous")

    def __init__(self, previous: bytes, marks: Mapping[int, Mark]) -> None:
        self.previous = previous
        self.marks = marks
        self.length = 0
        self.flaw: Flaw | None = None


def check_chains(rows: Iterable[Row], marks: Marks | None = None) -> ChainSurvey:
    """Check rows, in order within each run, against themselves and against what anchors swear."""
    marks = marks or {}
    walks: dict[tuple[UUID, UUID], _Walk] = {}
    count = 0
    for row in rows:
        count += 1
        name = (row.tenant, row.run)
        walk = walks.get(name)
        if walk is None:
            start = first_previous(tenant=row.tenant, run=row.run)
            walk = walks[name] = _Walk(start, marks.get(name, {}))
        if walk.flaw is not None:
            continue
        seq = row.seq
        if (
            seq == walk.length + 1
            and row.previous == walk.previous
            and seq <= SEQ_MAX
            and row.hash == link(walk.previous, seq, row.body)
            and (not walk.marks or seq not in walk.marks or walk.marks[seq].hash == row.hash)
        ):
            walk.length, walk.previous = seq, row.hash
        else:
            walk.flaw = _flaw_of_row(row, walk)
    for name, promised in marks.items():
        walk = walks.setdefault(name, _Walk(b"", promised))
        if walk.flaw is None:
            walk.flaw = _flaw_of_end(name, walk)
    return ChainSurvey(
        rows=count,
        heads=tuple(
            Head(tenant=tenant, run=run, length=walk.length, hash=walk.previous)
            for (tenant, run), walk in walks.items()
            if walk.flaw is None
        ),
        flaws=tuple(walk.flaw for walk in walks.values() if walk.flaw is not None),
    )


def _flaw_of_row(row: Row, walk: _Walk) -> Flaw:
    kind, says, anchor = _what_is_wrong(row, walk)
    return Flaw(kind=kind, tenant=row.tenant, run=row.run, seq=row.seq, says=says, anchor=anchor)


def _what_is_wrong(row: Row, walk: _Walk) -> tuple[FlawKind, str, int | None]:
    before = f"row {walk.length}" if walk.length else "the run's beginning"
    if row.seq <= walk.length:
        return FlawKind.REORDERED, f"it stands behind {before}", None
    if not 1 <= row.seq <= SEQ_MAX or row.hash != link(row.previous, row.seq, row.body):
        return FlawKind.REWRITTEN, "its content does not hash to its stored hash", None
    if row.seq > walk.length + 1:
        gap = row.seq - walk.length - 1
        return FlawKind.MISSING, f"{gap} row{'s' * (gap > 1)} between {before} and it are not there", None
    if row.previous != walk.previous:
        return FlawKind.SPLICED, f"it does not continue {before}; one of the two was put in", None
    number = walk.marks[row.seq].anchor
    return FlawKind.REPLACED, f"anchor {number} was signed over another row here", number


def _flaw_of_end(name: tuple[UUID, UUID], walk: _Walk) -> Flaw | None:
    beyond = [length for length in walk.marks if length > walk.length]
    if not beyond:
        return None
    first = min(beyond)
    number = walk.marks[first].anchor
    kind = FlawKind.TRUNCATED if walk.length else FlawKind.VANISHED
    says = f"anchor {number} knows the run with {first} rows, {walk.length} are there"
    return Flaw(kind=kind, tenant=name[0], run=name[1], seq=walk.length + 1, says=says, anchor=number)
