"""What the keeper must know of a service, as values: how to ask for it, what to run, how to tell it is up."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from signal import Signals
from typing import Protocol

from .account import Account


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Which service is wanted, and what the user named of it."""

    service: str
    port: int | None = None
    jar: str | None = None

    def text(self) -> str:
        """Write the order as one argument of a command line."""
        return json.dumps(asdict(self))

    @classmethod
    def parse(cls, text: str) -> "Order":
        """Read what `text` wrote."""
        return cls(**json.loads(text))


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """A prepared start: everything is written, only the programs are not yet running.

    `first` runs to its end before `argv` starts. `stop` asks the server to end; `orphaned` is what the
    operating system sends it when its keeper is gone.
    """

    argv: tuple[str, ...]
    url: str
    port: int
    ready: Callable[[], bool]
    stop: Signals
    orphaned: Signals
    first: tuple[str, ...] = ()
    account: Account | None = None


class Running(Protocol):
    """A service that was started: a program of ours or a container."""

    @property
    def pid(self) -> int | None:
        """The process, where it is one of ours."""

    def ended(self) -> int | None:
        """Give the exit status, or None while it runs."""

    def wait(self) -> object:
        """Block until it ends."""

    def stop(self) -> None:
        """End it, and return when it has ended."""

    def tail(self) -> str:
        """Give the end of its log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """The same service as a Docker image."""

    image: str
    port: int
    environment: dict[str, str]
    command: Sequence[str]
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One kind of server, as three functions.

    `prepare` writes what the embedded server needs into a fresh directory; `container` describes the same
    server as a Docker image; `check` raises StackError unless a server answers at a URL.
    """

    name: str
    prepare: Callable[[Path, int, Order], Launch]
    container: Callable[[int], Recipe]
    check: Callable[[str], None]

    @property
    def variable(self) -> str:
        """Name the environment variable that gives the URL of a running server."""
        return f"AUTOBIZ_{self.name.upper()}_URL"
