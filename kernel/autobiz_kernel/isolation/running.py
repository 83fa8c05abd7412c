"""Start the process of a tool, wait for its answer until the deadline, and leave nothing of it behind."""

import asyncio
import json
import math
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path
from signal import Signals
from uuid import uuid4

from autobiz_kernel.canonical import JsonValue, canonical
from autobiz_kernel.errors import CallError, CanonicalError

from .killing import MARK, kill_all
from .outcome import Isolated, IsolatedOutcome

_CHUNK = 64 * 1024
_AGAIN_S = 0.02
_RESULTS = {"done": IsolatedOutcome.DONE, "refused": IsolatedOutcome.REFUSED}
_SENTENCES = {
    "nothing": IsolatedOutcome.NOTHING,
    "raised": IsolatedOutcome.RAISED,
    "not_found": IsolatedOutcome.NOT_FOUND,
    "not_json": IsolatedOutcome.NOT_JSON,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one call of an isolated tool may use."""

    wall_ms_max: int
    result_bytes_max: int = 2**20
    memory_bytes_max: int = 2**30

    def __post_init__(self) -> None:
        for name in self.__slots__:
            if getattr(self, name) < 1:
                raise CallError(f"isolated tool: {name} is {getattr(self, name)}; give at least 1")


def place_of(tool: str) -> tuple[str, str]:
    """Take `package.module:function` apart."""
    module, colon, function = tool.partition(":")
    if not (module and colon and function):
        raise CallError(f"isolated tool {tool!r}: write it as 'package.module:function'")
    return module, function


async def run_isolated(tool: str, arguments: Sequence[JsonValue], limits: Limits) -> Isolated:
    """Call `package.module:function` with the arguments in a fresh interpreter.

    The process has a session of its own, no environment, no open files, and is killed with everything that it
    started: at the deadline, at its end, and when the caller is cancelled.
    """
    module, function = place_of(tool)
    canonical(arguments, name=f"arguments of {tool}")
    request = {
        "module": module,
        "function": function,
        "arguments": list(arguments),
        "path": sys.path,
        "memory_bytes": limits.memory_bytes_max,
        "cpu_s": math.ceil(limits.wall_ms_max / 1000) + 1,
    }
    mark = uuid4().hex
    reading, writing = os.pipe()
    try:
        with as_file(files(__package__) / "worker.py") as script:
            process = await _started(script, writing, mark)
    except BaseException:
        os.close(reading)
        raise
    finally:
        os.close(writing)
    said = _Said(result_bytes_max=limits.result_bytes_max)
    try:
        async with asyncio.timeout(limits.wall_ms_max / 1000):
            await _heard(process, json.dumps(request).encode(), reading, said, mark)
    except TimeoutError:
        return Isolated(
            outcome=IsolatedOutcome.DEADLINE, says=f"{tool} was killed after {limits.wall_ms_max} ms"
        )
    finally:
        await asyncio.shield(_ended(process, mark))
    return _told(tool, process.returncode or 0, said)


@dataclass(slots=True)
class _Said:
    """What came through the pipe."""

    result_bytes_max: int
    data: bytes = b""

    @property
    def too_much(self) -> bool:
        return len(self.data) > self.result_bytes_max


async def _started(script: Path, writing: int, mark: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-I", str(script), str(writing)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
        env={MARK: mark, "LANG": "C.UTF-8"},
        cwd="/",
        pass_fds=(writing,),
        start_new_session=True,
    )


async def _heard(
    process: asyncio.subprocess.Process, request: bytes, reading: int, said: _Said, mark: str
) -> None:
    """Hand over the request and listen until the pipe is closed, or too much came."""
    stream = asyncio.StreamReader()
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(stream), os.fdopen(reading, "rb", buffering=0)
    )
    listening = asyncio.ensure_future(_listen(stream, said, process, mark))
    try:
        with suppress(BrokenPipeError, ConnectionResetError):
            await process.communicate(request)
        # Children that outlive the tool hold its pipe open, and would keep us listening.
        while not listening.done():
            kill_all(process, mark)
            await asyncio.wait({listening}, timeout=_AGAIN_S)
        await listening
    finally:
        listening.cancel()
        transport.close()


async def _listen(
    stream: asyncio.StreamReader, said: _Said, process: asyncio.subprocess.Process, mark: str
) -> None:
    while chunk := await stream.read(_CHUNK):
        said.data += chunk
        if said.too_much:
            kill_all(process, mark)
            return


async def _ended(process: asyncio.subprocess.Process, mark: str) -> None:
    kill_all(process, mark)
    await process.wait()


def _told(tool: str, code: int, said: _Said) -> Isolated:
    if said.too_much:
        says = f"{tool} said more than {said.result_bytes_max:,} bytes"
        return Isolated(outcome=IsolatedOutcome.TOO_LARGE, says=says)
    if not said.data:
        if code < 0:
            return Isolated(outcome=IsolatedOutcome.SIGNALLED, says=f"{tool} died by {_name_of(-code)}")
        return Isolated(outcome=IsolatedOutcome.SILENT, says=f"{tool} ended with {code} and no answer")
    return _read(tool, said.data)


def _read(tool: str, data: bytes) -> Isolated:
    try:
        ((kind, answer),) = json.loads(data).items()
        if kind not in _RESULTS:
            return Isolated(outcome=_SENTENCES[kind], says=str(answer))
        canonical(answer, name=f"result of {tool}")
    except CanonicalError as error:
        return Isolated(outcome=IsolatedOutcome.NOT_JSON, says=str(error))
    except (ValueError, AttributeError, KeyError, TypeError, RecursionError):
        return Isolated(outcome=IsolatedOutcome.GARBAGE, says=f"{tool} wrote what is no answer")
    return Isolated(outcome=_RESULTS[kind], result=answer)


def _name_of(signal: int) -> str:
    try:
        return Signals(signal).name
    except ValueError:
        return f"signal {signal}"
