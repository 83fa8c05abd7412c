"""Which steps of the schema apply, decided without a database."""

import pytest

from autobiz_kernel import Migration, MigrationError, migration_fingerprint, migrations, missing_migrations

KNOWN = tuple(Migration(name=f"000{n}.sql", script=f"SELECT {n}") for n in (1, 2, 3))
HASHES = {migration.name: migration.sha256 for migration in KNOWN}


@pytest.mark.parametrize("done", range(4))
def test_the_rest_is_missing(done: int) -> None:
    """After any number of steps, the later ones are missing, in order."""
    applied = {name: HASHES[name] for name in sorted(HASHES)[:done]}
    assert missing_migrations(KNOWN, applied) == KNOWN[done:]


@pytest.mark.negative
@pytest.mark.parametrize(
    ("applied", "complaint"),
    [
        (HASHES | {"0004.sql": "x"}, "0004.sql: applied, but unknown"),
        (HASHES | {"0002.sql": "x"}, "0002.sql: changed after it was applied"),
        ({"0002.sql": HASHES["0002.sql"]}, "0002.sql: applied before 0001.sql"),
    ],
)
def test_a_database_that_went_another_way_is_refused(applied: dict[str, str], complaint: str) -> None:
    """Unknown, changed and out-of-order steps are refused by name."""
    with pytest.raises(MigrationError, match=complaint):
        missing_migrations(KNOWN, applied)


@pytest.mark.negative
def test_all_disagreements_come_at_once() -> None:
    """A database with two disagreements is refused with both."""
    with pytest.raises(MigrationError, match=r"0009.*; .*0002\.sql: changed"):
        missing_migrations(KNOWN, HASHES | {"0009.sql": "x", "0002.sql": "x"})


def test_shipped_steps_are_numbered_and_found() -> None:
    """The package ships its steps, numbered from one without a gap, and a fingerprint over them."""
    names = [migration.name for migration in migrations()]
    assert names
    assert [int(name[:4]) for name in names] == list(range(1, len(names) + 1))
    assert len(migration_fingerprint()) == 64
