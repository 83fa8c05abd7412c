"""Work ends at its deadline, and with whoever waits for it."""

import asyncio

import pytest

from autobiz_kernel.deadline import DeadlineError, within

pytestmark = [
    pytest.mark.asyncio,
    pytest.mark.priority("P0"),
    pytest.mark.requirement("P1-R03"),
    pytest.mark.test_id("P1-T06"),
]
FOR_EVER_S = 3600.0


class Work:
    """Work that waits to be let go, and remembers how it ended."""

    def __init__(self, *, swallows: bool = False) -> None:
        self.began, self.goes, self.ended = asyncio.Event(), asyncio.Event(), ""
        self._swallows = swallows

    async def run(self) -> str:
        self.began.set()
        while True:
            try:
                await self.goes.wait()
            except asyncio.CancelledError:
                self.ended = "cancelled"
                if not self._swallows:
                    raise
            else:
                self.ended = "done"
                return "answer"


async def test_an_answer_and_an_error_come_through() -> None:
    """What work returns is returned, and what it raises is raised, whatever kind of awaitable it is."""
    work = Work()
    work.goes.set()
    assert await within(work.run(), seconds=FOR_EVER_S) == "answer"
    failed: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    failed.set_exception(LookupError("nothing there"))
    with pytest.raises(LookupError, match="nothing there"):
        await within(failed, seconds=FOR_EVER_S)


@pytest.mark.negative
async def test_work_is_cancelled_at_its_deadline() -> None:
    """Work that is not done in time is cancelled, and the caller is told of the deadline."""
    work = Work()
    with pytest.raises(DeadlineError, match=r"not done after 0\.001 s"):
        await within(work.run(), seconds=0.001)
    assert work.ended == "cancelled"


@pytest.mark.negative
async def test_who_stops_waiting_stops_the_work() -> None:
    """A caller that is cancelled takes its work along, and is itself cancelled only when that has ended."""
    work = Work()
    caller = asyncio.create_task(within(work.run(), seconds=FOR_EVER_S))
    await work.began.wait()
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    assert work.ended == "cancelled"


@pytest.mark.adversarial(44)
@pytest.mark.negative
async def test_work_that_swallows_its_cancellation_is_left_alone() -> None:
    """Who does not end when told is waited for no longer than the grace, and may end later unheard."""
    work = Work(swallows=True)
    with pytest.raises(DeadlineError):
        await within(work.run(), seconds=0.001, grace_s=0.001)
    assert work.ended == "cancelled"
    work.goes.set()
    while work.ended != "done":
        await asyncio.sleep(0)
