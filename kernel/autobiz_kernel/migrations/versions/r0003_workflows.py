"""Create what runs of workflows wait for: a queue with leases, signals, requests for a person, decisions."""

from pathlib import Path
from typing import Any

from alembic import op

revision = "0003"
down_revision = "0002"

SQL = Path(__file__).parents[1] / "sql"


def upgrade() -> None:
    _run("0003_up.sql")


def downgrade() -> None:
    _run("0003_down.sql")


def _run(name: str) -> None:
    # Past SQLAlchemy, which would take colons and percent signs for parameters.
    connection: Any = op.get_bind().connection.driver_connection
    connection.execute((SQL / name).read_text(encoding="utf-8"))
