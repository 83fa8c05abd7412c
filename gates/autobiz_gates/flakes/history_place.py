"""Which history a place means: a file, or a server by its URL."""

from pathlib import Path

from .history import History, HistoryError


def open_history(place: str | Path, *, create: bool = True) -> History:
    """Open a PostgreSQL history by its URL, else an SQLite file, made if it is not there."""
    if str(place).startswith(("postgresql://", "postgres://")):
        from .postgres_history import PostgresHistory

        return PostgresHistory(str(place))
    if "://" in str(place):
        raise HistoryError(f"{place}: not a history; name a file or a postgresql:// URL")
    # Deciding reads the quarantine through the same door, and should not pay for a database.
    from .sqlite_history import SqliteHistory

    return SqliteHistory(Path(place), create=create)
