"""Where circuits are kept, and who hears of it when one changes."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from .circuit import Circuit, CircuitRule, CircuitState, Permit, may, reset, told
from .resetting import Reset, Resets, keep_first


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """A circuit has changed; `who` has done it by hand, and `why`."""

    key: str
    before: CircuitState
    after: CircuitState
    at_ms: int
    who: str = ""
    why: str = ""


OnTransition: TypeAlias = Callable[[Transition], None]


def unheard(transition: Transition) -> None:
    """Tell nobody."""


class Circuits(Protocol):
    """Circuits by key: one for each dependency and tenant."""

    async def may(self, key: str, *, now_ms: int) -> Permit: ...

    async def told(self, key: str, *, now_ms: int, token: int, is_well: bool) -> None: ...

    async def reset(self, word: Reset) -> None: ...


class MemoryCircuits:
    """Circuits of one process; only with `resets`, which keep whose word it was, can one be reset."""

    def __init__(
        self,
        rule: CircuitRule | None = None,
        *,
        on_transition: OnTransition = unheard,
        resets: Resets | None = None,
    ) -> None:
        self._rule, self._on_transition, self._resets = rule or CircuitRule(), on_transition, resets
        self._kept: dict[str, Circuit] = {}

    async def may(self, key: str, *, now_ms: int) -> Permit:
        circuit, permit = may(self._kept.get(key, Circuit()), self._rule, now_ms=now_ms)
        self._keep(key, circuit, now_ms)
        return permit

    async def told(self, key: str, *, now_ms: int, token: int, is_well: bool) -> None:
        before = self._kept.get(key, Circuit())
        self._keep(key, told(before, self._rule, now_ms=now_ms, token=token, is_well=is_well), now_ms)

    async def reset(self, word: Reset) -> None:
        await keep_first(self._resets, word)
        circuit = reset(self._kept.get(word.key, Circuit()))
        self._keep(word.key, circuit, word.at_ms, who=word.who, why=word.why)

    def state_of(self, key: str) -> CircuitState:
        """Say how a circuit stands."""
        return self._kept.get(key, Circuit()).state

    def _keep(self, key: str, circuit: Circuit, now_ms: int, *, who: str = "", why: str = "") -> None:
        before = self._kept.get(key, Circuit()).state
        self._kept[key] = circuit
        if before is not circuit.state or who:
            self._on_transition(
                Transition(key=key, before=before, after=circuit.state, at_ms=now_ms, who=who, why=why)
            )
