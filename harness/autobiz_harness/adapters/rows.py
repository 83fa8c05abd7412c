"""Rows of PostgreSQL as evidence, read past the subject: on a connection of their own, and read-only."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from autobiz_oracles import PlainCrash, PlainReceipt

from .gathering import EvidenceError

if TYPE_CHECKING:
    from typing import LiteralString

ROWS_MAX = 100_000
STATEMENT_MS_MAX = 30_000
CONNECT_S_MAX = 10


def rows_of(
    url: str, query: "LiteralString", parameters: Sequence[object] | Mapping[str, object] = ()
) -> tuple[dict[str, object], ...]:
    """Everything that a query finds, as JSON values: what nobody has committed is not there.

    More rows than `ROWS_MAX` are refused and not cut off.
    """
    import psycopg
    from psycopg.rows import dict_row

    with psycopg.connect(url, row_factory=dict_row, connect_timeout=CONNECT_S_MAX) as connection:
        connection.read_only = True
        connection.execute("SELECT set_config('statement_timeout', %s, true)", [str(STATEMENT_MS_MAX)])
        cursor = connection.execute(query, parameters)
        found = cursor.fetchmany(ROWS_MAX + 1)
    if len(found) > ROWS_MAX:
        raise EvidenceError("the query", [f"finds more than {ROWS_MAX} rows; ask for the part to be judged"])
    return tuple({name: _plain(value) for name, value in row.items()} for row in found)


def after_crash(
    url: str,
    query: "LiteralString",
    parameters: Sequence[object] | Mapping[str, object] = (),
    *,
    attempted: Sequence[str] | None,
    acknowledged: Sequence[str] | None,
) -> PlainCrash:
    """What a store holds after a crash, by its keys: the query's one column."""
    found = []
    for row in rows_of(url, query, parameters):
        if len(row) != 1:
            raise EvidenceError("the query", [f"has {len(row)} columns; the key alone is looked at"])
        found += [str(value) for value in row.values()]
    return PlainCrash(attempted=attempted, acknowledged=acknowledged, found=found)


def receipts_of(
    rows: Sequence[Mapping[str, object]], *, key: str = "external_key"
) -> tuple[PlainReceipt, ...]:
    """Rows of our books as receipts, by the column that holds the provider's key."""
    told = enumerate((row.get(key) for row in rows), 1)
    problems = [f"row {number} has no {key}" for number, value in told if not isinstance(value, str)]
    if problems:
        raise EvidenceError("the books", problems)
    return tuple(PlainReceipt(external_key=str(row[key])) for row in rows)


def _plain(value: Any) -> object:
    match value:
        case UUID() | timedelta():
            return str(value)
        case datetime() | date() | time():
            return value.isoformat()
        case bytes() | memoryview():
            return bytes(value).hex()
        case dict():
            return {str(name): _plain(member) for name, member in value.items()}
        case list() | tuple():
            return [_plain(item) for item in value]
    return value
