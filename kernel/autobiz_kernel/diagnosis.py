"""Find out what is wrong with a database before a run does."""

import psycopg

from .migrating import head_revision, revision_of

_TABLES = """
SELECT c.relname FROM pg_class c
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
  AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id')
  AND NOT (c.relrowsecurity AND c.relforcerowsecurity) ORDER BY 1
"""
_REST = "SELECT count(*) FROM pg_class WHERE relname ~ '^receipts_[0-9]{4}w[0-9]{2}$'"
_SETTINGS = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on"}


def diagnose(url: str) -> list[str]:
    """Return one sentence for everything that is wrong, with what to do about it."""
    with psycopg.connect(url) as connection:
        there, wanted = revision_of(connection), head_revision()
        if there is None:
            return ["the database has no schema; run `autobiz migrate` with a role that may create roles"]
        found = []
        if there != wanted:
            found.append(f"the schema is at {there} and this version wants {wanted}; run `autobiz migrate`")
        for name, value in _SETTINGS.items():
            told = connection.execute("SELECT current_setting(%s)", [name]).fetchone()
            if told is not None and told[0] != value:
                found.append(f"{name} is {told[0]}; set it to {value}, or a crash may lose what was promised")
        found += [
            f"table {name} does not force row-level security; find out who took it off"
            for (name,) in connection.execute(_TABLES)
        ]
        weeks = connection.execute(_REST).fetchone()
        if weeks == (0,):
            found.append("no weekly partitions were made; run `autobiz migrate`")
        row = connection.execute(
            "SELECT rolsuper OR rolbypassrls, current_user FROM pg_roles WHERE rolname = current_user"
        ).fetchone()
        if row is not None and row[0]:
            found.append(f"role {row[1]} passes row-level security by; let the application log in as another")
        return found
