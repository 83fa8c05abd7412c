"""How much a run may use, and how much it has used."""

from dataclasses import dataclass, fields

from .errors import CallError


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundsConfig:
    """The caps of a run; there is no way to say "unlimited"."""

    steps_max: int = 200
    wall_ms_max: int = 3_600_000
    tokens_max: int = 200_000
    tool_calls_max: int = 200
    cost_micros_max: int = 5_000_000
    repeats_max: int = 3
    loop_length_max: int = 4
    polling: tuple[str, ...] = ()
    ignored_arguments: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        spoiled = [
            f"{each.name}={getattr(self, each.name)} must be at least 1"
            for each in fields(self)
            if each.name.endswith("_max") and getattr(self, each.name) < 1
        ]
        if spoiled:
            raise CallError(f"bounds: {'; '.join(spoiled)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
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
