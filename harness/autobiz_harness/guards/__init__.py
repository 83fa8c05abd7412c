"""Keep tests at home: no foreign host, no live credential, no real recipient, no database but a test's."""

from .audit import GuardError
from .credentials import DETECTORS, Detector, Finding, live_credentials, live_in_environment
from .databases import maintenance
from .recipients import RESERVED_DOMAINS, real_recipients
from .settings import GUARD_KEYS

__all__ = [
    "DETECTORS",
    "GUARD_KEYS",
    "RESERVED_DOMAINS",
    "Detector",
    "Finding",
    "GuardError",
    "live_credentials",
    "live_in_environment",
    "maintenance",
    "real_recipients",
]
