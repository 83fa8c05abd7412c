"""Become a user of a service: of the one that runs, or of one started now.

The order of the steps is the whole protocol. Under `join.lock` one first becomes a user, which waits for a
keeper that is stopping because its last user left, and then looks for a keeper. One that is starting or up
will do, for it cannot leave us any more. One that was told to stop is outlasted. Where there is none, its
lock is taken and handed to a new keeper. Only then, and outside `join.lock`, one waits for the service.
"""

import os
import subprocess
import sys
from contextlib import ExitStack
from dataclasses import dataclass
from typing import IO

from .errors import StackError
from .locks import Lock
from .rooms import Notice, Room
from .service import Order

JOIN_TRIES_MAX = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """A service in use; it stays up at least until this is closed."""

    room: Room
    notice: Notice
    held: ExitStack
    started: bool

    def close(self) -> None:
        """Stop using the service."""
        self.held.close()


class Arrival:
    """A user on the way in, of a service that may still be starting."""

    def __init__(self, *, room: Room, order: Order) -> None:
        self._room = room
        self._order = order
        self._held = ExitStack()
        self._report: IO[str] | None = None
        self._arrive()

    def wait(self) -> Membership:
        """Wait until the service is up; raise StackError if it does not come up."""
        try:
            for _ in range(JOIN_TRIES_MAX):
                notice = self._outcome()
                if notice.error:
                    raise StackError(notice.error)
                if notice.url:
                    self._must_fit(notice)
                    started = self._report is not None
                    return Membership(
                        room=self._room, notice=notice, held=self._held.pop_all(), started=started
                    )
                # It was stopped between its start and our look: start anew.
                self._held.close()
                self._arrive()
            raise StackError(
                f"{self._order.service} was stopped {JOIN_TRIES_MAX} times while we waited for it"
            )
        finally:
            self.close()

    def close(self) -> None:
        """Turn back; without effect on the membership that `wait` gave."""
        self._held.close()

    def _arrive(self) -> None:
        """Become a user, and see to it that there is a keeper."""
        with ExitStack() as held:
            with self._room.enter():
                held.enter_context(self._room.use())
                self._report = None
                alive = self._vacancy()
                if alive is not None:
                    with alive:
                        self._report = self._launch(alive, held)
            self._held = held.pop_all()

    def _vacancy(self) -> Lock | None:
        """Give the keeper's place if it is free, or None if there is a keeper that will stay for us."""
        if self._room.is_starting():
            return None
        alive = self._room.claim()
        if alive is not None:
            return alive
        notice = self._room.notice()
        if notice is not None and notice.url:
            return None
        return self._room.outlast_keeper()

    def _launch(self, alive: Lock, held: ExitStack) -> IO[str]:
        """Start a keeper that holds our two locks on, and give its report."""
        self._room.withdraw()
        self._room.unkeep()
        read, write = os.pipe()
        report = held.enter_context(os.fdopen(read, errors="replace"))
        try:
            with self._room.starting() as ready:
                process = subprocess.Popen(
                    [
                        *(sys.executable, "-P", "-m", "autobiz_harness.stack.keeper"),
                        *(str(self._room.path), str(alive.fd), str(ready.fd), self._order.text()),
                    ],
                    stdin=subprocess.DEVNULL,
                    stdout=write,
                    stderr=write,
                    pass_fds=(alive.fd, ready.fd),
                    start_new_session=True,
                )
                # It forks the keeper and ends at once; nobody waits for that before other services start.
                held.callback(process.wait)
        finally:
            os.close(write)
        return report

    def _outcome(self) -> Notice:
        """Listen to the keeper until it is up or has ended, then read what it left."""
        said = ""
        if self._report is not None:
            with self._report:
                said = self._report.read()
        self._room.await_start()
        notice = self._room.notice()
        if notice is None or not (notice.url or notice.error):
            return Notice(error=said.strip())
        return notice

    def _must_fit(self, notice: Notice) -> None:
        port = self._order.port
        if port is not None and notice.port != port:
            raise StackError(
                f"{self._order.service} is already running on port {notice.port}, not {port}; "
                "stop it first with 'gate stack down'"
            )
