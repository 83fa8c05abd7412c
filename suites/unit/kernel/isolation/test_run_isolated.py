"""A synchronous tool in a process of its own: whatever it does, it ends, and its end has a name."""

import asyncio
import os
import signal
from pathlib import Path
from typing import Any

import pytest

from autobiz_kernel import CallError, CanonicalError
from autobiz_kernel.isolation import Isolated, IsolatedOutcome, Limits, run_isolated

from ....waiting import wait_until

ROOMY = Limits(wall_ms_max=60_000, memory_bytes_max=2**28)
SHORT = Limits(wall_ms_max=1_500)


@pytest.fixture(autouse=True)
def _tools_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(Path(__file__).parent)


def isolated(tool: str, arguments: Any = None, limits: Limits = ROOMY) -> Isolated:
    return asyncio.run(run_isolated(f"isolated_tools:{tool}", [arguments], limits))


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def pids_in(path: Path) -> list[int]:
    return [int(line) for line in path.read_text(encoding="utf-8").split()] if path.exists() else []


def gone(path: Path) -> bool:
    return not any(map(alive, pids_in(path)))


def test_a_tool_gets_its_arguments_and_gives_its_result() -> None:
    """Arguments arrive as they were sent, and the result comes back."""
    assert isolated("double", {"n": 21}) == Isolated(outcome=IsolatedOutcome.DONE, result={"twice": 42})
    odd: Any = {"é\n": [None, True, 0.5, "\u2028", {"": []}]}
    assert isolated("echo", odd).result == odd


@pytest.mark.negative
def test_a_tool_sees_no_secret_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its environment is empty but for a mark and a language, and it inherits no open file."""
    monkeypatch.setenv("STRIPE_KEY", "secret")
    seen_names = isolated("environment").result
    assert isinstance(seen_names, dict)
    # The guard on tests adds its own to whatever a test starts.
    ours = {name for name in seen_names if not name.startswith("AUTOBIZ_GUARD_")}
    assert ours <= {"AUTOBIZ_ISOLATED", "LANG", "LC_CTYPE", "PYTHONPATH"}
    secret, other = os.pipe()
    try:
        os.set_inheritable(secret, True)
        seen = isolated("open_files").result
    finally:
        os.close(secret)
        os.close(other)
    assert isinstance(seen, list)
    assert not {str(secret), str(other)} & set(map(str, seen))


@pytest.mark.negative
@pytest.mark.parametrize("tool", ["spin", "fork_and_spin"])
def test_a_tool_that_never_ends_is_killed_with_its_children(tool: str, tmp_path: Path) -> None:
    """At the deadline nothing of it is left, whatever signals it ignores."""
    pids = tmp_path / "pids"
    done = isolated(tool, {"pids": str(pids)}, SHORT)
    assert done == Isolated(
        outcome=IsolatedOutcome.DEADLINE, says=f"isolated_tools:{tool} was killed after 1500 ms"
    )
    wait_until(lambda: gone(pids), "nothing of the tool runs")


@pytest.mark.negative
@pytest.mark.parametrize("tool", ["leave_the_group", "leave_a_program"])
def test_what_a_tool_leaves_behind_is_killed_too(tool: str, tmp_path: Path) -> None:
    """A child in a session of its own that holds the pipe open neither survives nor delays the answer."""
    pids = tmp_path / "pids"
    assert isolated(tool, {"pids": str(pids)}).result == {"left": True}
    assert pids_in(pids)
    wait_until(lambda: gone(pids), "nothing of the tool runs")


@pytest.mark.negative
def test_a_cancelled_caller_leaves_nothing_running(tmp_path: Path) -> None:
    """Cancelling the call kills the process before the cancellation is felt."""
    pids = tmp_path / "pids"

    async def cancel() -> None:
        task = asyncio.create_task(run_isolated("isolated_tools:spin", [{"pids": str(pids)}], ROOMY))
        while not pids_in(pids):
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancel())
    wait_until(lambda: gone(pids), "nothing of the tool runs")


@pytest.mark.negative
def test_what_a_tool_prints_is_no_answer() -> None:
    """Standard output and error go nowhere, also when they look like an answer."""
    assert isolated("print_garbage").result == 7


@pytest.mark.negative
@pytest.mark.parametrize(
    "text",
    ["not json", '{"done": 1', '{"done": 1, "raised": 2}', "[]", "3", '{"other": 1}', "[" * 100_000, "\x00",
     '{"done": NaN', "{}"],
    ids=lambda text: text[:20],
)  # fmt: skip
def test_an_answer_that_cannot_be_read_is_garbage(text: str) -> None:
    """Whatever a tool writes into our pipe itself is refused unless it is an answer."""
    assert isolated("pipe_garbage", {"text": text}).outcome is IsolatedOutcome.GARBAGE


@pytest.mark.negative
@pytest.mark.parametrize(
    ("tool", "arguments", "outcome", "says"),
    [
        ("close_everything", None, "silent", "no answer"),
        ("leave", {"code": 0}, "silent", "ended with 0"),
        ("leave", {"code": 3}, "silent", "ended with 3"),
        ("die", {"signal": int(signal.SIGSEGV)}, "signalled", "died by SIGSEGV"),
        ("die", {"signal": int(signal.SIGKILL)}, "signalled", "died by SIGKILL"),
        ("fail", None, "raised", "LookupError: no such order"),
        ("ask_to_exit", None, "raised", "SystemExit: enough"),
        ("eat_memory", None, "raised", "MemoryError"),
        ("absent", None, "not_found", "absent"),
        ("flood", None, "too_large", "more than 1,048,576 bytes"),
        ("large", {"size": 2**21}, "too_large", "more than"),
        ("unsayable", {"what": "set"}, "not_json", "set"),
        ("unsayable", {"what": "bytes"}, "not_json", "bytes"),
        ("unsayable", {"what": "nan"}, "not_json", "float"),
        ("unsayable", {"what": "cycle"}, "not_json", "list"),
        ("unsayable", {"what": "function"}, "not_json", "function"),
        ("unsayable", {"what": "big"}, "not_json", "beyond"),
        ("unsayable", {"what": "deep"}, "not_json", "nested deeper"),
        ("unsayable", {"what": "surrogate"}, "not_json", "lone surrogate"),
    ],
)
def test_every_bad_end_has_its_name(tool: str, arguments: Any, outcome: str, says: str) -> None:
    """However a tool ends, the outcome is one of the closed set and the sentence says what happened."""
    done = isolated(tool, arguments)
    assert (done.outcome.value, done.result) == (outcome, None)
    assert says in done.says


def test_a_result_of_the_largest_size_passes() -> None:
    """The limit is on the whole answer: at it a result passes, one byte more does not."""
    around = len('{"done": ""}')
    for size, outcome in ((1000, IsolatedOutcome.DONE), (1001, IsolatedOutcome.TOO_LARGE)):
        limits = Limits(wall_ms_max=60_000, result_bytes_max=1000 + around)
        assert isolated("large", {"size": size}, limits).outcome is outcome


def test_isolated_tools_run_beside_each_other() -> None:
    """Several at once do not mix their answers, and one's end does not touch another."""

    async def several() -> list[Isolated]:
        return await asyncio.gather(
            *(run_isolated("isolated_tools:double", [{"n": n}], ROOMY) for n in range(4))
        )

    assert [done.result for done in asyncio.run(several())] == [{"twice": 2 * n} for n in range(4)]


@pytest.mark.negative
def test_what_cannot_be_started_is_refused() -> None:
    """A place that is none, arguments that are no JSON and limits below one are told beforehand."""
    with pytest.raises(CallError, match="write it as"):
        asyncio.run(run_isolated("no colon", [None], ROOMY))
    with pytest.raises(CanonicalError, match="arguments of a:b"):
        asyncio.run(run_isolated("a:b", [float("nan")], ROOMY))
    with pytest.raises(CallError, match="wall_ms_max is 0"):
        Limits(wall_ms_max=0)
