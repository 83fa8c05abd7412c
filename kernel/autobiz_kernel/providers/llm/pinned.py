"""Ask one pinned model with its pinned prompt: nothing of either is an argument, and every end has a cost.

Whatever becomes of the question, the tool tells it as a result, so that the trace holds it and its tokens are
charged. What nobody knows the cost of costs the most that it can: a token for each byte sent, and all that
the model was allowed to write.
"""

import asyncio
import json
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from autobiz_kernel.clock import Clock
from autobiz_kernel.contract import EffectClass, Json, ToolContract
from autobiz_kernel.providers.exchange import Dialect, Exchange
from autobiz_kernel.providers.schemas import COUNT, FLAG, TEXT, closed, one_of
from autobiz_kernel.tool import Refused, Tool
from autobiz_kernel.transport import (
    Account,
    Egress,
    ErrorClass,
    Outgoing,
    ProviderError,
    Send,
    TurnedAwayError,
)

from .asking import MESSAGES, STOPS, USAGE, Api, Model, Reading, judge

PINNED_TOOL: Final = "llm"


class Unanswered(StrEnum):
    """Why a model's answer is none."""

    TIMEOUT = "timeout"  # not in its time
    BUSY = "busy"  # too many requests, or it could not be reached: nothing happened
    DOWN = "down"  # its side failed, or the answer was lost
    QUOTA = "quota"  # no more for this account
    AUTH = "auth"  # the key is not taken
    REFUSED = "refused"  # what was asked is not to be had
    UNREADABLE = "unreadable"  # it answered what is no answer
    OTHER_MODEL = "other_model"  # another model than the pinned one has answered
    USAGE_MISSING = "usage_missing"  # it does not tell what it cost


_CLASSES: Final = {
    ErrorClass.TRANSIENT: Unanswered.BUSY,
    ErrorClass.QUOTA: Unanswered.QUOTA,
    ErrorClass.AUTH: Unanswered.AUTH,
    ErrorClass.VALIDATION: Unanswered.REFUSED,
}
_OUTPUT: Final = closed(
    {"answered": FLAG, "tokens": COUNT, "usage": USAGE, "is_estimate": FLAG},
    {
        "why": one_of(*(each.value for each in Unanswered)),
        "text": TEXT,
        "stop": one_of(*STOPS),
        "model": TEXT,
        "request_id": TEXT,
    },
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pinned:
    """What is asked for each time: the model, its prompt, its parameters, and how long it may take."""

    api: Api
    name: str
    version: str
    model: str
    prompt: str = field(repr=False)
    priced_as: str
    tokens_max: int
    timeout_ms: int
    parameters: Json

    def body(self, messages: Any) -> bytes:
        """The request, to the byte; no parameter replaces what is pinned beside it."""
        asked: Json = {"system": self.prompt, "messages": messages, "tokens_max": self.tokens_max}
        written = self.api.write(asked, Model(name=self.model, priced_as=self.priced_as))
        return json.dumps({**self.parameters, **written}, sort_keys=True).encode()


def pinned_tool(pinned: Pinned, account: Account, send: Send, egress: Egress, clock: Clock) -> Tool:
    """The tool `llm.<name>@<version>`; its arguments are the messages alone."""
    api = pinned.api
    dialect = Dialect(name=api.provider, judge=judge, request_id_header=api.request_id_header)
    exchange = Exchange(account=account, send=send, egress=egress, clock=clock, dialect=dialect)
    contract = ToolContract(
        name=PINNED_TOOL,
        operation=pinned.name,
        version=pinned.version,
        timeout_ms=pinned.timeout_ms,
        effect_class=EffectClass.READ,
        priced_as=pinned.priced_as,
        input_schema=closed({"messages": MESSAGES}),
        output_schema=_OUTPUT,
    )
    # Earlier than the kernel's own end of patience, so that there is somebody to tell what it cost.
    seconds = max(pinned.timeout_ms - 500, pinned.timeout_ms / 2) / 1000

    async def execute(arguments: Json, _key: str) -> Json:
        body = pinned.body(arguments["messages"])
        headers = api.headers(account.secret.reveal()) | {"Content-Type": "application/json"}
        outgoing = Outgoing(method="POST", path=api.path, headers=headers, body=body)
        most = {"input": len(body), "output": pinned.tokens_max}
        try:
            async with asyncio.timeout(seconds):
                # As an effect, because only then is it told whether something may have happened, and cost.
                told = await exchange.act(outgoing)
        except TimeoutError:
            return _nothing(Unanswered.TIMEOUT, most)
        except TurnedAwayError as error:
            return _nothing(_CLASSES.get(error.error_class, Unanswered.REFUSED), None, error.request_id)
        except ProviderError as error:
            return _nothing(_lost(error), most, error.request_id)
        if isinstance(told, Refused):
            return _nothing(Unanswered.REFUSED, None, str(told.result.get("request_id", "")))
        return _read(pinned, told, most)

    return Tool(contract=contract, execute=execute)


def _lost(error: ProviderError) -> Unanswered:
    return Unanswered.DOWN if error.error_class is ErrorClass.TRANSIENT else Unanswered.UNREADABLE


def _read(pinned: Pinned, told: dict[str, Any], most: dict[str, int]) -> Json:
    request_id = str(told["request_id"])
    try:
        reading = pinned.api.read(told)
    except ProviderError as error:
        is_uncounted = error.code == Unanswered.USAGE_MISSING.value
        why = Unanswered.USAGE_MISSING if is_uncounted else Unanswered.UNREADABLE
        return _nothing(why, most, request_id)
    counted: dict[str, Any] = {"tokens": reading.tokens, "usage": dict(reading.usage), "is_estimate": False}
    about = {**counted, "model": reading.model, "request_id": request_id}
    if reading.model != pinned.model:
        return {"answered": False, "why": Unanswered.OTHER_MODEL.value, **about}
    if reading.stop not in STOPS or reading.tool_calls:
        return {"answered": False, "why": Unanswered.UNREADABLE.value, **about}
    return {"answered": True, **_said(reading), **about}


def _said(reading: Reading) -> dict[str, Any]:
    return {"text": reading.text, "stop": reading.stop}


def _nothing(why: Unanswered, most: dict[str, int] | None, request_id: str = "") -> Json:
    usage = most or {"input": 0, "output": 0}
    return {
        "answered": False,
        "why": why.value,
        "tokens": sum(usage.values()),
        "usage": usage,
        "is_estimate": most is not None,
        "request_id": request_id,
    }
