"""Who asks, and what they may ask for: nothing, unless a scope says otherwise."""

import re
from dataclasses import dataclass
from uuid import UUID

from .errors import CallError

_PATTERN = re.compile(r"\*|[a-z][a-z0-9_]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """An agent, service or person of one tenant; who acts for another has no more rights than that one."""

    name: str
    tenant: UUID
    on_behalf_of: "Principal | None" = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PermissionScope:
    """One sentence of the law: this principal may, or may not, do this with this tool in this tenant.

    `*` stands for one whole word, never for a part of one: `stripe` and `stripe_admin` are different tools.
    """

    principal: str
    tenant: UUID
    tool: str
    operation: str
    allow: bool = True

    def __post_init__(self) -> None:
        for what, pattern in (("tool", self.tool), ("operation", self.operation)):
            if not _PATTERN.fullmatch(pattern):
                raise CallError(f"scope of {self.principal!r}: {what} {pattern!r} must be a name or '*'")

    def covers(self, principal: Principal, *, tool: str, operation: str) -> bool:
        """Whether the sentence speaks about this principal and this operation."""
        return (
            self.principal == principal.name
            and self.tenant == principal.tenant
            and self.tool in ("*", tool)
            and self.operation in ("*", operation)
        )
