"""Keep tests at home: no foreign host, no live credential, no real recipient, no database but a test's."""

from .audit import GuardError
from .credentials import DETECTORS, Detector, Finding, live_credentials, live_in_environment
from .databases import maintenance
from .recipients import RESERVED_DOMAINS, real_recipients

__all__ = [
    "DETECTORS",
    "RESERVED_DOMAINS",
    "Detector",
    "Finding",
    "GuardError",
    "live_credentials",
    "live_in_environment",
    "maintenance",
    "real_recipients",
]
