"""What is true at a provider: a fold of what it was sent, by its own rules and without the kernel's code.

A stand-in keeps no state, so it may accept what the real provider would have refused. The machine of each
provider knows better: it follows every request, says what came of it, and tells where the stand-in was more
lenient, or the caller did what must never be done even though it was accepted.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from autobiz_mocks.journal import Served
from autobiz_mocks.stubs import Stub


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """A rule that a request broke; `number` counts the requests from nought."""

    provider: str
    rule: str
    what: str
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """Something that happened at a provider, once, however often it was asked for."""

    provider: str
    op: str
    key: str
    ref: str
    amount: int = 0


@dataclass(slots=True)
class Findings:
    """What a machine writes down of one provider while it reads; `number` is that of the request at hand."""

    provider: str
    number: int = 0
    effects: list[Effect] = field(default_factory=list)
    violations: list[Violation] = field(default_factory=list)

    def happened(self, op: str, key: str, ref: str, amount: int = 0) -> None:
        self.effects.append(Effect(provider=self.provider, op=op, key=key, ref=ref, amount=amount))

    def breach(self, rule: str, what: str) -> None:
        self.violations.append(Violation(provider=self.provider, rule=rule, what=what, number=self.number))


class Machine(Protocol):
    """One provider's rules."""

    findings: Findings

    def step(self, request: Served) -> None:
        """Follow one request."""
        ...

    def reads(self) -> Iterable[Stub]:
        """Return the stubs that answer questions about what is true now."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """What happened, and which rules were broken, at all providers together."""

    effects: tuple[Effect, ...]
    violations: tuple[Violation, ...]
    unstubbed: tuple[int, ...]

    def of(self, provider: str, op: str) -> tuple[Effect, ...]:
        """Return the effects of one operation."""
        return tuple(each for each in self.effects if (each.provider, each.op) == (provider, op))

    @property
    def rules_broken(self) -> tuple[str, ...]:
        return tuple(sorted({f"{each.provider}.{each.rule}" for each in self.violations}))


def fold(seen: Sequence[Served], machines: Mapping[str, Machine]) -> Truth:
    """Lead every request to its provider's machine, oldest first."""
    strays: list[int] = []
    for number, request in enumerate(seen):
        machine = machines.get(request.provider)
        if machine is not None:
            machine.findings.number = number
            machine.step(request)
        elif request.effect == "unstubbed":
            strays.append(number)
    found = [machine.findings for machine in machines.values()]
    return Truth(
        effects=tuple(effect for each in found for effect in each.effects),
        violations=tuple(violation for each in found for violation in each.violations),
        unstubbed=tuple(strays),
    )
