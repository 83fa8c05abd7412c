"""How long a run may take, by which clock, and what setting a clock changes: nothing."""

from datetime import timedelta

import pytest

from autobiz_kernel import BoundsConfig, ClaimOutcome, Clock, ErrorCode, SystemClock
from autobiz_mocks import VirtualClock

from .governed import TENANT, Desk, raw, refund

pytestmark = [pytest.mark.asyncio, pytest.mark.priority("P0"), pytest.mark.negative]


@pytest.mark.requirement("P1-R03", "INV-03")
@pytest.mark.test_id("P1-T06")
async def test_a_run_ends_at_its_wall_time() -> None:
    """One tick before its time a run may go on, and at its time it is over."""
    for early, outcome in ((1, ClaimOutcome.CLAIMED), (0, ErrorCode.BOUND_WALL)):
        desk = Desk(bounds=BoundsConfig(wall_ms_max=1000))
        await desk.run()
        desk.clock.advance(timedelta(milliseconds=1000 - early))
        assert (await desk.call()).outcome is outcome


@pytest.mark.adversarial(48)
@pytest.mark.requirement("P1-R03", "INV-03")
@pytest.mark.test_id("P1-T06")
@pytest.mark.parametrize("hours", [-24 * 365, -1, 1, 24 * 365])
async def test_setting_the_clock_gives_and_takes_no_time(hours: int) -> None:
    """However the clock is set while a run is held, it may go on until its time has passed and no longer."""
    desk = Desk(bounds=BoundsConfig(wall_ms_max=1000))
    await desk.run()
    desk.clock.advance(timedelta(milliseconds=500))
    desk.clock.jump(timedelta(hours=hours))
    desk.clock.advance(timedelta(milliseconds=499))
    assert (await desk.call(refund(1))).outcome is ClaimOutcome.CLAIMED
    desk.clock.advance(timedelta(milliseconds=1))
    assert (await desk.call(refund(2))).outcome is ErrorCode.BOUND_WALL


@pytest.mark.adversarial(48)
@pytest.mark.requirement("P1-R03", "INV-03")
@pytest.mark.test_id("P1-T06")
@pytest.mark.parametrize(("hours", "left_ms"), [(-1, 1000), (0, 1000 - 400)])
async def test_who_takes_a_run_over_counts_from_the_clock_and_not_from_before_it_began(
    hours: int, left_ms: int
) -> None:
    """Between workers the clock on the wall counts, and set back it gives at most the whole time again."""
    desk = Desk(bounds=BoundsConfig(wall_ms_max=1000))
    kernel, run = desk.kernel(), await desk.run()
    desk.clock.advance(timedelta(milliseconds=400))
    desk.clock.jump(timedelta(hours=hours))
    heir = await kernel.resume(tenant=TENANT, run_id=run.run_id, principal=run.principal)
    desk.clock.advance(timedelta(milliseconds=left_ms - 1))
    assert (await kernel.call(heir, raw(arguments=refund(1)))).outcome is ClaimOutcome.CLAIMED
    desk.clock.advance(timedelta(milliseconds=1))
    assert (await kernel.call(heir, raw(arguments=refund(2)))).outcome is ErrorCode.BOUND_WALL


@pytest.mark.adversarial(48)
@pytest.mark.parametrize("clock", [SystemClock(), VirtualClock()])
async def test_no_clock_runs_back(clock: Clock) -> None:
    """What only grows does, and a virtual clock that is set moves its hands alone."""
    before, moment = clock.monotonic(), clock.now()
    if isinstance(clock, VirtualClock):
        clock.jump(timedelta(days=-1))
        assert (clock.monotonic(), clock.now()) == (before, moment - timedelta(days=1))
        with pytest.raises(ValueError, match="time does not run back"):
            clock.advance(timedelta(seconds=-1))
        clock.advance(timedelta(seconds=1))
        assert clock.monotonic() == before + 1
    assert clock.monotonic() >= before
    assert clock.now().tzinfo is not None
