"""Declare which fields of a tool's data may be stored at all."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeAlias

from autobiz_kernel.errors import KernelError

ANY = "*"
ALL_BELOW = "**"

# The patterns that are still open at one place: each is what is left of it.
_Open: TypeAlias = tuple[tuple[str, ...], ...]


class AllowlistError(KernelError):
    """A pattern of an allowlist cannot be read."""


@dataclass(frozen=True, slots=True)
class Allowlist:
    """Fields as patterns like JSON pointers: `/order/id`, `/lines/*/sku`, `/totals/**`.

    `*` stands for any member or index, `**` at the end for everything below. `~0`, `~1` and `~2` write a
    tilde, a slash and a star that stand for themselves. Nothing that no pattern names is kept.
    """

    patterns: tuple[str, ...]
    _open: _Open = field(init=False, repr=False)

    def __init__(self, patterns: Iterable[str]) -> None:
        kept = tuple(patterns)
        complaints = [complaint for pattern in kept for complaint in _complaints(pattern)]
        if complaints:
            raise AllowlistError("; ".join(complaints))
        object.__setattr__(self, "patterns", kept)
        object.__setattr__(self, "_open", tuple(tuple(pattern.split("/")[1:]) for pattern in kept))

    def start(self) -> _Open:
        """Return what is open at the root."""
        return self._open

    @staticmethod
    def below(still_open: _Open, name: str) -> _Open:
        """Return what is open one step further down."""
        written = _escaped(name)
        return tuple(
            pattern if pattern[0] == ALL_BELOW else pattern[1:]
            for pattern in still_open
            if pattern and pattern[0] in (ALL_BELOW, ANY, written)
        )

    @staticmethod
    def keeps(still_open: _Open) -> bool:
        """Say whether a scalar at this place may be kept."""
        return any(pattern in ((), (ALL_BELOW,)) for pattern in still_open)


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1").replace("*", "~2")


def _complaints(pattern: str) -> list[str]:
    said = f"allowlist: {pattern!r}"
    if pattern and not pattern.startswith("/"):
        return [f"{said} does not begin with '/'; write /{pattern.lstrip('/')}"]
    complaints = []
    parts = pattern.split("/")[1:]
    if ALL_BELOW in parts[:-1]:
        complaints.append(f"{said} has ** before its end; only the last part may be **")
    for part in parts:
        bare = part.replace("~0", "").replace("~1", "").replace("~2", "")
        if "~" in bare or ("*" in bare and part not in (ANY, ALL_BELOW)):
            complaints.append(f"{said}: part {part!r} is not readable; write ~0 for '~' and ~2 for '*'")
    return complaints
