"""Fourth guard: deny by default; it comes before the schema, so that a stranger learns nothing of a tool."""

from collections.abc import Iterable

from autobiz_kernel.codes import ErrorCode
from autobiz_kernel.contract import ToolContract
from autobiz_kernel.principal import PermissionScope, Principal
from autobiz_kernel.ruling import ALLOW, Ruling, RunView, deny

_CHAIN_MAX = 8


def permission(run: RunView, contract: ToolContract, scopes: Iterable[PermissionScope]) -> Ruling:
    """Allow what every principal of the chain may do; a sentence that forbids beats one that allows."""
    scopes = tuple(scopes)
    principal: Principal | None = run.principal
    for _ in range(_CHAIN_MAX):
        if principal is None:
            return ALLOW
        if principal.tenant != run.tenant:
            return _denied(run.principal, contract, "belongs to another tenant")
        spoken = [
            scope
            for scope in scopes
            if scope.covers(principal, tool=contract.name, operation=contract.operation)
        ]
        if not spoken:
            return _denied(run.principal, contract, "no scope allows it")
        if not all(scope.allow for scope in spoken):
            return _denied(run.principal, contract, "a scope forbids it")
        principal = principal.on_behalf_of
    return _denied(run.principal, contract, f"acts through more than {_CHAIN_MAX} others")


def _denied(principal: Principal, contract: ToolContract, why: str) -> Ruling:
    words = f"{principal.name} may not {contract.operation} with {contract.name}: {why}"
    return deny(ErrorCode.PERMISSION_DENIED, words)
