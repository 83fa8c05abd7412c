"""Synchronous tools in processes that can be killed."""

import os
from pathlib import Path

import pytest

from autobiz_kernel import CallError, ClaimOutcome, ErrorCode, IsolatedError, Tool, in_a_process

from ...calling import ask, kernel_for
from ...tools import contract
from .governed import TENANT, Desk, refund

pytestmark = [pytest.mark.asyncio, pytest.mark.requirement("P1-R03", "INV-03"), pytest.mark.test_id("P1-T06")]

HERE = "suites.unit.kernel.slow_tools"


@pytest.fixture(autouse=True)
def _in_the_root(monkeypatch: pytest.MonkeyPatch) -> None:
    """The functions live in the suites, which only the root directory makes importable."""
    monkeypatch.chdir(Path(__file__).parents[3])


def running() -> list[bytes]:
    """The command lines of this machine's processes."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found.append(path.read_bytes())
        except OSError:  # it ended while we looked
            continue
    return found


async def test_a_function_answers_from_its_own_process() -> None:
    """Arguments and key go in, the result comes out, and what it prints is not taken for it."""
    told = await in_a_process(f"{HERE}:answer")({"refund_id": "r-1"}, "key")
    assert isinstance(told, dict)
    assert (told["id"], told["text"]) == ("key", "r-1")
    assert told["number"] != os.getpid()


@pytest.mark.negative
async def test_a_cpu_bound_tool_is_killed_at_its_deadline() -> None:
    """A function that never yields is ended with its process, and its act is in doubt."""
    desk = Desk(made=contract(timeout_ms=400))
    tool = Tool(contract=desk.made, execute=in_a_process(f"{HERE}:spin"))
    kernel = kernel_for(desk.ledger, desk.clock, TENANT, tool)
    reply = await kernel.call(await desk.run(kernel), ask(tool, refund()))
    assert reply.outcome is ErrorCode.TOOL_TIMEOUT
    still_there = [line for line in running() if b"slow_tools:spin" in line]
    assert still_there == []


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
    tool = Tool(contract=desk.made, execute=in_a_process(f"{HERE}:fail"))
    kernel = kernel_for(desk.ledger, desk.clock, TENANT, tool)
    run = await desk.run(kernel)
    with pytest.raises(IsolatedError, match="ValueError: not r-1"):
        await kernel.call(run, ask(tool, refund()))
    mended = Tool(contract=desk.made, execute=in_a_process(f"{HERE}:answer"))
    kernel = kernel_for(desk.ledger, desk.clock, TENANT, mended)
    assert (await kernel.call(run, ask(mended, refund()))).outcome is ClaimOutcome.CLAIMED


@pytest.mark.negative
@pytest.mark.parametrize("place", ["", "module", "module:", ":function"])
async def test_what_is_no_place_is_refused(place: str) -> None:
    """A place is a module, a colon and a function."""
    with pytest.raises(CallError, match="no place"):
        in_a_process(place)
