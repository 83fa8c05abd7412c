"""Create what late decisions are kept in, and notices for those who wait until something is due."""

from pathlib import Path
from typing import Any

from alembic import op

revision = "0006"
down_revision = "0005"

SQL = Path(__file__).parents[1] / "sql"


def upgrade() -> None:
    _run("0006_up.sql")


def downgrade() -> None:
    _run("0006_down.sql")


def _run(name: str) -> None:
    # Past SQLAlchemy, which would take colons and percent signs for parameters.
    connection: Any = op.get_bind().connection.driver_connection
    connection.execute((SQL / name).read_text(encoding="utf-8"))
