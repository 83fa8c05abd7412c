"""Stand-ins for the outside world: WireMock providers and a virtual clock."""

from .clock import VirtualClock
from .errors import AdminError, MockError, StubError, UnstubbedError
from .journal import Served
from .stubs import Fault, Stub, faulty_once, identified, shipped_stubs
from .wiremock import WireMock, lost_fields

__all__ = [
    "AdminError",
    "Fault",
    "MockError",
    "Served",
    "Stub",
    "StubError",
    "UnstubbedError",
    "VirtualClock",
    "WireMock",
    "faulty_once",
    "identified",
    "lost_fields",
    "shipped_stubs",
]
