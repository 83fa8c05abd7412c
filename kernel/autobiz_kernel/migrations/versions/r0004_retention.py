"""Create what old weeks need: a record of what was sealed and archived, and a role that reads them whole."""

from pathlib import Path
from typing import Any

from alembic import op

revision = "0004"
down_revision = "0003"

SQL = Path(__file__).parents[1] / "sql"


def upgrade() -> None:
    _run("0004_up.sql")


def downgrade() -> None:
    _run("0004_down.sql")


def _run(name: str) -> None:
    # Past SQLAlchemy, which would take colons and percent signs for parameters.
    connection: Any = op.get_bind().connection.driver_connection
    connection.execute((SQL / name).read_text(encoding="utf-8"))
