"""Hold a file against what was sealed, its receipts against their chains, and these against their runs."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import orjson

from autobiz_kernel.audit import differing_columns
from autobiz_kernel.chains import ChainSurvey, Row, check_chains

from .archive_file import read_lines
from .books import reading
from .errors import RetentionError
from .form import Sum, Summing, partition_of
from .weeks import Partition

if TYPE_CHECKING:
    import psycopg

_BESIDE = ("tool", "effect_class", "key", "external_key", "provider_ref", "amount_minor", "currency")


def verify_archive(url: str, path: Path) -> tuple[int, tuple[str, ...]]:
    """Return how many rows a file holds, and a sentence for everything that is wrong with it."""
    summing, found = Summing(), list[str]()
    with reading(url) as connection:
        try:
            lines = summing.over(read_lines(path))
            partition = partition_of(next(lines, b""))
            kept = _kept(connection, partition)
            if partition.parent == "receipts":
                survey = check_chains(_rows(lines, found))
                found += map(str, survey.flaws)
                found += _unlike_runs(connection, partition, survey)
            for _ in lines:
                pass
        except RetentionError as error:
            return summing.told.rows, (*found, str(error))
    if summing.told != kept:
        found.append(
            f"it holds {summing.told.rows} rows, sha256 {summing.told.digest.hex()}; "
            f"sealed were {kept.rows}, sha256 {kept.digest.hex()}"
        )
    return summing.told.rows, tuple(found)


def _kept(connection: "psycopg.Connection[Any]", partition: Partition) -> Sum:
    row = connection.execute(
        """SELECT rows, digest FROM archives
           WHERE tier = 'warm' AND (partition, parent, first_id, beyond_id) = (%s, %s, %s, %s)""",
        [partition.name, partition.parent, partition.first, partition.beyond],
    ).fetchone()
    if row is None:
        raise RetentionError(
            f"these books have sealed no such week {partition.name}; is it of another database?"
        )
    return Sum(rows=row[0], digest=row[1])


def _rows(lines: Iterable[bytes], found: list[str]) -> Iterator[Row]:
    """Yield the receipts as the chain needs them, and note those whose columns differ from their text."""
    for number, line in enumerate(lines, start=2):
        try:
            told = orjson.loads(line)
            run = UUID(told["run_id"])
            beside: Any = tuple(
                bytes.fromhex(told[name]) if name == "key" else told[name] for name in _BESIDE
            )
            row = Row(
                UUID(told["tenant_id"]),
                run,
                told["seq"],
                told["body"].encode(),
                bytes.fromhex(told["prev_hash"]),
                bytes.fromhex(told["hash"]),
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise RetentionError(f"line {number} is no receipt: {error}") from error
        if names := differing_columns(told["body"], beside, run):
            found.append(f"run {run}, row {row.seq}: column {', '.join(names)} differs from the text")
        yield row


def _unlike_runs(
    connection: "psycopg.Connection[Any]", partition: Partition, survey: ChainSurvey
) -> Iterator[str]:
    """Compare where whole chains end with what their runs, which stay in the books, say of themselves."""
    ends = {(head.tenant, head.run): (head.length, head.hash) for head in survey.heads}
    broken = {(flaw.tenant, flaw.run) for flaw in survey.flaws}
    said = {
        (tenant, run): (length, head)
        for tenant, run, length, head in connection.execute(
            """SELECT tenant_id, run_id, receipt_seq, head_hash FROM runs
               WHERE receipt_seq > 0 AND run_id >= %s AND run_id < %s""",
            [partition.first, partition.beyond],
        )
    }
    for name in sorted((said.keys() | ends.keys()) - broken):
        if ends.get(name) != said.get(name):
            here, there = ends.get(name, (0, b""))[0], said.get(name, (0, b""))[0]
            yield f"run {name[1]}: {here} receipts are here, its run ended with {there} or with others"
