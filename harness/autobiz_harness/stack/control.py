"""Look at a project's stack, keep it up without users, and end it: `gate stack` behind its words."""

import os
import shlex
import signal
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from .directory import prepare
from .rooms import Notice, Room
from .services import SERVICES
from .stack import Stack


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How one service stands now."""

    name: str
    running: bool
    starting: bool
    kept: bool
    notice: Notice
    log: Path


def standings(directory: Path) -> tuple[Standing, ...]:
    """Tell how each service of the stack in `directory` stands, without starting or creating anything."""
    rooms = ((name, Room(path=directory / name)) for name in SERVICES)
    return tuple(_standing(name, room) for name, room in rooms if room.path.is_dir())


def keep(stack: Stack) -> Path:
    """Let the stack stay when its users leave, and write its URLs where a shell can read them."""
    for endpoint in stack.endpoints:
        if endpoint.membership is not None:
            endpoint.membership.room.keep()
    prepare(stack.directory)
    path = env_file(stack.directory)
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    fresh.touch(mode=0o600)
    fresh.write_text(_exports(stack.env()))
    return fresh.replace(path)


def stop(directory: Path) -> tuple[str, ...]:
    """End every service of the stack, used or not, and give their names once they have ended."""
    rooms = {name: Room(path=directory / name) for name in SERVICES if (directory / name).is_dir()}
    told = {name: room for name, room in rooms.items() if _tell(room)}
    for room in told.values():
        with room.enter():
            room.outlast_keeper().close()
    env_file(directory).unlink(missing_ok=True)
    return tuple(told)


def env_file(directory: Path) -> Path:
    """Name the file that a shell can source."""
    return directory / "env.sh"


def _standing(name: str, room: Room) -> Standing:
    with room.enter():
        starting = room.is_starting()
        vacant = room.claim()
        if vacant is not None:
            vacant.close()
        notice = room.notice() or Notice()
        running = vacant is None and bool(notice.url)
    return Standing(
        name=name, running=running, starting=starting, kept=room.is_kept(), notice=notice, log=room.log
    )


def _tell(room: Room) -> bool:
    """Tell a living keeper to stop; say whether there was one."""
    with room.enter():
        vacant = room.claim()
        if vacant is not None:
            vacant.close()
            return False
        notice = room.notice()
        if notice is None:
            # It was born a moment ago and has not said its number, or it is ending already.
            room.await_start()
            notice = room.notice()
        if notice is not None and notice.keeper:
            # The lock we could not take is proof that this number is still the keeper's.
            with suppress(ProcessLookupError):
                os.kill(notice.keeper, signal.SIGTERM)
        return True


def _exports(urls: Mapping[str, str]) -> str:
    return "".join(f"export {name}={shlex.quote(url)}\n" for name, url in urls.items())
