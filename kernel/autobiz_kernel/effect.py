"""Run a tool under its deadline and say what became of the world."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import msgspec
import orjson

from .canonical import JsonValue, canonical
from .claims import ClaimOutcome
from .codes import ErrorCode
from .contract import Json
from .deadline import DeadlineError, within
from .errors import CanonicalError
from .json_schema import complaints_of
from .redaction import Hit, Redactor, allowed
from .tool import Found, NotDoneError, Refused, Tool

RESULT_BYTES_MAX = 256 * 1024
_HOLDING = frozenset({dict, list, tuple})


class Became(StrEnum):
    """What a tool's run did to the world."""

    DONE = "done"
    REFUSED = "refused"
    NOTHING = "nothing"
    DOUBT = "doubt"


class Ending(msgspec.Struct, frozen=True, kw_only=True):
    """How a tool's run ended; `error` is for the caller, `result` may be kept."""

    became: Became
    outcome: ClaimOutcome | ErrorCode = ClaimOutcome.CLAIMED
    result: dict[str, Any] | None = None
    reason: str = ""
    hits: tuple[Hit, ...] = ()
    error: Exception | None = None

    @property
    def shown(self) -> dict[str, Any] | None:
        """What the caller gets to see."""
        return None if self.outcome is ErrorCode.OUTPUT_INVALID else self.result

    def raise_error(self, outside: str = "") -> None:
        """Let a tool's error go on its way to the caller."""
        if self.error is None:
            return
        if self.became is Became.DOUBT and outside:
            self.error.add_note(
                f"while holding claim {outside}: its effect may have happened, and is now in doubt"
            )
        raise self.error


async def run_tool(tool: Tool, arguments: Json, key: str, *, seconds: float, redactor: Redactor) -> Ending:
    """Run the tool; whatever it does, an ending comes back."""
    try:
        told = await within(_awaited(tool.execute, arguments, key), seconds=seconds)
    except DeadlineError as error:
        return Ending(became=Became.DOUBT, outcome=ErrorCode.TOOL_TIMEOUT, reason=str(error))
    except NotDoneError as error:
        return Ending(became=Became.NOTHING, error=error)
    except Exception as error:  # noqa: BLE001  # it is handed to the caller once the doubt is written down
        return Ending(became=Became.DOUBT, error=error)
    return read_answer(tool, told, redactor)


async def ask_what_became(tool: Tool, arguments: Json, key: str, *, seconds: float) -> Found | None:
    """Ask the provider what became of an effect; None if that is not to be learnt now."""
    if tool.look_up is None:
        return None
    try:
        return await within(_awaited(tool.look_up, arguments, key), seconds=seconds)
    except Exception:  # noqa: BLE001  # not to know is the answer we had before
        return None


def read_answer(tool: Tool, told: Json | Refused, redactor: Redactor) -> Ending:
    """Give an answer the one form in which it is kept, and in which everybody is told of it."""
    is_refused = isinstance(told, Refused)
    answer = told.result if isinstance(told, Refused) else told
    try:
        written = canonical(dict(answer), name="result")
        plain: dict[str, Any] = orjson.loads(written)
    except (CanonicalError, TypeError, ValueError) as error:
        return _broken(str(error) if isinstance(error, CanonicalError) else "the result is no object")
    if len(written) > RESULT_BYTES_MAX:
        return _broken(f"the result takes {len(written)} bytes, {RESULT_BYTES_MAX} at most")
    if is_refused:
        cleaned = redactor.clean(plain, name="refusal")
        return Ending(
            became=Became.REFUSED, outcome=ErrorCode.REFUSED, result=cleaned.value, hits=cleaned.hits
        )
    kept = allowed(plain, tool.contract.output_schema)
    if not tool.contract.gives.is_valid(kept):
        return _broken("; ".join(complaints_of(tool.contract.gives, kept)))
    cleaned = redactor.clean(kept, name="result")
    return Ending(became=Became.DONE, result=cleaned.value, hits=cleaned.hits)


def member_at(value: JsonValue, way: str) -> JsonValue:
    """Follow a dotted way into a value; None where it leads nowhere."""
    for name in way.split("."):
        if not isinstance(value, Mapping):
            return None
        value = value.get(name)
    return value


def copied(value: Any) -> Any:
    """Return a copy that shares nothing with the value, so that nobody can change what was judged."""
    kind = type(value)
    if kind is dict:
        return {
            name: copied(member) if type(member) in _HOLDING else member for name, member in value.items()
        }
    if kind in _HOLDING:
        return [copied(member) if type(member) in _HOLDING else member for member in value]
    return value


def _broken(reason: str) -> Ending:
    # The effect has happened: it gets its receipt, and only its answer is worth nothing.
    return Ending(became=Became.DONE, outcome=ErrorCode.OUTPUT_INVALID, result={}, reason=reason)


async def _awaited(work: Any, arguments: Json, key: str) -> Any:
    # A coroutine of our own, because a tool may return any awaitable, or raise before it returns one.
    return await work(arguments, key)
