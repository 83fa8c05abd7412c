"""Keep who has had a circuit closed by hand, and why, before it is closed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from autobiz_kernel.errors import KernelError

WORDS_MAX = 500


class BreakerError(KernelError):
    """A circuit is not reset."""


def key_of(tenant: UUID, dependency: str) -> str:
    """Return the key of a tenant's circuit for one dependency."""
    return f"{tenant}:{dependency}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reset:
    """Somebody's word that a tenant's circuit is to be closed."""

    reset_id: UUID
    tenant: UUID
    dependency: str
    who: str
    why: str
    at: datetime

    def __post_init__(self) -> None:
        said = {"dependency": self.dependency, "who": self.who, "why": self.why}
        wrong = [f"{name} is empty" for name, words in said.items() if not words.strip()]
        wrong += [
            f"{name} has {len(words)} characters, more than {WORDS_MAX}"
            for name, words in said.items()
            if len(words) > WORDS_MAX
        ]
        if wrong:
            raise BreakerError(f"reset of a circuit: {'; '.join(wrong)}; say whose word it is, and why")

    @property
    def key(self) -> str:
        return key_of(self.tenant, self.dependency)

    @property
    def at_ms(self) -> int:
        return int(self.at.timestamp() * 1000)


class Resets(Protocol):
    """Where such words are kept for good."""

    async def keep(self, word: Reset) -> None: ...

    async def latest(self, tenant: UUID, *, limit: int) -> tuple[Reset, ...]: ...


async def keep_first(resets: Resets | None, word: Reset) -> None:
    """Keep a word before anything is done about it; what cannot be kept is not done."""
    if resets is None:
        raise BreakerError(
            f"reset of {word.key}: nobody would keep whose word it was; give the circuits `resets`"
        )
    await resets.keep(word)


class MemoryResets:
    """The words of one process; the latest are told first."""

    def __init__(self) -> None:
        self._kept: list[Reset] = []

    async def keep(self, word: Reset) -> None:
        self._kept.append(word)

    async def latest(self, tenant: UUID, *, limit: int) -> tuple[Reset, ...]:
        mine = [each for each in self._kept if each.tenant == tenant]
        return tuple(sorted(mine, key=lambda each: (each.at, each.reset_id), reverse=True)[:limit])
