"""The stack as its users see it: join, read URLs, leave.

    with join(root) as stack:
        stack.postgres.url

Each service comes from where it is found first: a URL in the environment, programs that are installed, a
Docker image. Everyone who joins with the same project root, in whatever process, shares one stack; it ends
with its last user, however that one ends.
"""

import os
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from .directory import locate, prepare, private
from .errors import StackError
from .joining import Arrival, Membership
from .rooms import Room
from .service import Order
from .services import SERVICES


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One service that answers at a URL."""

    name: str
    url: str
    membership: Membership | None = None

    @property
    def external(self) -> bool:
        """Say whether it was given in the environment, and is not ours to start or stop."""
        return self.membership is None

    @property
    def started(self) -> bool:
        """Say whether it runs because we asked, and did not before."""
        return self.membership is not None and self.membership.started


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """The services that were asked for."""

    directory: Path
    endpoints: tuple[Endpoint, ...]

    @property
    def postgres(self) -> Endpoint:
        """PostgreSQL."""
        return self._endpoint("postgres")

    @property
    def valkey(self) -> Endpoint:
        """Valkey."""
        return self._endpoint("valkey")

    @property
    def wiremock(self) -> Endpoint:
        """WireMock."""
        return self._endpoint("wiremock")

    def env(self) -> dict[str, str]:
        """Give the URLs as the environment variables that name them."""
        return {SERVICES[endpoint.name].variable: endpoint.url for endpoint in self.endpoints}

    def _endpoint(self, name: str) -> Endpoint:
        for endpoint in self.endpoints:
            if endpoint.name == name:
                return endpoint
        asked = ", ".join(endpoint.name for endpoint in self.endpoints)
        raise StackError(f"{name} was not asked for; this stack has: {asked}")


@contextmanager
def join(
    root: Path,
    *,
    services: Iterable[str] = tuple(SERVICES),
    directory: Path | None = None,
    ports: dict[str, int] | None = None,
    wiremock_jar: Path | None = None,
) -> Iterator[Stack]:
    """Use the services until the block ends; they start in parallel where they are not running."""
    state = locate(root, directory)
    orders = [
        Order(
            service=name,
            port=(ports or {}).get(name),
            jar=str(wiremock_jar.absolute()) if wiremock_jar and name == "wiremock" else None,
        )
        for name in _known(services)
    ]
    with ExitStack() as held:
        try:
            endpoints = _endpoints(orders, state, held)
        except OSError as error:
            raise StackError.of(error, doing=f"the stack in {state} cannot be started") from error
        yield Stack(directory=state, endpoints=endpoints)


def _endpoints(orders: list[Order], state: Path, held: ExitStack) -> tuple[Endpoint, ...]:
    """Set everything going before waiting for anything, and collect all complaints."""
    arrivals: dict[str, Arrival] = {}
    embedded = [order for order in orders if not os.environ.get(SERVICES[order.service].variable)]
    if embedded:
        prepare(state)
    for order in embedded:
        room = Room(path=private(state / order.service))
        arrivals[order.service] = arrival = Arrival(room=room, order=order)
        held.callback(arrival.close)
    endpoints, complaints = [], []
    for order in orders:
        try:
            arrival_or_none = arrivals.get(order.service)
            if arrival_or_none is None:
                endpoints.append(_external(order.service))
            else:
                membership = arrival_or_none.wait()
                held.callback(membership.close)
                endpoints.append(
                    Endpoint(name=order.service, url=membership.notice.url, membership=membership)
                )
        except StackError as error:
            complaints.append(str(error))
    if complaints:
        raise StackError("\n".join(complaints))
    return tuple(endpoints)


def _external(name: str) -> Endpoint:
    """Use a server that the environment names, if it answers."""
    service = SERVICES[name]
    url = os.environ[service.variable]
    try:
        service.check(url)
    except StackError as error:
        raise StackError(
            f"{service.variable} names a {name} server that does not answer: {error}; "
            "start it, or unset the variable to let the stack start one"
        ) from error
    return Endpoint(name=name, url=url)


def _known(services: Iterable[str]) -> list[str]:
    asked = list(dict.fromkeys(services))
    unknown = [name for name in asked if name not in SERVICES]
    if unknown:
        raise StackError(
            f"there is no service {', '.join(map(repr, unknown))}; there are: {', '.join(SERVICES)}"
        )
    return asked
