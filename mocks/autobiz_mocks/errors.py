"""Say what went wrong with a stand-in.

MockError
├── StubError        a stub is not what its author wrote: change the stub
├── AdminError       the stub server cannot be reached or answered nonsense: look at the server
└── UnstubbedError   a request met no stub: change the request or add a stub
"""


class MockError(Exception):
    """Anything a stand-in refuses to go on with."""


class StubError(MockError):
    """A stub was refused, or the server kept less of it than was written."""


class AdminError(MockError):
    """The stub server's admin interface failed."""


class UnstubbedError(MockError, AssertionError):
    """The subject sent a request that no stub expects."""
