"""The files through which users and the keeper of one service meet.

`users.lock`   held shared by every user; the keeper waits for it, and has it when the last is gone
`alive.lock`   held by the keeper as long as it lives
`ready.lock`   held by the keeper until the service is up or has failed
`join.lock`    held for a moment by whoever looks for a keeper or starts one
`notice.json`  what the keeper says of its service
`kept`         exists when the service stays up without users
`service.log`  the program's output; `keeper.log` the keeper's
`run-*`        the program's data, removed with it
"""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from .locks import Lock, exclusive, is_held, shared, try_exclusive


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What a keeper says: its number while it starts, then a URL, or why there is none."""

    url: str = ""
    port: int = 0
    keeper: int = 0
    pid: int | None = None
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """One service's directory."""

    path: Path

    @property
    def log(self) -> Path:
        """The service's output."""
        return self.path / "service.log"

    @property
    def keeper_log(self) -> Path:
        """The keeper's output."""
        return self.path / "keeper.log"

    @property
    def alive_path(self) -> Path:
        """The lock that the keeper holds as long as it lives."""
        return self.path / "alive.lock"

    def use(self) -> Lock:
        """Become a user; waits for a keeper that is stopping because its last user left."""
        return shared(self.path / "users.lock")

    def outlast_users(self) -> Lock:
        """Wait until no user is left, and let none in."""
        return exclusive(self.path / "users.lock")

    def enter(self) -> Lock:
        """Be alone in looking for a keeper."""
        return exclusive(self.path / "join.lock")

    def claim(self) -> Lock | None:
        """Take the keeper's place if it is free."""
        return try_exclusive(self.alive_path)

    def outlast_keeper(self) -> Lock:
        """Wait until the keeper is gone, and take its place."""
        return exclusive(self.alive_path)

    def starting(self) -> Lock:
        """Hold others back until the service is up."""
        return exclusive(self.path / "ready.lock")

    def await_start(self) -> None:
        """Wait until nobody is starting the service."""
        shared(self.path / "ready.lock").close()

    def is_starting(self) -> bool:
        """Say whether a keeper is starting the service now."""
        return is_held(self.path / "ready.lock")

    def keep(self) -> None:
        """Let the service stay without users; say it while using it."""
        (self.path / "kept").touch(mode=0o600)

    def is_kept(self) -> bool:
        """Say whether the service stays without users."""
        return (self.path / "kept").exists()

    def unkeep(self) -> None:
        """Let the service end with its last user."""
        (self.path / "kept").unlink(missing_ok=True)

    def publish(self, notice: Notice) -> None:
        """Write the notice whole or not at all."""
        fresh = self.path / f"notice.json.{os.getpid()}"
        fresh.touch(mode=0o600)
        fresh.write_text(json.dumps(asdict(notice)))
        fresh.replace(self.path / "notice.json")

    def withdraw(self) -> None:
        """Remove the notice."""
        (self.path / "notice.json").unlink(missing_ok=True)

    def notice(self) -> Notice | None:
        """Read the notice, if there is one; it is true only while its keeper lives."""
        try:
            return Notice(**json.loads((self.path / "notice.json").read_text()))
        except FileNotFoundError:
            return None
