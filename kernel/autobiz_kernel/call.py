"""One call on its way through the pipeline."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from .contract import Json, ToolContract
from .costs import Price
from .redaction import Cleaned
from .ruling import Asked
from .run import Run

PatchOf: TypeAlias = Callable[[Json], Json]


@dataclass(slots=True, kw_only=True)
class Call:
    """What has been found out about it so far."""

    run: Run
    asked: Asked
    began: datetime
    # The same by the reckoning of the run's own time.
    moment: datetime
    patch_of: PatchOf | None = None
    # Of the call's own: who asked may change theirs while we wait, and the receipt must say what was done.
    arguments: dict[str, Any] = field(default_factory=dict)
    # The same as they may be kept, once that was looked at.
    kept: Cleaned | None = None
    step: int = 0
    command: bytes = b""
    contract: ToolContract | None = None
    set_aside_micros: int = 0
    price: Price | None = None

    def set_aside(self, micros: int) -> None:
        """Keep what the call will cost from the run's other branches."""
        self.set_aside_micros = micros
        self.run.set_aside_micros += micros

    def give_back(self) -> None:
        """End that, once the cost is written down or will never arise."""
        self.run.set_aside_micros -= self.set_aside_micros
        self.set_aside_micros = 0

    def seconds_for(self, contract: ToolContract, *, wall_ms: int) -> float:
        """Return how long the tool may take: its own deadline, or what the run has left."""
        left = timedelta(milliseconds=wall_ms) - (self.moment - self.run.record.began_at)
        return min(contract.timeout_ms / 1000, left.total_seconds())

    @property
    def tool(self) -> str:
        return f"{self.asked.tool}.{self.asked.operation}@{self.asked.version}"
