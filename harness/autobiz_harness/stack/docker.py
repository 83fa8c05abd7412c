"""The last resort: a container, driven through the Docker SDK, which is imported only here and only then.

A container cannot be tied to the life of a process as a child can. It carries the state directory as a
label instead, and the next start removes what it finds under the same label.
"""

import contextlib
from pathlib import Path
from typing import Any

from .binaries import INSTALL
from .errors import StackError
from .process import TAIL_LINES_MAX
from .service import Recipe

_LABEL = "autobiz.stack"
STOP_S_MAX = 10


class Container:
    """A container as a running service."""

    pid = None

    def __init__(self, container: Any) -> None:
        self._container = container

    def ended(self) -> int | None:
        """Give the exit status, or None while it runs."""
        self._container.reload()
        if self._container.status in {"created", "running"}:
            return None
        return int(self._container.attrs["State"]["ExitCode"])

    def wait(self) -> int:
        """Block until the container ends, or until the engine no longer answers for it."""
        with contextlib.suppress(Exception):
            return int(self._container.wait(timeout=None)["StatusCode"])
        return 1

    def stop(self) -> None:
        """Stop and remove the container with its volumes."""
        with contextlib.suppress(Exception):
            self._container.stop(timeout=STOP_S_MAX)
        with contextlib.suppress(Exception):
            self._container.remove(v=True, force=True)

    def tail(self) -> str:
        """Give the end of the container's log."""
        return str(self._container.logs(tail=TAIL_LINES_MAX).decode(errors="replace"))


def run_container(recipe: Recipe, *, image: str, port: int, room: Path) -> Container:
    """Run the recipe, published on loopback only."""
    try:
        import docker
        import docker.errors
    except ImportError as error:
        raise StackError(f"the Docker SDK is not installed ({error}); {INSTALL}") from error
    try:
        client = docker.from_env()
        for old in client.containers.list(all=True, filters={"label": f"{_LABEL}={room}"}):
            old.remove(v=True, force=True)
        return Container(
            client.containers.run(
                image,
                command=list(recipe.command),
                environment=recipe.environment,
                ports={f"{recipe.port}/tcp": ("127.0.0.1", port)},
                labels={_LABEL: str(room)},
                detach=True,
            )
        )
    except (docker.errors.DockerException, OSError) as error:
        raise StackError(
            f"Docker cannot run {image}: {error}; start Docker, or {INSTALL} to do without"
        ) from error
