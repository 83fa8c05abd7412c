"""The ways in which people decide about a refund above the threshold, or do not."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from enum import StrEnum

from autobiz_kernel.approvals import DecisionError, IdentityError, Request, Status, Verdict
from autobiz_oracles import expect
from examples.refunds.refunds import Refunds

from ..refunds.people import altered, click
from ..refunds.scene import Scene
from ..refunds.verdicts import Became
from ..refunds.wires import Killing, WorkerKilledError
from .deliveries import LONGER_THAN_ANY_LEASE

# What the business's own rule says.
ESCALATES, EXPIRES = timedelta(hours=1), timedelta(hours=24)


class Path(StrEnum):
    APPROVED = "approved"
    ESCALATED = "escalated"
    DENIED = "denied"
    EXPIRED = "expired"
    TOO_LATE = "too_late"
    ALTERED = "altered"
    CRASHED = "crashed"


async def decide(path: Path, scene: Scene, refunds: Refunds) -> tuple[Became, Status]:
    """Go one way with the one request that waits; return what the return and the request come to."""
    (request,) = await scene.waiting(refunds)
    return await _PATHS[path](scene, refunds, request)


async def _approved(scene: Scene, refunds: Refunds, request: Request) -> tuple[Became, Status]:
    scene.clock.advance(scene.rng.random() * (EXPIRES - timedelta(seconds=1)))
    await click(scene, refunds, request, Verdict.APPROVE, user=scene.rng.choice(("U0ANN", "U0BOB")))
    await scene.settle(refunds)
    return Became.REFUNDED, Status.APPROVED


async def _escalated(scene: Scene, refunds: Refunds, request: Request) -> tuple[Became, Status]:
    """The owners are asked when finance has kept silent for an hour, and not before."""
    with expect.refusal(DecisionError, "is in none of finance"):
        await click(scene, refunds, request, Verdict.APPROVE, user="U0CID")
    scene.clock.advance(ESCALATES)
    await click(scene, refunds, request, Verdict.APPROVE, user="U0CID")
    await scene.settle(refunds)
    return Became.REFUNDED, Status.APPROVED


async def _denied(scene: Scene, refunds: Refunds, request: Request) -> tuple[Became, Status]:
    scene.clock.advance(scene.rng.random() * (EXPIRES - timedelta(seconds=1)))
    await click(scene, refunds, request, Verdict.DENY)
    with expect.refusal(DecisionError, "denied already"):
        await click(scene, refunds, request, Verdict.APPROVE, user="U0BOB")
    await scene.settle(refunds)
    return Became.DENIED, Status.DENIED


async def _expired(scene: Scene, refunds: Refunds, _request: Request) -> tuple[Became, Status]:
    await scene.settle(refunds)
    return Became.DENIED, Status.EXPIRED


async def _too_late(scene: Scene, refunds: Refunds, request: Request) -> tuple[Became, Status]:
    """At the moment of expiry it is too late, whether or not a worker has looked."""
    scene.clock.advance(EXPIRES)
    with expect.refusal(DecisionError, "expired already"):
        await click(scene, refunds, request, Verdict.APPROVE)
    await scene.settle(refunds)
    return Became.DENIED, Status.EXPIRED


async def _altered(scene: Scene, refunds: Refunds, request: Request) -> tuple[Became, Status]:
    """A click on a message that showed other arguments decides nothing."""
    with expect.refusal(IdentityError, "that nobody asks for"):
        await click(scene, refunds, altered(scene, request), Verdict.APPROVE)
    await scene.settle(refunds)
    return Became.DENIED, Status.EXPIRED


async def _crashed(scene: Scene, refunds: Refunds, request: Request) -> tuple[Became, Status]:
    """Whoever goes on after the yes dies on the way to the refund; the yes is still good for another."""
    await click(scene, refunds, request, Verdict.APPROVE)
    scene.world.refresh()
    doomed = await scene.process(Killing(number=scene.rng.randint(1, 3), is_after=scene.rng.random() < 0.5))
    with expect.refusal(WorkerKilledError):
        await doomed.worker.advance(scene.tenant, request.run_id)
    scene.clock.advance(LONGER_THAN_ANY_LEASE)
    await scene.settle(refunds)
    return Became.REFUNDED, Status.APPROVED


_PATHS: dict[Path, Callable[[Scene, Refunds, Request], Awaitable[tuple[Became, Status]]]] = {
    Path.APPROVED: _approved,
    Path.ESCALATED: _escalated,
    Path.DENIED: _denied,
    Path.EXPIRED: _expired,
    Path.TOO_LATE: _too_late,
    Path.ALTERED: _altered,
    Path.CRASHED: _crashed,
}
