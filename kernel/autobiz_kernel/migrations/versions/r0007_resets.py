"""Create what the words of those who reset circuits are kept in."""

from pathlib import Path
from typing import Any

from alembic import op

revision = "0007"
down_revision = "0006"

SQL = Path(__file__).parents[1] / "sql"


def upgrade() -> None:
    _run("0007_up.sql")


def downgrade() -> None:
    _run("0007_down.sql")


def _run(name: str) -> None:
    # Past SQLAlchemy, which would take colons and percent signs for parameters.
    connection: Any = op.get_bind().connection.driver_connection
    connection.execute((SQL / name).read_text(encoding="utf-8"))
