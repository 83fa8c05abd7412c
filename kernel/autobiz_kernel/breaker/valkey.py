"""Circuits that all processes share, in Valkey: each step is one script, so nobody sees half of one.

When Valkey does not answer, each process goes by circuits of its own, and says so: it learns of an outage by
itself, a little later, and never waits for a cache.
"""

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from valkey.exceptions import ValkeyError

from .circuit import CircuitRule, CircuitState, Permit
from .circuits import MemoryCircuits, OnTransition, Transition, unheard
from .resetting import BreakerError, MemoryResets, Reset, Resets, keep_first

if TYPE_CHECKING:
    from valkey.asyncio import Valkey

PREFIX: Final = "autobiz:circuit:"
# A server on the same network answers in a thousandth of that; one that takes longer is as good as away.
PATIENCE_S: Final = 0.25
_SCRIPT: Final = """
local c = redis.call('HMGET', KEYS[1], 's', 'f', 'u', 't')
local s, f, u, t = c[1] or 'closed', tonumber(c[2] or 0), tonumber(c[3] or 0), tonumber(c[4] or 0)
local op, now = ARGV[1], tonumber(ARGV[2])
local most, open_ms, probe_ms = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local token, well = tonumber(ARGV[6]), ARGV[7] == '1'
local before, given, shown = s, 1, 0
if op == 'may' then
    if s ~= 'closed' then
        if now < u then
            given = 0
        else
            s, u, t = 'half_open', now + probe_ms, t + 1
            shown = t
        end
    end
elseif op == 'told' then
    if s == 'closed' then
        f = well and 0 or f + 1
        if f >= most then s, f, u = 'open', 0, now + open_ms end
    elseif s == 'half_open' and token == t then
        if well then s, f, u = 'closed', 0, 0 else s, f, u = 'open', 0, now + open_ms end
    end
else
    s, f, u, t = 'closed', 0, 0, t + 1
end
redis.call('HSET', KEYS[1], 's', s, 'f', f, 'u', u, 't', t)
redis.call('PEXPIRE', KEYS[1], 86400000)
return {before, s, given, shown, u}
"""


class ValkeyCircuits:
    """Shared circuits; without Valkey, those of this process. Only with `resets` can one be reset."""

    def __init__(
        self,
        client: "Valkey",
        rule: CircuitRule | None = None,
        *,
        on_transition: OnTransition = unheard,
        patience_s: float = PATIENCE_S,
        resets: Resets | None = None,
    ) -> None:
        self._patience_s, self._resets = patience_s, resets
        self._rule, self._on_transition = rule or CircuitRule(), on_transition
        self._script = client.register_script(_SCRIPT)
        self._is_alone = False
        # What is reset here has been kept already.
        self._own = MemoryCircuits(self._rule, on_transition=self._alone, resets=MemoryResets())

    async def may(self, key: str, *, now_ms: int) -> Permit:
        answer = await self._ask(key, "may", now_ms)
        if answer is None:
            return replace(await self._own.may(key, now_ms=now_ms), is_alone=True)
        _, _, is_given, token, until_ms = answer
        return Permit(is_given=bool(is_given), token=int(token), until_ms=0 if is_given else int(until_ms))

    async def told(self, key: str, *, now_ms: int, token: int, is_well: bool) -> None:
        # This process remembers for itself as well, so that it knows something when Valkey goes away.
        await self._ask(key, "told", now_ms, token=token, is_well=is_well)
        await self._own.told(key, now_ms=now_ms, token=token, is_well=is_well)

    async def reset(self, word: Reset) -> None:
        await keep_first(self._resets, word)
        if await self._ask(word.key, "reset", word.at_ms, who=word.who, why=word.why) is None:
            raise BreakerError(
                f"reset of {word.key}: the word is kept, and nothing was reset, because Valkey does not "
                "answer; say it again when it does"
            )
        await self._own.reset(word)

    async def _ask(
        self, key: str, op: str, now_ms: int, *, token: int = 0, is_well: bool = False, **by: str
    ) -> list[Any] | None:
        rule = self._rule
        values: list[str | int] = [
            op,
            now_ms,
            rule.failures_max,
            rule.open_ms,
            rule.probe_ms,
            token,
            int(is_well),
        ]
        try:
            async with asyncio.timeout(self._patience_s):
                answer: list[Any] = await self._script(keys=[PREFIX + key], args=values)
        except (ValkeyError, OSError):
            self._is_alone = True
            return None
        self._is_alone = False
        before, after = (CircuitState(_text(each)) for each in answer[:2])
        if before is not after or by:
            self._on_transition(Transition(key=key, before=before, after=after, at_ms=now_ms, **by))
        return answer

    def _alone(self, transition: Transition) -> None:
        if self._is_alone:
            self._on_transition(transition)


def _text(value: bytes | str) -> str:
    return value.decode() if isinstance(value, bytes) else value
