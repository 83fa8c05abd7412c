"""Ask pinned models: the primary, once its fallback, and again for an answer of the right form, all in time.

Every question is a governed call of its own: it has a row in the trace, and what it cost is the run's.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from autobiz_kernel.codes import ErrorCode, TerminationReason
from autobiz_kernel.contract import Json
from autobiz_kernel.json_schema import complaints_of
from autobiz_kernel.pipeline import Kernel
from autobiz_kernel.providers.llm import PINNED_TOOL, Unanswered
from autobiz_kernel.ruling import Asked
from autobiz_kernel.run import Run
from autobiz_kernel.transport import strict_json

from .pin import Pin, PinError
from .watching import Fallback, OnFallback, unnoticed

FALLS_OVER: Final = frozenset({Unanswered.TIMEOUT, Unanswered.BUSY, Unanswered.DOWN, Unanswered.QUOTA})
DEADLINE_MS: Final = 120_000
UNPINNED: Final = "unpinned"


class Outcome(StrEnum):
    """What came of a question."""

    ANSWERED = "answered"
    MALFORMED = "malformed"  # an answer, and not of the form that was asked for
    UNANSWERED = "unanswered"
    DENIED = "denied"  # the law did not let it be asked


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One turn of a conversation; `role` is user or assistant."""

    role: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What came of a question: `value` is an answer of the form asked for, `asked` every tool called."""

    outcome: Outcome
    asked: tuple[str, ...]
    text: str = ""
    stop: str = ""
    value: Json | None = None
    why: Unanswered | None = None
    code: ErrorCode | None = None
    complaints: tuple[str, ...] = ()


@dataclass(slots=True, kw_only=True)
class _Question:
    """One question on its way."""

    run: Run
    path: str
    began: datetime
    asked: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelClient:
    """Asks the pinned models of one kernel; `deadline_ms` is for a question with all that it leads to.

    What could not end by the deadline is not begun, so it holds whatever a provider does.
    """

    kernel: Kernel
    pins: Mapping[str, Pin]
    deadline_ms: int = DEADLINE_MS
    on_fallback: OnFallback = unnoticed

    def __post_init__(self) -> None:
        late = []
        for name, pin in self.pins.items():
            second = self.pins.get(pin.entry.fallback or "")
            needed = pin.entry.timeout_ms + (second.entry.timeout_ms if second else 0)
            if needed > self.deadline_ms:
                late.append(f"model {name!r}: with its fallback it may take {needed} ms")
        if late:
            raise PinError(f"{'; '.join(late)}; the deadline is {self.deadline_ms} ms")

    async def ask(self, run: Run, *, path: str, model: str, messages: Sequence[Message]) -> Told:
        """Ask a pinned model; a name that is not pinned is refused like an unknown tool, and traced."""
        question = _Question(run=run, path=path, began=self.kernel.clock.now())
        pin = self.pins.get(model)
        if pin is None:
            return await self._once(question, path, (PINNED_TOOL, model, UNPINNED), messages)
        told = await self._once(question, path, _where(pin), messages)
        second = self.pins.get(pin.entry.fallback or "")
        if second is not None and told.why in FALLS_OVER and self._is_time_for(second, question):
            self.on_fallback(Fallback(model=pin.name, second=second.name, why=told.why))
            pin = second
            told = await self._once(question, f"{path}.fallback", _where(pin), messages)
        return await self._of_form(question, pin, list(messages), told)

    async def _of_form(self, question: _Question, pin: Pin, messages: list[Message], told: Told) -> Told:
        """See to it that an answer has its form, asking again a few times with what was wrong."""
        if pin.gives is None:
            return told
        number = 0
        while told.outcome is Outcome.ANSWERED:
            told = _read(told, pin)
            is_last = number == pin.entry.repairs_max or not self._is_time_for(pin, question)
            if told.outcome is Outcome.ANSWERED or is_last:
                return told
            number += 1
            messages += [
                Message(role="assistant", text=told.text or "(nothing)"),
                Message(
                    role="user",
                    text="That is not what was asked for. Answer with one JSON object and nothing else. "
                    f"Wrong with it: {'; '.join(told.complaints)}",
                ),
            ]
            told = await self._once(question, f"{question.path}.repair{number}", _where(pin), messages)
        return told

    def _is_time_for(self, pin: Pin, question: _Question) -> bool:
        gone = self.kernel.clock.now() - question.began
        return gone + timedelta(milliseconds=pin.entry.timeout_ms) <= timedelta(milliseconds=self.deadline_ms)

    async def _once(
        self, question: _Question, path: str, where: tuple[str, str, str], messages: Sequence[Message]
    ) -> Told:
        tool, operation, version = where
        question.asked.append(f"{tool}.{operation}@{version}")
        arguments: Any = {"messages": [{"role": each.role, "text": each.text} for each in messages]}
        asked = Asked(path=path, tool=tool, operation=operation, version=version, arguments=arguments)
        reply = await self.kernel.call(question.run, asked)
        tried, result = tuple(question.asked), reply.result
        if reply.code is ErrorCode.TOOL_TIMEOUT:
            return Told(outcome=Outcome.UNANSWERED, asked=tried, why=Unanswered.TIMEOUT, code=reply.code)
        if reply.code is not None or result is None:
            return Told(outcome=Outcome.DENIED, asked=tried, code=reply.code)
        if not result["answered"]:
            why = Unanswered(str(result["why"]))
            if why is Unanswered.USAGE_MISSING:
                # Who does not tell what is used up has used up everything.
                await self.kernel.end(question.run, TerminationReason.MAX_TOKENS)
            return Told(outcome=Outcome.UNANSWERED, asked=tried, why=why)
        return Told(outcome=Outcome.ANSWERED, asked=tried, text=str(result["text"]), stop=str(result["stop"]))


def _where(pin: Pin) -> tuple[str, str, str]:
    return PINNED_TOOL, pin.name, pin.version


def _read(told: Told, pin: Pin) -> Told:
    """Say whether an answer has the form of its pin."""
    complaints: tuple[str, ...]
    try:
        # What can mean two things, such as a member that is there twice, is no answer either.
        strict_json(told.text.encode())
        value = json.loads(told.text)
    except ValueError:
        value, complaints = None, ("it is no JSON",)
    else:
        is_object = isinstance(value, dict)
        complaints = complaints_of(pin.gives, value) if is_object and pin.gives else ("it is no object",)
    if complaints:
        return Told(
            outcome=Outcome.MALFORMED,
            asked=told.asked,
            text=told.text,
            stop=told.stop,
            complaints=complaints,
        )
    return Told(outcome=Outcome.ANSWERED, asked=told.asked, text=told.text, stop=told.stop, value=value)
