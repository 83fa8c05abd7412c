"""PostgreSQL, Valkey and WireMock for tests: started on demand, shared, gone with their last user."""

from .binaries import postgres_bin
from .control import Standing, env_file, keep, standings, stop
from .databases import clone, drop, template
from .directory import locate, project_root
from .errors import StackError
from .services import SERVICES
from .stack import Endpoint, Stack, join

__all__ = [
    "SERVICES",
    "Endpoint",
    "Stack",
    "StackError",
    "Standing",
    "clone",
    "drop",
    "env_file",
    "join",
    "keep",
    "locate",
    "postgres_bin",
    "project_root",
    "standings",
    "stop",
    "template",
]
