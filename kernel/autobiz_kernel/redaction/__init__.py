"""Keep secrets and personal data out of the books: allowlists first, then scanners over every disguise."""

from .allowlist import allowed
from .checks import is_card, is_iban, is_random
from .redactor import Cleaned, Hit, Redactor
from .scanner import Kind, kinds_in, mask

__all__ = [
    "Cleaned",
    "Hit",
    "Kind",
    "Redactor",
    "allowed",
    "is_card",
    "is_iban",
    "is_random",
    "kinds_in",
    "mask",
]
