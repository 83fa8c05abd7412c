"""Names of runs and files: readable, sortable, never twice the same."""

import secrets
from datetime import datetime


def new_run_id(now: datetime) -> str:
    """A run's name; runs sort by when they began."""
    return f"{now:%Y%m%dT%H%M%SZ}-{token()}"


def token() -> str:
    """A few letters that no other process will pick."""
    return secrets.token_hex(3)
