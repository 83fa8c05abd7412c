"""Tell runs whose receipts lie in files from runs whose receipts are gone."""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from autobiz_kernel.chains import ChainSurvey, FlawKind, Mark, Marks

if TYPE_CHECKING:
    import psycopg

_RANGES = """
SELECT first_id, beyond_id FROM archives WHERE parent = 'receipts' AND tier = 'cold' ORDER BY first_id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Archived:
    """The ranges of run ids whose receipts are in files, in order."""

    ranges: tuple[tuple[UUID, UUID], ...]

    @classmethod
    def of(cls, connection: "psycopg.Connection[Any]") -> "Archived":
        return cls(ranges=tuple(connection.execute(_RANGES).fetchall()))

    def runs_of(
        self, survey: ChainSurvey, counted: Mapping[UUID, tuple[int, bytes]], marks: Marks
    ) -> frozenset[UUID]:
        """Return the runs that need no receipt here: none is left, and the run stands where anchors say.

        Rows in such a range are no archived ones, so they are judged as all others; so is a run that was cut.
        """
        here = {head.run for head in survey.heads}
        here |= {flaw.run for flaw in survey.flaws if flaw.kind is not FlawKind.VANISHED}
        sworn = {run: max(promised.items()) for (_, run), promised in marks.items()}
        return frozenset(
            run
            for run, (length, head) in counted.items()
            if run not in here and self._holds(run) and _agrees(sworn.get(run), length, head)
        )

    def _holds(self, run: UUID) -> bool:
        at = bisect_right(self.ranges, run, key=lambda one: one[0]) - 1
        return at >= 0 and run < self.ranges[at][1]


def _agrees(sworn: tuple[int, Mark] | None, length: int, head: bytes) -> bool:
    if sworn is None or sworn[0] < length:
        return True
    return sworn[0] == length and sworn[1].hash == head
