"""How a service is brought up: embedded if its programs are installed, else as a Docker container.

Naming an image in AUTOBIZ_POSTGRES_IMAGE, AUTOBIZ_VALKEY_IMAGE or AUTOBIZ_WIREMOCK_IMAGE chooses Docker.
(A URL in the environment comes before both, and is no matter of the keeper's.)
"""

import errno
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

from autobiz_harness.clock import monotonic

from .binaries import NotInstalledError
from .docker import run_container
from .errors import StackError, remedy
from .ports import free_port, refusal
from .process import Child
from .rooms import Room
from .service import Order, Running, Service

START_S_MAX = 60.0
PORT_TRIES_MAX = 5
_POLL_S = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class Up:
    """A service that answers."""

    running: Running
    url: str
    port: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Starter:
    """Everything a start needs; `pause` waits a moment, and raises when we are told to stop."""

    service: Service
    order: Order
    room: Room
    pause: Callable[[float], None]

    def bring_up(self) -> Up:
        """Start the service and wait until it answers, or raise with the end of its log."""
        self.room.log.unlink(missing_ok=True)
        image = os.environ.get(f"AUTOBIZ_{self.service.name.upper()}_IMAGE")
        if image:
            return self._on_some_port(lambda port: self._contained(port, image))
        try:
            return self._on_some_port(self._embedded)
        except NotInstalledError as missing:
            try:
                return self._on_some_port(lambda port: self._contained(port, None))
            except StackError as error:
                raise StackError(f"{missing}. Docker was tried instead: {error}") from error

    def _on_some_port(self, start: Callable[[int], Up | None]) -> Up:
        """Use the port that was named, or free ones until one is really free."""
        named = self.order.port
        if named is not None and (why := refusal(named)) is not None:
            raise StackError(
                f"{self.service.name}: port {named} on 127.0.0.1 cannot be used: {why.strerror}; "
                "name another, or none to get a free one"
            )
        for _ in range(PORT_TRIES_MAX):
            up = start(named or free_port())
            if up is not None:
                return up
        raise StackError(
            f"{self.service.name}: {PORT_TRIES_MAX} ports in turn were taken by others; try again"
        )

    def _embedded(self, port: int) -> Up | None:
        """Run the installed programs; None if the port was taken meanwhile and another may do."""
        home = Path(mkdtemp(prefix="run-", dir=self.room.path))
        launch = self.service.prepare(home, port, self.order)
        if launch.account is not None:
            os.chown(home, 0, launch.account.gid)
            home.chmod(0o710)

        def child(argv: tuple[str, ...], stop: signal.Signals, orphaned: signal.Signals) -> Child:
            return Child(
                argv, log=self.room.log, home=home, account=launch.account, stop=stop, orphaned=orphaned
            )

        if launch.first:
            step = child(launch.first, signal.SIGTERM, signal.SIGTERM)
            if self._await(step, lambda: False) != 0:
                raise self._error(f"{Path(launch.first[0]).name} failed", step)
            # What went well need not be read again when the server itself fails.
            self.room.log.unlink(missing_ok=True)
        server = child(launch.argv, launch.stop, launch.orphaned)
        status = self._await(server, launch.ready)
        if status is None:
            return Up(running=server, url=launch.url, port=port)
        if self.order.port is None and refusal(port) is not None:
            return None
        raise self._error(
            f"{Path(launch.argv[0]).name} ended with status {status} before it answered", server
        )

    def _contained(self, port: int, image: str | None) -> Up:
        """Run the Docker image."""
        recipe = self.service.container(port)
        container = run_container(recipe, image=image or recipe.image, port=port, room=self.room.path)

        def answers() -> bool:
            try:
                self.service.check(recipe.url)
            except StackError:
                return False
            return True

        status = self._await(container, answers)
        if status is not None:
            raise self._error(f"the container ended with status {status} before it answered", container)
        return Up(running=container, url=recipe.url, port=port)

    def _await(self, running: Running, ready: Callable[[], bool]) -> int | None:
        """Wait for an answer, which gives None, or for the end, which gives the exit status."""
        deadline = monotonic() + START_S_MAX
        try:
            while (status := running.ended()) is None:
                if ready():
                    return None
                if monotonic() > deadline:
                    break
                self.pause(_POLL_S)
            else:
                return status
        except BaseException:
            running.stop()
            raise
        running.stop()
        raise self._error(f"no answer within {START_S_MAX:.0f} s", running)

    def _error(self, what: str, running: Running) -> StackError:
        end = running.tail()
        advice = f"\n{remedy(errno.ENOSPC)}" if os.strerror(errno.ENOSPC) in end else ""
        return StackError(f"{self.service.name} did not start: {what}. {self.room.log} ends:\n{end}{advice}")
