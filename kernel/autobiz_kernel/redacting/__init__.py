"""Keep secrets and personal data out of what is stored: an allowlist first, then scanners that alarm."""

from .allowlist import Allowlist, AllowlistError
from .kinds import Kind
from .redaction import Alarm, Redaction, redact, redact_text
from .scanning import scan

__all__ = [
    "Alarm",
    "Allowlist",
    "AllowlistError",
    "Kind",
    "Redaction",
    "redact",
    "redact_text",
    "scan",
]
