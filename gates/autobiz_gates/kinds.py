"""All kinds of gates by name: the discriminated union that a gate file is read with."""

from typing import Any, Final

from .kind import Kind
from .kind_count import COUNT
from .kind_p0 import P0
from .kind_p1 import P1

KINDS: Final[dict[str, Kind[Any]]] = {kind.name: kind for kind in (P0, P1, COUNT)}
