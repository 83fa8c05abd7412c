"""Write the rows of a week in the one form that is summed when it is sealed and kept when it is archived.

JSON lines: the first says what follows, then a row a line in the order of the key. Bytes are hex.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final, LiteralString
from uuid import UUID

import orjson

from .errors import RetentionError
from .weeks import Partition

FORM: Final = "autobiz.archive/1"
# Written down and not asked of the catalog: a column that a later version adds must not change an older sum.
COLUMNS: Final[Mapping[str, tuple[LiteralString, ...]]] = {
    "receipts": (
        *("tenant_id", "run_id", "seq", "tool", "effect_class", "key", "external_key", "provider_ref"),
        *("amount_minor", "currency", "body", "prev_hash", "hash", "at"),
    ),
    "traces": (
        *("tenant_id", "run_id", "seq", "path", "tool", "command", "guard", "outcome", "attrs", "result"),
        *("tokens", "cost_micros", "took_us", "epoch", "step", "at"),
    ),
    "state_versions": ("tenant_id", "run_id", "version", "path", "patch", "state_hash", "at"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """How many rows there are, and the digest of all lines."""

    rows: int
    digest: bytes


class Summing:
    """Passes lines on and adds them up."""

    def __init__(self) -> None:
        self._digest = sha256()
        self._lines = 0

    def over(self, lines: Iterable[bytes]) -> Iterator[bytes]:
        for line in lines:
            self._digest.update(line)
            self._lines += 1
            yield line

    @property
    def told(self) -> Sum:
        """Return the sum of what has passed; the first line is no row."""
        return Sum(rows=max(self._lines - 1, 0), digest=self._digest.digest())


def lines_of(partition: Partition, rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    """Return a week's lines."""
    columns = COLUMNS[partition.parent]
    yield _line(
        {
            "form": FORM,
            "partition": partition.name,
            "parent": partition.parent,
            "first_id": partition.first,
            "beyond_id": partition.beyond,
        }
    )
    for row in rows:
        yield _line(dict(zip(columns, row, strict=True)))


def partition_of(line: bytes) -> Partition:
    """Read what a file says of itself in its first line."""
    try:
        told = orjson.loads(line)
        if told["form"] != FORM or told["parent"] not in COLUMNS:
            raise RetentionError(
                f"it is in form {told['form']!r} of {told['parent']!r}, which this version cannot read"
            )
        return Partition(
            name=str(told["partition"]),
            parent=told["parent"],
            first=UUID(told["first_id"]),
            beyond=UUID(told["beyond_id"]),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise RetentionError("its first line does not say what it holds, so it is no archive") from error


def _line(said: Mapping[str, Any]) -> bytes:
    return orjson.dumps(said, default=bytes.hex, option=orjson.OPT_UTC_Z | orjson.OPT_APPEND_NEWLINE)
