"""All kinds of gates by name: the discriminated union that a gate file is read with."""

from typing import Any, Final

from .approval import APPROVAL
from .artifact import ARTIFACT
from .command import COMMAND
from .count import COUNT
from .coverage import COVERAGE
from .kind import Kind
from .metric import METRIC
from .p0 import P0
from .p1 import P1
from .ratchet import RATCHET
from .regression import REGRESSION
from .soak import SOAK

_ALL: Final[tuple[Kind[Any], ...]] = (
    P0,
    P1,
    COUNT,
    REGRESSION,
    COVERAGE,
    METRIC,
    RATCHET,
    COMMAND,
    ARTIFACT,
    APPROVAL,
    SOAK,
)

KINDS: Final[dict[str, Kind[Any]]] = {kind.name: kind for kind in _ALL}
