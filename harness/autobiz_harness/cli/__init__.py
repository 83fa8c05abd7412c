"""The `gate` command; a subcommand's module is imported only when it is called, to start quickly."""

from .top import main

__all__ = [
    "main",
]
