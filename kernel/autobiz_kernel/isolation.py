"""Run a synchronous tool in a process of its own, which can be killed at its deadline."""

import asyncio
import importlib
import sys
from typing import TYPE_CHECKING, Any, Final

import orjson

from .contract import Json
from .errors import CallError
from .tool import Execute, Refused

if TYPE_CHECKING:
    from collections.abc import Callable

_MODULE: Final = "autobiz_kernel.isolation"


def in_a_process(place: str) -> Execute:
    """Return a tool that calls `module:function` with arguments and external key in a fresh interpreter.

    The function returns its result; what it raises is told as the error of the tool. Cancelling the tool
    kills the process, whatever it is doing.
    """
    module, colon, function = place.partition(":")
    if not (module and colon and function):
        raise CallError(f"{place!r} is no place of a function; write 'package.module:function'")

    async def execute(arguments: Json, external_key: str) -> Json | Refused:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", _MODULE, place),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            said, complaint = await process.communicate(orjson.dumps([dict(arguments), external_key]))
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if process.returncode:
            last = complaint.decode(errors="replace").strip().rpartition("\n")[2]
            raise IsolatedError(f"{place} ended with {process.returncode}: {last}")
        told: dict[str, Any] = orjson.loads(said)
        return Refused(result=told["refused"]) if "refused" in told else told["done"]

    return execute


class IsolatedError(Exception):
    """The process of a tool did not end well, so nobody knows how far it came."""


def serve(place: str) -> None:
    """Be the process: read a call, make it, write what came of it."""
    module, _, name = place.partition(":")
    arguments, external_key = orjson.loads(sys.stdin.buffer.read())
    # What the function prints must not be taken for its answer.
    answer, sys.stdout = sys.stdout, sys.stderr
    function: Callable[[Json, str], Json | Refused] = getattr(importlib.import_module(module), name)
    told = function(arguments, external_key)
    text = {"refused": told.result} if isinstance(told, Refused) else {"done": told}
    answer.buffer.write(orjson.dumps(text))
    answer.flush()


if __name__ == "__main__":
    serve(sys.argv[1])
