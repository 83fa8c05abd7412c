"""The keeper: one small process that is the parent of one service, and lives as long as it has users.

    python -m autobiz_harness.stack.keeper DIRECTORY ALIVE_FD READY_FD ORDER

It leaves the session of whoever started it, so a Ctrl-C at the terminal is not for it. It starts the
service, publishes a notice, and then waits for the first of three events: a signal, the end of the
service, or the exclusive lock on `users.lock`, which the operating system grants when the last user is
gone, however it went. Then it stops the service, removes its data and ends; its locks end with it.

Until the service is up, its output is a pipe to whoever started it: what went wrong is said there even if
the disk is too full to write it down.
"""

import os
import shutil
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from queue import Empty, SimpleQueue

from .errors import StackError
from .leftovers import end_leftovers
from .locks import Lock
from .rooms import Notice, Room
from .service import Order, Running
from .services import SERVICES
from .starting import Starter


class _StoppedError(Exception):
    """We were told to stop before the service was up."""


class Keeper:
    """Start one service, keep it while it is used, stop it."""

    def __init__(self, *, room: Room, order: Order) -> None:
        self._room = room
        self._order = order
        self._events: SimpleQueue[str] = SimpleQueue()

    def run(self, ready: Lock) -> int:
        """Do the keeper's whole work and give its exit status."""
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, lambda *_: self._events.put(""))
        try:
            self._room.publish(Notice(keeper=os.getpid()))
            end_leftovers(self._room.path)
            failure = self._serve(ready)
        except _StoppedError:
            failure = ""
        except (StackError, OSError) as error:
            failure = str(error)
            if not isinstance(error, StackError):
                failure = str(StackError.of(error, doing=f"{self._order.service} did not start"))
        finally:
            self._room.unkeep()
        for home in self._room.path.glob("run-*"):
            shutil.rmtree(home, ignore_errors=True)
        if failure:
            self._say(failure)
        return 1 if failure else 0

    def _serve(self, ready: Lock) -> str:
        """Hold the service up until an event ends it; give the failure, if it was one."""
        starter = Starter(
            service=SERVICES[self._order.service], order=self._order, room=self._room, pause=self._pause
        )
        up = starter.bring_up()
        try:
            self._room.publish(Notice(url=up.url, port=up.port, keeper=os.getpid(), pid=up.running.pid))
            _leave_starter(self._room.keeper_log)
            ready.close()
            self._watch(self._outlast_users)
            self._watch(lambda: self._outlast_service(up.running))
            return self._events.get()
        finally:
            self._room.withdraw()
            up.running.stop()

    def _pause(self, seconds: float) -> None:
        try:
            self._events.get(timeout=seconds)
        except Empty:
            return
        raise _StoppedError

    def _watch(self, wait: Callable[[], None]) -> None:
        threading.Thread(target=wait, daemon=True).start()

    def _outlast_users(self) -> None:
        lock = self._room.outlast_users()
        if self._room.is_kept():
            lock.close()
        else:
            # Not closed: whoever comes now waits until we are gone, and then starts anew.
            self._events.put("")

    def _outlast_service(self, running: Running) -> None:
        running.wait()
        self._events.put(f"{self._order.service} ended by itself. {self._room.log} ends:\n{running.tail()}")

    def _say(self, failure: str) -> None:
        """Tell who started us, and leave word for those who only wait."""
        sys.stdout.write(failure + "\n")
        sys.stdout.flush()
        try:
            self._room.publish(Notice(error=failure))
        except OSError:
            # The starter has heard it; those who only wait will try for themselves and hear it too.
            return


def _leave_starter(log: Path) -> None:
    """Let go of the starter's directory, and of its pipe, whose end tells it that we are up."""
    fd = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    os.dup2(fd, 1)
    os.dup2(fd, 2)
    os.close(fd)
    os.chdir("/")


def main(directory: str, alive: str, ready: str, order: str) -> int:
    """Leave the process that started us, and keep the service."""
    if os.fork():
        os._exit(0)
    # What the service writes is ours alone.
    os.umask(0o077)
    for text in (alive, ready):
        os.set_inheritable(int(text), False)
    keeper = Keeper(room=Room(path=Path(directory)), order=Order.parse(order))
    return keeper.run(Lock(fd=int(ready)))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
