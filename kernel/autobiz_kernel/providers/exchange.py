"""Talk to one provider on behalf of a tool: what its answers mean, and what the kernel is told of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from autobiz_kernel.clock import Clock
from autobiz_kernel.tool import Refused
from autobiz_kernel.transport import (
    Account,
    Answer,
    Egress,
    ErrorClass,
    Outgoing,
    ProviderError,
    Send,
    TurnedAwayError,
    UnheardError,
    json_object,
    until_of,
    wait_of,
)

_WORDS_MAX: Final = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """A provider's no.

    `is_final`: asking again would change nothing. `may_have_happened`: it says no, and yet something may have
    been done, by this request or by an earlier one with the same key.
    """

    error_class: ErrorClass
    code: str
    words: str = ""
    is_final: bool = False
    may_have_happened: bool = False
    wait_s: float | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)


# What an answer says, beyond its bytes: the body of a yes, or the no. The last is what its status says.
Judge: TypeAlias = Callable[[Answer, dict[str, Any], Rejected | None], dict[str, Any] | Rejected]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How one provider answers: where it puts the id of a request, and what is a yes."""

    name: str
    judge: Judge
    request_id_header: str
    is_body_required: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One account of one provider."""

    account: Account
    send: Send
    egress: Egress
    clock: Clock
    dialect: Dialect

    async def ask(self, outgoing: Outgoing) -> dict[str, Any]:
        """Return what a request that changes nothing brings; there is no definitive no to a question."""
        told, request_id = await self._told(outgoing)
        if isinstance(told, Rejected):
            raise self._turned_away(told, outgoing, request_id)
        return told

    async def act(self, outgoing: Outgoing) -> dict[str, Any] | Refused:
        """Cause an effect: return what came of it or a definitive no, and raise whatever else is the case."""
        told, request_id = await self._told(outgoing)
        if not isinstance(told, Rejected):
            return told
        if told.may_have_happened:
            raise UnheardError(
                self._said(told, outgoing),
                error_class=told.error_class,
                code=told.code,
                request_id=request_id,
                retry_after_s=told.wait_s,
            )
        if told.is_final:
            return refused(told, request_id)
        raise self._turned_away(told, outgoing, request_id)

    async def _told(self, outgoing: Outgoing) -> tuple[dict[str, Any] | Rejected, str]:
        answer = await self.send(outgoing)
        request_id = answer.header(self.dialect.request_id_header)
        where = self._where(outgoing)
        try:
            told = self._judged(answer, where)
        except UnheardError as error:
            error.request_id = request_id
            raise
        if isinstance(told, Rejected):
            return told, request_id
        return {**told, "request_id": request_id}, request_id

    def _judged(self, answer: Answer, where: str) -> dict[str, Any] | Rejected:
        if 300 <= answer.status < 400 or answer.status < 200:
            raise UnheardError(
                f"{where}: status {answer.status} leads elsewhere, and is not followed",
                error_class=ErrorClass.INTERNAL,
            )
        general = rejected_by_status(answer, self.clock)
        try:
            body = json_object(answer, where=where) if self.dialect.is_body_required or answer.body else {}
        except UnheardError:
            # Behind an error status any proxy's page may stand; the status alone says enough.
            if general is None:
                raise
            body = {}
        return self.dialect.judge(answer, body, general)

    def _turned_away(self, told: Rejected, outgoing: Outgoing, request_id: str) -> TurnedAwayError:
        return TurnedAwayError(
            self._said(told, outgoing),
            error_class=told.error_class,
            code=told.code,
            request_id=request_id,
            retry_after_s=told.wait_s,
        )

    def _where(self, outgoing: Outgoing) -> str:
        return f"{self.dialect.name} {outgoing.method} {outgoing.path.partition('?')[0]}"

    def _said(self, told: Rejected, outgoing: Outgoing) -> str:
        return f"{self._where(outgoing)}: {told.error_class.value}, {told.code or 'without a code'}"


def nothing_sent(error: ProviderError) -> TurnedAwayError:
    """Say of a try that has only asked so far that it caused nothing, however its question went."""
    return TurnedAwayError(
        str(error), error_class=error.error_class, code=error.code, retry_after_s=error.retry_after_s
    )


def refused(told: Rejected, request_id: str) -> Refused:
    """Give a provider's definitive no the form in which it is kept."""
    kept: dict[str, Any] = {
        "error_class": told.error_class.value,
        "code": told.code,
        "message": told.words[:_WORDS_MAX],
        "request_id": request_id,
        **told.extra,
    }
    return Refused(result=kept)


def rejected_by_status(answer: Answer, clock: Clock) -> Rejected | None:
    """Say what a status means by itself, for every provider; None for a yes."""
    status = answer.status
    wait_s = wait_of(answer.header("retry-after"), now=clock.now())
    if wait_s is None and status == 429:
        # When a limit ends is no news but where a limit has refused: other answers carry the header as well.
        wait_s = until_of(answer.header("x-ratelimit-reset"), now=clock.now())
    code = f"http_{status}"
    if status < 400:
        return None
    if status == 429:
        return Rejected(error_class=ErrorClass.TRANSIENT, code=code, wait_s=wait_s)
    if status in (401, 403):
        return Rejected(error_class=ErrorClass.AUTH, code=code)
    if status >= 500 or status in (408, 409, 425):
        return Rejected(error_class=ErrorClass.TRANSIENT, code=code, wait_s=wait_s, may_have_happened=True)
    return Rejected(error_class=ErrorClass.VALIDATION, code=code, is_final=True)
