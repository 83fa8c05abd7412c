"""What a guard answers, and what it is asked about."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

import msgspec

from .budget import BoundsConfig, Spent
from .codes import ErrorCode
from .contract import Json, ToolContract
from .costs import Price, PriceTable
from .errors import CallError
from .loop_detection import Command
from .principal import PermissionScope, Principal

_PATH = re.compile(r"[0-9A-Za-z_.:/-]{1,120}")


class RulingKind(StrEnum):
    ALLOW = "allow"
    DENY = "deny"
    ASK = "ask"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """A guard's answer: allow, or a code with a sentence that holds no value of the call."""

    kind: RulingKind
    code: ErrorCode | None = None
    reason: str = ""


ALLOW = Ruling(kind=RulingKind.ALLOW)


def deny(code: ErrorCode, reason: str) -> Ruling:
    """Say no."""
    return Ruling(kind=RulingKind.DENY, code=code, reason=reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalRule:
    """From which amount on a person must agree; of a currency that is not listed, from the first unit on.

    A rule with a condition asks when that says so; its amounts count only where some are given.
    """

    tool: str
    operation: str
    above_minor: Mapping[str, int] = field(default_factory=dict)
    asks: "AsksPerson | None" = None


class AsksPerson(Protocol):
    """A condition on one call: whether a person must agree to it; what cannot be judged asks."""

    def __call__(self, arguments: Json, *, tenant: str, principal: str) -> bool:
        """Say whether a person must agree."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """A person's yes to one call with one set of arguments."""

    approval_id: UUID
    fingerprint: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The law of a run, fixed when it begins: tools, scopes, bounds, rules for approval."""

    contracts: Mapping[tuple[str, str, str], ToolContract]
    scopes: tuple[PermissionScope, ...] = ()
    bounds: BoundsConfig = field(default_factory=BoundsConfig)
    approvals: tuple[ApprovalRule, ...] = ()
    prices: PriceTable | None = None
    config_hash: bytes = b"\0" * 32

    def __post_init__(self) -> None:
        unpriced = sorted(
            f"{contract.reference} ({contract.priced_as})"
            for contract in self.contracts.values()
            if contract.priced_as and (self.prices is None or contract.priced_as not in self.prices)
        )
        if unpriced:
            raise CallError(f"no price for the tokens of {', '.join(unpriced)}; add it to the price table")

    def price_of(self, contract: ToolContract, at: datetime) -> Price | None:
        """Return what a contract's tokens cost at a moment, if they cost anything."""
        return self.prices.price_at(contract.priced_as, at) if self.prices and contract.priced_as else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One call as it was asked for."""

    path: str
    tool: str
    operation: str
    version: str
    arguments: Json
    approval: Approval | None = None

    def __post_init__(self) -> None:
        # It is the name of a place in a workflow, and written down whatever becomes of the call.
        if not _PATH.fullmatch(self.path):
            raise CallError(f"path {self.path[:80]!r} must be up to 120 letters, digits, dots and dashes")


class RunView(msgspec.Struct, frozen=True, kw_only=True):
    """What a guard may know of the run at this moment."""

    tenant: UUID
    tenant_prefix: str
    principal: Principal
    is_mine: bool
    has_ended: bool
    began_at: datetime
    now: datetime
    spent: Spent
    # Costs that calls under way will have, which no other branch may use.
    set_aside_micros: int = 0
    # What was asked for before, oldest first.
    history: tuple[Command, ...] = ()
