"""Keep tests at home: no foreign host, no live credential, no real recipient, no database but a test's."""

from .audit import GuardError

__all__ = ["GuardError"]
