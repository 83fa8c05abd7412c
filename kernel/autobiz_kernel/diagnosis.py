"""Find out what is wrong with a database before a run does."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import psycopg

from .migrating import head_revision, revision_of

_TABLES = """
SELECT c.relname FROM pg_class c
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
  AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id')
  AND NOT (c.relrowsecurity AND c.relforcerowsecurity) ORDER BY 1
"""
_REST = "SELECT count(*) FROM pg_class WHERE relname ~ '^receipts_[0-9]{4}w[0-9]{2}$'"
_VERSION_UNSEEN: Final = (
    "the schema's version, which this login may not read; ask with the login that migrates as well"
)
_SETTINGS = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """One sentence for everything that is wrong, with what to do about it, and for what was not looked at."""

    wrong: tuple[str, ...]
    unseen: tuple[str, ...] = ()


def diagnose(url: str) -> Diagnosis:
    """Look at a database with the eyes of one login, most often the application's."""
    with psycopg.connect(url, autocommit=True) as connection:
        try:
            there, wanted = revision_of(connection), head_revision()
        except psycopg.errors.InsufficientPrivilege:
            return Diagnosis(wrong=tuple(_complaints(connection)), unseen=(_VERSION_UNSEEN,))
        if there is None:
            return Diagnosis(
                wrong=("the database has no schema; run `autobiz migrate` with a role that may create roles",)
            )
        old = f"the schema is at {there} and this version wants {wanted}; run `autobiz migrate`"
        return Diagnosis(wrong=(*(() if there == wanted else (old,)), *_complaints(connection)))


def _complaints(connection: "psycopg.Connection[tuple[Any, ...]]") -> Iterator[str]:
    for name, value in _SETTINGS.items():
        told = connection.execute("SELECT current_setting(%s)", [name]).fetchone()
        if told is not None and told[0] != value:
            yield f"{name} is {told[0]}; set it to {value}, or a crash may lose what was promised"
    for (name,) in connection.execute(_TABLES):
        yield f"table {name} does not force row-level security; find out who took it off"
    if connection.execute(_REST).fetchone() == (0,):
        yield "no weekly partitions were made; run `autobiz migrate`"
    row = connection.execute(
        "SELECT rolsuper OR rolbypassrls, current_user FROM pg_roles WHERE rolname = current_user"
    ).fetchone()
    if row is not None and row[0]:
        yield f"role {row[1]} passes row-level security by; let the application log in as another"
