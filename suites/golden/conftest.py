"""All names of a golden trial follow from its seed, so the same seed plays the same trial again."""

import random
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any, TypeAlias
from uuid import UUID, uuid5

import pytest
import pytest_asyncio
from psycopg import AsyncConnection

from autobiz_kernel.transport import Egress, HttpTransport
from autobiz_mocks import VirtualClock, WireMock, World
from autobiz_mocks.truth import Machine

from ..database import Connections
from ..refunds.returns import Drawn
from ..refunds.scene import TEXT, Scene

OpenScene: TypeAlias = Callable[..., Scene]
Spoil: TypeAlias = Callable[[dict[str, Any]], None]
_GOLDEN = UUID("0198c0de-0000-7000-8000-00000000601d")


@pytest.fixture
def rng(request: pytest.FixtureRequest, seed: int) -> random.Random:
    """All chance of this trial."""
    return random.Random(f"{request.node.nodeid}/{seed}")


@pytest.fixture
def tenant(request: pytest.FixtureRequest, seed: int) -> UUID:
    """A tenant that only this trial has, and has again when it is repeated."""
    return uuid5(_GOLDEN, f"{request.node.nodeid}/{seed}")


@pytest.fixture
def trial(tenant: UUID, journal_salt: str) -> str:
    """The name of this trial in a shared journal; nothing but the reading of that journal depends on it."""
    return f"{tenant.hex}-{journal_salt}"


@pytest_asyncio.fixture(loop_scope="session")
async def open_scene(
    request: pytest.FixtureRequest,
    tenant: UUID,
    trial: str,
    clock: VirtualClock,
    rng: random.Random,
    wiremock: WireMock,
    wiremock_url: str,
    stripe_wire: HttpTransport,
    egress: Egress,
    app_connections: Connections,
    connection: AsyncConnection[Any],
) -> AsyncIterator[OpenScene]:
    """Opens the world of a drawn order; the scene is put away with the trial."""
    opened: list[Scene] = []

    def opens(drawn: Drawn, *, text: str = TEXT, spoil: Spoil = lambda _machines: None) -> Scene:
        def machines() -> Mapping[str, Machine]:
            made = drawn.machines()
            spoil(made)
            return made

        scene = Scene(
            drawn=drawn,
            tenant=tenant,
            clock=clock,
            rng=rng,
            world=World(wiremock, trial=trial, machines=machines),
            wire=stripe_wire,
            url=wiremock_url,
            egress=egress,
            app=app_connections,
            plain=connection,
            text=text,
        )
        opened.append(scene)
        return scene

    yield opens
    for scene in opened:
        # What the providers saw and when: the same, byte for byte, whenever this trial is repeated.
        if request.config.getoption("xmlpath", None):
            request.node.user_properties.append(("played", scene.played()))
        await scene.close()
        scene.world.close()
