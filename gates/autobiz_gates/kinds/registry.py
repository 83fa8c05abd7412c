"""All kinds of gates by name: the discriminated union that a gate file is read with."""

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any, Final

from .kind import Kind

# Each is a module of this name, with the kind under the same name in capitals.
_NAMES: Final = (
    "p0",
    "p1",
    "count",
    "regression",
    "coverage",
    "metric",
    "ratchet",
    "command",
    "artifact",
    "approval",
    "soak",
)


class _Kinds(Mapping[str, Kind[Any]]):
    """Loads a kind when it is asked for: a gate file with two kinds need not wait for eleven."""

    def __getitem__(self, name: str) -> Kind[Any]:
        if name not in _NAMES:
            raise KeyError(name)
        kind: Kind[Any] = getattr(import_module(f".{name}", __package__), name.upper())
        return kind

    def __iter__(self) -> Iterator[str]:
        return iter(_NAMES)

    def __len__(self) -> int:
        return len(_NAMES)


KINDS: Final = _Kinds()
