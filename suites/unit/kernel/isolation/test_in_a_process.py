"""Synchronous tools in processes that can be killed."""

import os
from pathlib import Path

import pytest

from autobiz_kernel import (
    CallError,
    ClaimOutcome,
    ErrorCode,
    IsolatedError,
    Limits,
    NotDoneError,
    Tool,
    in_a_process,
)

from ....calling import ask, kernel_for
from ....tools import contract
from ....waiting import wait_until
from ..governed import TENANT, Desk, refund

pytestmark = [pytest.mark.asyncio, pytest.mark.requirement("P1-R03", "INV-03"), pytest.mark.test_id("P1-T06")]

HERE = "governed_tools"


@pytest.fixture(autouse=True)
def _tools_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(Path(__file__).parent)


async def test_a_function_answers_from_its_own_process() -> None:
    """Arguments and key go in, the result comes out, and what it prints is not taken for it."""
    told = await in_a_process(f"{HERE}:answer")({"refund_id": "r-1"}, "key")
    assert isinstance(told, dict)
    assert (told["id"], told["text"]) == ("key", "r-1")
    assert told["number"] != os.getpid()


@pytest.mark.adversarial(45)
@pytest.mark.negative
async def test_a_cpu_bound_tool_is_killed_at_its_deadline(tmp_path: Path) -> None:
    """A function that never yields is ended with its process, and its act is in doubt."""
    pids = tmp_path / "pids"
    desk = Desk(made=contract(timeout_ms=1_000))
    tool = Tool(contract=desk.made, execute=in_a_process("isolated_tools:spin"))
    kernel = kernel_for(desk.ledger, desk.clock, TENANT, tool)
    reply = await kernel.call(await desk.run(kernel), ask(tool, refund(note=str(pids))))
    assert reply.outcome is ErrorCode.TOOL_TIMEOUT
    noted = pids.read_text(encoding="utf-8").split() if pids.exists() else []
    wait_until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in noted), "nothing of the tool runs")


async def test_a_refusal_comes_through_as_one() -> None:
    """A definitive no of the function is one of the tool."""
    desk = Desk()
    tool = Tool(contract=desk.made, execute=in_a_process(f"{HERE}:refuse"))
    kernel = kernel_for(desk.ledger, desk.clock, TENANT, tool)
    run = await desk.run(kernel)
    assert (await kernel.call(run, ask(tool, refund()))).outcome is ErrorCode.REFUSED


@pytest.mark.negative
async def test_what_it_raises_is_the_tools_error() -> None:
    """A process that ends badly says where and why, and its act is in doubt."""
    desk = Desk()
    tool = Tool(contract=desk.made, execute=in_a_process(f"{HERE}:fall"))
    kernel = kernel_for(desk.ledger, desk.clock, TENANT, tool)
    run = await desk.run(kernel)
    with pytest.raises(IsolatedError, match="ValueError: not r-1"):
        await kernel.call(run, ask(tool, refund()))
    mended = Tool(contract=desk.made, execute=in_a_process(f"{HERE}:answer"))
    kernel = kernel_for(desk.ledger, desk.clock, TENANT, mended)
    assert (await kernel.call(run, ask(mended, refund()))).outcome is ClaimOutcome.CLAIMED


@pytest.mark.negative
async def test_what_it_knows_not_to_have_done_leaves_no_doubt() -> None:
    """A function that says that nothing happened gives its claim back, and the act can be asked for again."""
    desk = Desk()
    tool = Tool(contract=desk.made, execute=in_a_process(f"{HERE}:never_begin"))
    kernel = kernel_for(desk.ledger, desk.clock, TENANT, tool)
    run = await desk.run(kernel)
    for _ in range(2):
        with pytest.raises(NotDoneError, match="no way to r-1"):
            await kernel.call(run, ask(tool, refund()))


@pytest.mark.negative
@pytest.mark.parametrize(
    ("function", "limits", "says"),
    [
        ("list_answer", Limits(wall_ms_max=60_000), "done: its result is no object"),
        ("absent", Limits(wall_ms_max=60_000), "not_found"),
        ("answer", Limits(wall_ms_max=1), "deadline"),
    ],
)
async def test_any_other_end_is_an_error_of_the_tool(function: str, limits: Limits, says: str) -> None:
    """A result that is no object, no such function, a limit of its own: each is told by its name."""
    with pytest.raises(IsolatedError, match=says):
        await in_a_process(f"{HERE}:{function}", limits)({"refund_id": "r-1"}, "key")


@pytest.mark.negative
@pytest.mark.parametrize("place", ["", "module", "module:", ":function"])
async def test_what_is_no_place_is_refused(place: str) -> None:
    """A place is a module, a colon and a function."""
    with pytest.raises(CallError, match="write it as"):
        in_a_process(place)
