"""A run as the kernel's books hold it: its trace, its costs, who tried what, and how long each call took."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from autobiz_kernel import UNSETTLED
from autobiz_oracles import PlainAttempt, PlainCharge, PlainTime, PlainTraceRow

from .gathering import EvidenceError
from .rows import rows_of

_MICROS = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptRun:
    """One run's row, and the rows of its trace in order, read past the kernel."""

    run: Mapping[str, object]
    rows: tuple[Mapping[str, object], ...]

    def trace(self) -> tuple[PlainTraceRow, ...]:
        """The whole account: the run's own row is where it started, one without a call where it ended."""
        own = str(self.run["correlation_id"])
        started = PlainTraceRow(number=1, kind="started", correlation_id=own, text=json.dumps(self.run))
        return (
            started,
            *(
                PlainTraceRow(
                    number=_whole(row, "seq") + 1,
                    # What a take-over was charged for stands between calls, and ends nothing.
                    kind="call" if row["path"] or row["outcome"] == UNSETTLED else "ended",
                    # A row belongs to the run that it names, whichever query found it.
                    correlation_id=own if row["run_id"] == self.run["run_id"] else str(row["run_id"]),
                    text=json.dumps(row),
                )
                for row in self.rows
            ),
        )

    def charges(self) -> tuple[PlainCharge, ...]:
        """What each call has cost, borne by the tenant of its row."""
        return tuple(
            PlainCharge(
                tenant=str(row["tenant_id"]),
                workflow=str(self.run["workflow"]),
                usd=Decimal(_whole(row, "cost_micros")) / _MICROS,
            )
            for row in self.rows
            if row["cost_micros"]
        )

    def drawn(self) -> tuple[str, ...]:
        """Ids and digests: what chance has made, and of which one in some hundreds looks like a card."""
        own = str(self.run["run_id"])
        named = {"tenant_id", "run_id", "config_hash", "head_hash", "command"}
        values = (str(row[name]) for row in (self.run, *self.rows) for name in named & set(row))
        return tuple(dict.fromkeys(value for value in (*values, own.replace("-", "")) if value))

    def attempts(self, *, ran: Collection[str]) -> tuple[PlainAttempt, ...]:
        """Every call, and whether its tool was seen to run: `ran` holds references as the world saw them."""
        return tuple(self._attempt(row, is_run=row["tool"] in ran) for row in self.rows if row["tool"])

    def denials(self) -> tuple[PlainAttempt, ...]:
        """The calls that the trace says were denied."""
        return tuple(self._attempt(row, is_run=False) for row in self.rows if row["guard"] == "permission")

    def times(self, *, virtual: bool) -> tuple[PlainTime, ...]:
        """When each call began and ended, by the clock that the kernel was given."""
        ends = [(datetime.fromisoformat(str(row["at"])), row) for row in self.rows if row["path"]]
        return tuple(
            PlainTime(
                started_at=at - timedelta(microseconds=_whole(row, "took_us")), ended_at=at, virtual=virtual
            )
            for at, row in ends
        )

    def _attempt(self, row: Mapping[str, object], *, is_run: bool) -> PlainAttempt:
        tool, _, action = str(row["tool"]).partition("@")[0].rpartition(".")
        return PlainAttempt(
            principal=str(self.run["principal"]),
            tenant=str(row["tenant_id"]),
            tool=tool,
            action=action,
            executed=is_run,
        )


def kept_run(url: str, tenant: UUID, run_id: UUID) -> KeptRun:
    """Read one run of one tenant; a run that is not in the books is no evidence."""
    where = [tenant, run_id]
    found = rows_of(url, "SELECT * FROM runs WHERE tenant_id = %s AND run_id = %s", where)
    if not found:
        raise EvidenceError("the books", [f"hold no run {run_id} of this tenant"])
    rows = rows_of(url, "SELECT * FROM traces WHERE tenant_id = %s AND run_id = %s ORDER BY seq", where)
    return KeptRun(run=found[0], rows=rows)


def _whole(row: Mapping[str, object], name: str) -> int:
    value = row[name]
    if isinstance(value, bool) or not isinstance(value, int):
        raise EvidenceError("the books", [f"hold {value!r} as {name}, which is no whole number"])
    return value
