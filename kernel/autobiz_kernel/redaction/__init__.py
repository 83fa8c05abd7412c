"""Keep secrets and personal data out of the books: allowlists first, then scanners over every disguise."""

from .allowlist import allowed
from .kinds import Kind
from .masking import mask
from .redactor import Cleaned, Hit, Redactor
from .scanning import scan

__all__ = [
    "Cleaned",
    "Hit",
    "Kind",
    "Redactor",
    "allowed",
    "mask",
    "scan",
]
