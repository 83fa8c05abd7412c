"""Stand-ins for the outside world: WireMock providers and a virtual clock."""

from .clock import VirtualClock
from .errors import AdminError, MockError, StubError, UnstubbedError
from .faults import Fault, Planned, faulty, faulty_once, unlucky
from .journal import Served
from .peer import Says, ScriptedPeer, http
from .stamping import TRIAL_HEADER, VTIME_HEADER, stamped
from .stubs import Stub, identified, shipped_stubs
from .wiremock import WireMock, lost_fields
from .world import World

__all__ = [
    "TRIAL_HEADER",
    "VTIME_HEADER",
    "AdminError",
    "Fault",
    "MockError",
    "Planned",
    "Says",
    "ScriptedPeer",
    "Served",
    "Stub",
    "StubError",
    "UnstubbedError",
    "VirtualClock",
    "WireMock",
    "World",
    "faulty",
    "faulty_once",
    "http",
    "identified",
    "lost_fields",
    "shipped_stubs",
    "stamped",
    "unlucky",
]
