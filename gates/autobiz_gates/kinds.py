"""All kinds of gates by name: the discriminated union that a gate file is read with."""

from typing import Any, Final

from .kind import Kind
from .kind_artifact import ARTIFACT
from .kind_command import COMMAND
from .kind_count import COUNT
from .kind_coverage import COVERAGE
from .kind_metric import METRIC
from .kind_p0 import P0
from .kind_p1 import P1
from .kind_ratchet import RATCHET
from .kind_regression import REGRESSION

_ALL: Final[tuple[Kind[Any], ...]] = (P0, P1, COUNT, REGRESSION, COVERAGE, METRIC, RATCHET, COMMAND, ARTIFACT)

KINDS: Final[dict[str, Kind[Any]]] = {kind.name: kind for kind in _ALL}
