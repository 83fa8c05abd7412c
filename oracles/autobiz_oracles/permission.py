"""Judge whether only what is allowed was done, from the attempts and the audit, not from the guard's word."""

from collections import Counter
from collections.abc import Collection, Sequence
from typing import NamedTuple, Protocol

from .evidence import given, looked_at
from .oracle import Finding, MissingEvidenceError, oracle
from .verdict import OracleType


class Scope(NamedTuple):
    """What one principal may do: nothing in it stands for anything else, there are no wildcards."""

    principal: str
    tenant: str
    tool: str
    action: str


class Attempt(Protocol):
    """Somebody tried to use a tool; `executed` says that the tool ran, whatever was answered."""

    @property
    def principal(self) -> str: ...
    @property
    def tenant(self) -> str: ...
    @property
    def tool(self) -> str: ...
    @property
    def action(self) -> str: ...
    @property
    def executed(self) -> bool: ...


class Denial(Protocol):
    """A line of the audit that says who was refused what."""

    @property
    def principal(self) -> str: ...
    @property
    def tool(self) -> str: ...
    @property
    def action(self) -> str: ...


@oracle(OracleType.PERMISSION)
def within_scopes(attempts: Sequence[Attempt] | None, scopes: Collection[Scope] | None) -> Finding:
    """Whatever ran lies in a scope, and what lies in none did not run: no scopes allow nothing."""
    if isinstance(given(scopes, "the list of scopes"), str | bytes):
        raise MissingEvidenceError(f"the list of scopes is the text {scopes!r}")
    allowed = {_scope(scope) for scope in given(scopes, "the list of scopes")}
    tried = looked_at(attempts, "the list of attempts")
    stray = [scope for scope in (_scope_of(one) for one in tried if one.executed) if scope not in allowed]
    return Finding(
        holds=not stray,
        reason="; ".join(f"ran outside every scope: {'/'.join(scope)}" for scope in stray)
        or f"{len(tried)} attempts, none outside the {len(allowed)} scopes ran",
        observed=f"{len(stray)} of {len(tried)} attempts ran outside every scope",
        expected="deny by default",
        is_hollow=not tried,
        diff="\n".join("/".join(scope) for scope in stray),
    )


@oracle(OracleType.PERMISSION)
def denied_and_logged(attempts: Sequence[Attempt] | None, denials: Sequence[Denial] | None) -> Finding:
    """None of these attempts ran, and the audit has one line for each, with principal, tool and action."""
    tried = looked_at(attempts, "the list of attempts")
    told = Counter((one.principal, one.tool, one.action) for one in looked_at(denials, "the audit"))
    owed = Counter((one.principal, one.tool, one.action) for one in tried)
    complaints = [f"{'/'.join(_scope_of(one))}: ran" for one in tried if one.executed]
    complaints += [f"{'/'.join(who)}: {count} denials not logged" for who, count in (owed - told).items()]
    if not tried:
        complaints.append("nobody tried, so nothing was denied")
    return Finding(
        holds=not complaints,
        reason="; ".join(complaints) or f"{len(tried)} attempts denied and logged",
        observed=f"{sum(one.executed for one in tried)} ran, {told.total()} denials logged",
        expected=f"0 ran, {len(tried)} denials logged",
        diff="\n".join(complaints),
    )


def _scope(scope: Scope) -> Scope:
    # A text of four letters would unpack into a scope of one letter each.
    if isinstance(scope, str | bytes):
        raise MissingEvidenceError(f"{scope!r} is a text and no scope")
    return Scope(*scope)


def _scope_of(attempt: Attempt) -> Scope:
    return Scope(attempt.principal, attempt.tenant, attempt.tool, attempt.action)
