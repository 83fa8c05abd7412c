"""Who may decide: people whom the configuration knows."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody whom the configuration knows."""

    groups: tuple[str, ...]
    key: str | None = None
    slack: str | None = None
