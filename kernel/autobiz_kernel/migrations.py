"""Bring a database to the schema this code was written for: forward only, and safe to repeat."""

import hashlib
from dataclasses import dataclass
from importlib.resources import files

import psycopg
from psycopg import sql

from .errors import MigrationError

# Any constant does; all that matters is that every migrating process waits at the same lock.
_LOCK = 0x6175746F62697A

_LEDGER = "CREATE TABLE IF NOT EXISTS migrations (name text PRIMARY KEY, sha256 text NOT NULL)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    """One step of the schema, known by its name and its content."""

    name: str
    script: str

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.script.encode()).hexdigest()


def migrations() -> tuple[Migration, ...]:
    """Return all steps in the order in which they apply."""
    folder = files(__package__) / "sql"
    scripts = sorted(
        (entry for entry in folder.iterdir() if entry.name.endswith(".sql")), key=lambda e: e.name
    )
    return tuple(Migration(name=entry.name, script=entry.read_text(encoding="utf-8")) for entry in scripts)


def migration_fingerprint() -> str:
    """Return a digest of all steps, which tells a current database template from a stale one."""
    digest = hashlib.sha256()
    for migration in migrations():
        digest.update(f"{migration.name}\0{migration.sha256}\n".encode())
    return digest.hexdigest()


def migrate(url: str) -> None:
    """Apply the missing steps, all or none; a second call changes nothing."""
    known = migrations()
    with psycopg.connect(url) as connection:
        connection.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        connection.execute(_LEDGER)
        rows = connection.execute("SELECT name, sha256 FROM migrations").fetchall()
        applied = {str(name): str(sha256) for name, sha256 in rows}
        for migration in missing_migrations(known, applied):
            # The script ships with this package and takes no parameters.
            connection.execute(sql.SQL(migration.script))
            connection.execute(
                "INSERT INTO migrations (name, sha256) VALUES (%s, %s)", [migration.name, migration.sha256]
            )


def missing_migrations(known: tuple[Migration, ...], applied: dict[str, str]) -> tuple[Migration, ...]:
    """Return the steps still to apply, or refuse a database that went another way."""
    complaints = [
        f"{name}: applied, but unknown to this code; deploy the version that wrote it"
        for name in sorted(applied.keys() - {migration.name for migration in known})
    ]
    seen_missing = ""
    for migration in known:
        if migration.name not in applied:
            seen_missing = seen_missing or migration.name
        elif applied[migration.name] != migration.sha256:
            complaints.append(
                f"{migration.name}: changed after it was applied; restore it and add a new step"
            )
        elif seen_missing:
            complaints.append(
                f"{migration.name}: applied before {seen_missing}; name new steps after old ones"
            )
    if complaints:
        raise MigrationError("; ".join(complaints))
    return tuple(migration for migration in known if migration.name not in applied)
