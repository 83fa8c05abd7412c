"""Check a tenant's anchors: signatures, their own chain, and that no run ever grew shorter."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from .anchor import NOTHING_BEFORE, Anchor, anchor_hash, anchor_of_line
from .checking import Mark, Marks
from .errors import ChainError
from .merkle import leaf_of, merkle_root


class AnchorFlawKind(StrEnum):
    """What an anchor file can suffer."""

    UNREADABLE = "unreadable"  # the line is no anchor, or was torn by a crash
    UNSIGNED = "unsigned"  # no allowed key signed what it says
    FOREIGN = "foreign"  # it is another tenant's
    SPLICED = "spliced"  # it does not continue the line before it
    REWRITTEN = "rewritten"  # its heads are not those under its root
    CONTRADICTED = "contradicted"  # a run is shorter, or another, than an earlier anchor swore
    TRUNCATED = "truncated"  # the file ends before the anchor that is known elsewhere


@dataclass(frozen=True, slots=True, kw_only=True)
class AnchorFlaw:
    """What is wrong with one line of an anchor file."""

    kind: AnchorFlawKind
    line: int
    says: str

    def __str__(self) -> str:
        return f"anchor line {self.line}: {self.kind}: {self.says}"


@dataclass(frozen=True, slots=True, kw_only=True)
class AnchorSurvey:
    """What the signed anchors swear, and what is wrong with the file."""

    last: Anchor | None
    marks: Marks
    flaws: tuple[AnchorFlaw, ...]


def check_anchors(
    lines: Iterable[bytes],
    *,
    tenant: UUID,
    keys: Mapping[str, Ed25519PublicKey],
    number_min: int = 0,
) -> AnchorSurvey:
    """Check all lines; `number_min` is the newest anchor known from elsewhere, such as the database."""
    marks: dict[tuple[UUID, UUID], dict[int, Mark]] = {}
    flaws: list[AnchorFlaw] = []
    last: Anchor | None = None
    number, previous, at = 1, NOTHING_BEFORE, 0
    for at, line in enumerate(lines, 1):
        try:
            anchor = anchor_of_line(line)
        except ChainError as error:
            flaws.append(AnchorFlaw(kind=AnchorFlawKind.UNREADABLE, line=at, says=str(error)))
            number, previous = number + 1, anchor_hash(line)
            continue
        alone = _flaw_alone(anchor, tenant, keys)
        found = alone or _flaw_in_row(anchor, number, previous, last) or _contradiction(anchor, marks)
        if found is not None:
            flaws.append(AnchorFlaw(kind=found[0], line=at, says=found[1]))
        if alone is None:
            # Signed words stay true, whatever was done to the lines around them.
            last = anchor
            for head in anchor.heads:
                mark = Mark(hash=head.hash, anchor=anchor.number)
                marks.setdefault((head.tenant, head.run), {}).setdefault(head.length, mark)
        number, previous = anchor.number + 1, anchor_hash(line)
    if number - 1 < number_min:
        says = f"the file ends before anchor {number_min}, which was signed"
        flaws.append(AnchorFlaw(kind=AnchorFlawKind.TRUNCATED, line=at + 1, says=says))
    return AnchorSurvey(last=last, marks=marks, flaws=tuple(flaws))


def _flaw_alone(
    anchor: Anchor, tenant: UUID, keys: Mapping[str, Ed25519PublicKey]
) -> tuple[AnchorFlawKind, str] | None:
    key = keys.get(anchor.key_id)
    if key is None:
        return AnchorFlawKind.UNSIGNED, f"key {anchor.key_id} is not among the allowed ones"
    if not anchor.is_signed_by(key):
        return AnchorFlawKind.UNSIGNED, f"the signature is not that of key {anchor.key_id} over these words"
    if anchor.tenant != tenant:
        return AnchorFlawKind.FOREIGN, f"it is an anchor of tenant {anchor.tenant}"
    if merkle_root([leaf_of(head) for head in anchor.heads]) != anchor.root:
        return AnchorFlawKind.REWRITTEN, "its heads do not give the signed root"
    return None


def _flaw_in_row(
    anchor: Anchor, number: int, previous: bytes, last: Anchor | None
) -> tuple[AnchorFlawKind, str] | None:
    if anchor.number != number or anchor.previous != previous:
        return (
            AnchorFlawKind.SPLICED,
            f"it is anchor {anchor.number} and continues another line than the one before it",
        )
    if last is not None and anchor.window.from_at < last.window.to_at:
        return AnchorFlawKind.SPLICED, f"its window begins inside that of anchor {last.number}"
    return None


def _contradiction(
    anchor: Anchor, marks: Mapping[tuple[UUID, UUID], Mapping[int, Mark]]
) -> tuple[AnchorFlawKind, str] | None:
    for head in anchor.heads:
        sworn = marks.get((head.tenant, head.run))
        if not sworn:
            continue
        longest = max(sworn)
        if head.length < longest or (head.length == longest and sworn[longest].hash != head.hash):
            before = f"another history of {longest} in anchor {sworn[longest].anchor}"
            return AnchorFlawKind.CONTRADICTED, f"run {head.run} has {head.length} rows here, {before}"
    return None
