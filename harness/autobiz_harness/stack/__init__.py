"""PostgreSQL, Valkey and WireMock for tests: started on demand, shared, gone with their last user."""

from .databases import clone, drop, template
from .errors import StackError
from .stack import Endpoint, Stack, join

__all__ = ["Endpoint", "Stack", "StackError", "clone", "drop", "join", "template"]
