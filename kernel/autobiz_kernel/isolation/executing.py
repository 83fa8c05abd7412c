"""Make a tool's `execute` of a synchronous function that runs in a process of its own."""

from collections.abc import Mapping

from autobiz_kernel.contract import TIMEOUT_MS_MAX, Json
from autobiz_kernel.tool import Execute, NotDoneError, Refused

from .outcome import IsolatedOutcome
from .running import Limits, place_of, run_isolated

# The pipeline cancels a call at the deadline of its contract, which kills the process; none may be longer.
_LIMITS = Limits(wall_ms_max=TIMEOUT_MS_MAX)


class IsolatedError(Exception):
    """The process of a tool did not end well, so nobody knows how far it came."""


def in_a_process(tool: str, limits: Limits = _LIMITS) -> Execute:
    """Return what calls `package.module:function` with arguments and external key in a fresh interpreter.

    The function returns its result or `Refused`, or raises, as any tool does. Cancelling the call kills the
    process with all it has started, whatever it is doing.
    """
    place_of(tool)

    async def execute(arguments: Json, external_key: str) -> Json | Refused:
        ended = await run_isolated(tool, [dict(arguments), external_key], limits)
        result = ended.result if isinstance(ended.result, Mapping) else None
        if ended.outcome is IsolatedOutcome.NOTHING:
            raise NotDoneError(ended.says)
        if result is None:
            raise IsolatedError(f"{tool}: {ended.outcome}: {ended.says or 'its result is no object'}")
        return Refused(result=result) if ended.outcome is IsolatedOutcome.REFUSED else result

    return execute
