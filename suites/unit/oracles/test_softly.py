"""Soft blocks: everything is judged, and one failure tells it all."""

import asyncio
import threading

import pytest

from autobiz_oracles import Outcome, PlainRequest, PlainRun, VerdictError, expect

pytestmark = [pytest.mark.priority("P0"), pytest.mark.requirement("P1-TR05")]

REFUND = PlainRequest(method="POST", path="/v1/refunds", accepted=True)
RUN = PlainRun(termination_reason="steps_max", used={"steps_max": 3}, bounds={"steps_max": 3})


def test_a_soft_block_fails_once_with_all() -> None:
    """In a soft block everything is judged, and one failure at its end tells what was not a pass."""

    def judge() -> None:
        with expect.softly():
            expect.bounds(RUN, where="run.json").ended_by("tokens_max").respected()
            expect.effects(None).none()

    with pytest.raises(VerdictError) as caught:
        judge()
    assert [verdict.outcome for verdict in caught.value.verdicts] == ["fail", "pass", "unknown"]
    assert caught.value.outcome is Outcome.FAIL
    lines = str(caught.value).splitlines()
    assert [line for line in lines if not line.startswith("  ")] == [
        "Bounds ended_by: fail: ended by steps_max",
        "SideEffect no_effect: unknown: evidence is missing: the journal of requests was not gathered",
    ]
    assert "  evidence: run.json" in lines


def test_a_soft_block_that_holds_says_nothing() -> None:
    """Where all pass, the test goes on, and after the block sentences fail at once again."""
    with expect.softly():
        expect.effects([]).none()
    with pytest.raises(VerdictError):
        expect.effects(None).none()


@pytest.mark.negative
def test_an_empty_soft_block_has_shown_nothing() -> None:
    """A soft block in which nothing was judged is unknown."""

    def judge() -> None:
        with expect.softly():
            pass

    with pytest.raises(VerdictError) as caught:
        judge()
    assert caught.value.outcome is Outcome.UNKNOWN


@pytest.mark.negative
@pytest.mark.parametrize("error", [LookupError("gone"), KeyboardInterrupt()])
def test_an_error_in_a_soft_block_is_not_hidden_and_hides_nothing(error: BaseException) -> None:
    """An error goes on its way with what the oracles had said until then as a note."""

    def judge() -> None:
        with expect.softly():
            expect.effects([REFUND]).none()
            raise error

    with pytest.raises(type(error)) as caught:
        judge()
    assert caught.value is error
    assert "SideEffect no_effect: fail" in "\n".join(error.__notes__)


def test_an_error_after_passes_alone_carries_no_note() -> None:
    """What passed is nothing to be told of."""
    error = LookupError("gone")

    def judge() -> None:
        with expect.softly():
            expect.effects([]).none()
            raise error

    with pytest.raises(LookupError):
        judge()
    assert not hasattr(error, "__notes__")


def test_a_soft_block_within_another_belongs_to_it() -> None:
    """Verdicts of an inner block are told at the end of the outer one."""

    def judge() -> None:
        with expect.softly():
            with expect.softly():
                expect.effects(None).none()
            expect.effects([REFUND]).none()

    with pytest.raises(VerdictError) as caught:
        judge()
    assert len(caught.value.verdicts) == 2


@pytest.mark.negative
def test_another_thread_is_not_soft() -> None:
    """A thread that is started in a soft block fails at once, as nobody would read what it left behind."""
    caught: list[BaseException] = []

    def judge() -> None:
        try:
            expect.effects(None).none()
        except VerdictError as error:
            caught.append(error)

    with expect.softly():
        thread = threading.Thread(target=judge)
        thread.start()
        thread.join()
        expect.effects([]).none()
    assert len(caught) == 1


@pytest.mark.asyncio
async def test_tasks_of_a_soft_block_belong_to_it_until_its_end() -> None:
    """A task that judges in the block is collected, and one that outlives it fails on its own."""
    may_go = asyncio.Event()

    async def judge(wait: bool) -> None:
        if wait:
            await may_go.wait()
        expect.effects(None).none()

    async def play() -> asyncio.Task[None]:
        with expect.softly():
            late = asyncio.create_task(judge(True))
            others.append(late)
            await asyncio.gather(judge(False), judge(False))
        return late

    others: list[asyncio.Task[None]] = []
    with pytest.raises(VerdictError) as caught:
        await play()
    assert len(caught.value.verdicts) == 2
    may_go.set()
    with pytest.raises(VerdictError):
        await others[0]
