"""How much a run may use, and how much it has used."""

from dataclasses import dataclass, field, fields

import msgspec

from .errors import CallError
from .loop_detection import LoopConfig

CAP_MAX = 2**53 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundsConfig:
    """The caps of a run; there is no way to say "unlimited"."""

    steps_max: int = 200
    wall_ms_max: int = 3_600_000
    tokens_max: int = 200_000
    tool_calls_max: int = 200
    cost_micros_max: int = 5_000_000
    loops: LoopConfig = field(default_factory=LoopConfig)

    def __post_init__(self) -> None:
        caps = {each.name: getattr(self, each.name) for each in fields(self) if each.name != "loops"}
        spoiled = [
            f"{name}={value!r} must be a whole number from 1 to {CAP_MAX}"
            for name, value in caps.items()
            if type(value) is not int or not 1 <= value <= CAP_MAX
        ]
        if spoiled:
            raise CallError(f"bounds: {'; '.join(spoiled)}")


class Spent(msgspec.Struct, frozen=True, kw_only=True):
    """What a run has used up to now."""

    steps: int = 0
    tool_calls: int = 0
    tokens: int = 0
    cost_micros: int = 0

    def plus(self, *, steps: int = 0, tool_calls: int = 0, tokens: int = 0, cost_micros: int = 0) -> "Spent":
        return Spent(
            steps=self.steps + steps,
            tool_calls=self.tool_calls + tool_calls,
            tokens=self.tokens + tokens,
            cost_micros=self.cost_micros + cost_micros,
        )

    def __add__(self, other: "Spent") -> "Spent":
        return self.plus(
            steps=other.steps,
            tool_calls=other.tool_calls,
            tokens=other.tokens,
            cost_micros=other.cost_micros,
        )
