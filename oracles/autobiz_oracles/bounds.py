"""Judge whether a run stayed within its caps, and whether the cap that ended it is the one it names."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Protocol

from .evidence import given, mapped, measured
from .oracle import Finding, oracle
from .verdict import OracleType


class BoundedRun(Protocol):
    """A run at its end: why it ended, what it had used and what it was allowed, by the name of the cap."""

    @property
    def termination_reason(self) -> str | None: ...
    @property
    def used(self) -> Mapping[str, Decimal | float] | None: ...
    @property
    def bounds(self) -> Mapping[str, Decimal | float] | None: ...


@oracle(OracleType.BOUNDS)
def within_bounds(run: BoundedRun | None) -> Finding:
    """A run has caps, and used no more of anything than they allow; use without a cap is a failure."""
    run = given(run, "the run")
    used, bounds = mapped(run.used, "what the run used"), mapped(run.bounds, "the caps of the run")
    complaints = [f"{name}: used without a cap" for name in sorted(used.keys() - bounds.keys())]
    for name, bound in sorted(bounds.items()):
        spent, cap = measured(used.get(name), f"the use of {name}"), measured(bound, f"the cap {name}")
        if spent > cap:
            complaints.append(f"{name}: used {spent} of {cap}")
    if not bounds:
        complaints.append("the run has no caps")
    return Finding(
        holds=not complaints,
        reason="; ".join(complaints) or f"within {len(bounds)} caps",
        observed=", ".join(f"{name} {value}" for name, value in sorted(used.items())),
        expected=", ".join(f"{name} <= {value}" for name, value in sorted(bounds.items())),
        diff="\n".join(complaints),
    )


@oracle(OracleType.BOUNDS)
def ended_by(run: BoundedRun | None, reason: str) -> Finding:
    """A run names this as its end; if that is a cap, it was used up and no other was overrun."""
    run = given(run, "the run")
    bounds = mapped(run.bounds, "the caps of the run")
    complaints = []
    if run.termination_reason != reason:
        complaints.append(f"ended by {run.termination_reason or 'nothing: it has not ended'}")
    if reason in bounds:
        used = mapped(run.used, "what the run used")
        spent, cap = measured(used.get(reason), f"the use of {reason}"), measured(bounds[reason], reason)
        if spent < cap:
            complaints.append(f"{reason}: only {spent} of {cap} was used")
        overrun = [
            name
            for name in sorted(bounds.keys() - {reason})
            if measured(used.get(name), f"the use of {name}") > measured(bounds[name], f"the cap {name}")
        ]
        complaints += [f"{name}: was overrun, and did not end the run" for name in overrun]
    return Finding(
        holds=not complaints,
        reason="; ".join(complaints) or f"ended by {reason}",
        observed=run.termination_reason or "not ended",
        expected=reason,
        diff="\n".join(complaints),
    )
