"""Read the receipts anew and say which row is the first that is not as it was written."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias
from uuid import UUID

import orjson

from autobiz_kernel.chain import GENESIS, digest, link

from .anchor import Anchor

# run_id, seq, body, prev_hash, hash, tool, effect_class, key, external_key, provider_ref, amount, currency
Row: TypeAlias = tuple[UUID, int, str, bytes, bytes, str, str, bytes, str, str | None, int | None, str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """The first row of a run that is not as it was written, and what is wrong with it."""

    run_id: UUID
    seq: int
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """How many receipts were read, where every chain ends, and the first bad row of each run."""

    rows: int
    ends: Mapping[UUID, tuple[int, bytes]]
    findings: tuple[Finding, ...]


def verify_receipts(rows: Iterable[Row], heads: Mapping[UUID, tuple[int, bytes]]) -> Verified:
    """Follow every chain; `rows` come in order, `heads` are what the runs say of themselves."""
    ends: dict[UUID, tuple[int, bytes]] = {}
    bad: dict[UUID, Finding] = {}
    count = 0
    for row in rows:
        count += 1
        run_id, seq = row[0], row[1]
        if run_id in bad:
            continue
        before_seq, before = ends.get(run_id, (0, GENESIS))
        what = _wrong(row, before_seq, before)
        if what:
            bad[run_id] = Finding(run_id=run_id, seq=min(seq, before_seq + 1), what=what)
        else:
            ends[run_id] = (seq, row[4])
    for run_id, (seq, head) in heads.items():
        told = ends.get(run_id, (0, GENESIS))
        if run_id not in bad and told != (seq, head):
            first = min(seq, told[0]) + 1
            bad[run_id] = Finding(run_id=run_id, seq=first, what=f"its run counts {seq}, {told[0]} are there")
    strangers = [Finding(run_id=run, seq=1, what="its run is gone") for run in ends.keys() - heads.keys()]
    found = sorted([*bad.values(), *strangers], key=lambda finding: (finding.run_id, finding.seq))
    return Verified(rows=count, ends=ends, findings=tuple(found))


def check_anchor(anchor: Anchor, links: Mapping[tuple[UUID, int], bytes]) -> Iterator[Finding]:
    """Compare signed heads with the links that are there now; a cut tail and a lost run show here alone."""
    moment = anchor.to_at.isoformat()
    for head in anchor.heads:
        there = links.get((head.run_id, head.seq))
        if there is None:
            yield Finding(run_id=head.run_id, seq=head.seq, what=f"anchored at {moment}, gone now")
        elif there != head.hash:
            yield Finding(run_id=head.run_id, seq=head.seq, what=f"another hash than anchored at {moment}")


def _wrong(row: Row, before_seq: int, before: bytes) -> str:
    _, seq, body, prev_hash, told, *columns = row
    if seq != before_seq + 1:
        return f"follows number {before_seq}"
    if prev_hash != before:
        return "does not follow the receipt before it"
    if link(before, seq, digest(body.encode())) != told:
        return "its text is not the one that was hashed"
    return _unlike(orjson.loads(body), columns, row[0])


def _unlike(read: dict[str, Any], columns: list[Any], run_id: UUID) -> str:
    """The columns repeat what the text says, and are compared because nobody hashed them."""
    tool, effect_class, key, external_key, provider_ref, amount, currency = columns
    pairs = (
        ("run_id", str(run_id), read["run_id"]),
        ("tool", tool, f"{read['tool']}.{read['operation']}@{read['version']}"),
        ("effect_class", effect_class, read["effect_class"]),
        ("key", key.hex(), read["key"]),
        ("external_key", external_key, read["external_key"]),
        ("provider_ref", provider_ref, read["provider_ref"]),
        ("amount_minor", amount, read.get("amount_minor")),
        ("currency", currency, read.get("currency")),
    )
    return "; ".join(f"column {name} differs from the text" for name, column, text in pairs if column != text)
