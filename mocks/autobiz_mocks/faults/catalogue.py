"""The catalogue of faults: what can go wrong, how it is played, and what must come of it."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultCase:
    """One line of the catalogue."""

    number: int
    name: str
    providers: str
    recipe: str
    reaction: str
    invariant: str


@cache
def catalogue() -> tuple[FaultCase, ...]:
    """Return all faults, in the order of their numbers."""
    text = (files(__package__) / "catalogue.toml").read_text(encoding="utf-8")
    return tuple(FaultCase(**row) for row in tomllib.loads(text)["fault"])
