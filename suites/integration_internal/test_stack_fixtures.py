"""The stack's fixtures, as a project uses them."""

import psycopg

pytest_plugins = ()


def test_database(database: str, valkey_url: str, wiremock_url: str) -> None:
    """A worker's database is its own and its name ends in _test."""
    with psycopg.connect(database) as c:
        assert c.execute("select current_database()").fetchone()[0].endswith("_test")
