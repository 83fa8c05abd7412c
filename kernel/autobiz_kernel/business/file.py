"""The form of a business's file: what may be written there, and nothing that is unknown here."""

from typing import Annotated, Any, Literal, TypeAlias
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

Name: TypeAlias = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
Operation: TypeAlias = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}\.[a-z][a-z0-9_]{0,63}$")]
Reference: TypeAlias = Annotated[
    str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}\.[a-z][a-z0-9_]{0,63}@[0-9A-Za-z][0-9A-Za-z._-]{0,31}$")
]
Digest: TypeAlias = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Ms: TypeAlias = Annotated[int, Field(ge=0, le=366 * 86_400_000)]
Cap: TypeAlias = Annotated[int, Field(ge=1, le=2**53 - 1)]
ErrorWord: TypeAlias = Literal[
    "any", "refused", "denied", "validation", "auth", "transient", "quota", "internal", "doubt", "child"
]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class ToolUse(_Part):
    """A tool that this business uses, in one version; `sha256` pins its very contract."""

    tool: Reference
    sha256: Digest | None = None
    risk: Literal["low", "medium", "high"] = "medium"


class ScopeEntry(_Part):
    """What a principal may do, or may not."""

    principal: str
    tool: Annotated[str, Field(pattern=r"^(\*|[a-z][a-z0-9_]{0,63})$")]
    operation: Annotated[str, Field(pattern=r"^(\*|[a-z][a-z0-9_]{0,63})$")]
    allow: bool = True


class BoundsEntry(_Part):
    """How much one run may use."""

    steps_max: Cap | None = None
    wall_ms_max: Cap | None = None
    tokens_max: Cap | None = None
    tool_calls_max: Cap | None = None
    cost_micros_max: Cap | None = None
    turns_max: Annotated[int, Field(ge=1, le=1000)] = 3
    polling: dict[Operation, Annotated[int, Field(ge=1, le=100_000)]] = {}


class Escalation(_Part):
    after_ms: Ms
    to: tuple[Name, ...]


class ApprovalEntry(_Part):
    """When a person must agree to a call, who that may be, and what becomes of it if nobody answers."""

    tool: Operation
    mode: Literal["human", "auto"] = "human"
    when: str | None = None
    above_minor: dict[Annotated[str, Field(pattern=r"^[A-Z]{3}$")], Annotated[int, Field(ge=0)]] = {}
    approvers: tuple[Name, ...] = ()
    approvers_min: Annotated[int, Field(ge=1, le=5)] = 1
    priority: Annotated[int, Field(ge=0, le=9)] = 5
    expires_ms: Annotated[int, Field(ge=1, le=90 * 86_400_000)] = 86_400_000
    on_timeout: Literal["fail", "approve"] = "fail"
    escalate: Escalation | None = None


class PersonEntry(_Part):
    """Somebody who may decide: by signing with a key, or as a member of the company's Slack."""

    groups: tuple[Name, ...]
    key: str | None = None
    slack: str | None = None


class TenantEntry(_Part):
    id: Annotated[UUID, Field(strict=False)]
    prefix: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]


class ModelEntry(_Part):
    """A model pinned with its prompt and its parameters; `fallback` names another entry.

    `answer_schema` is what its answers must be, and `repairs_max` how often it is asked to mend one.
    """

    provider: str
    model: str
    prompt_sha256: Digest
    parameters: dict[str, Any] = {}
    fallback: Name | None = None
    tokens_max: Annotated[int, Field(ge=1, le=32_000)] = 1000
    timeout_ms: Annotated[int, Field(ge=1, le=600_000)] = 30_000
    answer_schema: dict[str, Any] | None = None
    repairs_max: Annotated[int, Field(ge=0, le=5)] = 1


class RetentionEntry(_Part):
    """From which age on a week is sealed, and then a file: what `autobiz retain --business` goes by."""

    hot_weeks: Annotated[int, Field(ge=1, le=5_200)] = 8
    warm_weeks: Annotated[int, Field(ge=1, le=5_200)] = 52

    @model_validator(mode="after")
    def _in_order(self) -> "RetentionEntry":
        if self.hot_weeks > self.warm_weeks:
            raise ValueError(
                f"weeks cannot be hot for {self.hot_weeks} and warm until {self.warm_weeks}; "
                "a week is sealed before it is archived"
            )
        return self


class RetryEntry(_Part):
    attempts: Annotated[int, Field(ge=1, le=20)] = 1
    base_ms: Ms = 500
    cap_ms: Ms = 60_000


class UndoEntry(_Part):
    """What takes an effect back, or the reason why nothing has to."""

    call: Reference | None = None
    arguments: dict[str, Any] = {}
    none: str | None = None


class ChoiceEntry(_Part):
    when: str
    next: Name


class StepEntry(_Part):
    """One step; which of `call`, `choose`, `wait_ms`, `expect`, `run` and `end` is given says which kind."""

    call: Reference | None = None
    arguments: dict[str, Any] | None = None
    retry: RetryEntry | None = None
    undo: UndoEntry | None = None
    choose: tuple[ChoiceEntry, ...] | None = None
    otherwise: Name | None = None
    wait_ms: Ms | None = None
    expect: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_.]{0,119}$")] | None = None
    key: Any = None
    payload: dict[str, Any] | None = None
    within_ms: Ms | None = None
    on_timeout: Name | None = None
    run: Name | None = None
    input: dict[str, Any] | None = None
    each: str | None = None
    at_most: Annotated[int, Field(ge=1, le=1000)] | None = None
    end: Literal["completed", "failed"] | None = None
    reason: str | None = None
    next: Name | None = None
    on_error: dict[ErrorWord, Name] | None = None
    visits_max: Annotated[int, Field(ge=1, le=1000)] = 1


class WorkflowEntry(_Part):
    principal: str
    start: Name
    input: dict[str, Any]
    bounds: BoundsEntry | None = None
    output: dict[str, Any] = {}
    steps: dict[Name, StepEntry]


class BusinessFile(_Part):
    """A whole business."""

    schema_: Annotated[Literal[1], Field(alias="schema")]
    business: Name
    tenants: tuple[TenantEntry, ...]
    tools: tuple[ToolUse, ...]
    scopes: tuple[ScopeEntry, ...] = ()
    bounds: BoundsEntry | None = None
    approvals: tuple[ApprovalEntry, ...] = ()
    people: dict[Name, PersonEntry] = {}
    models: dict[Name, ModelEntry] = {}
    retention: RetentionEntry = RetentionEntry()
    workflows: dict[Name, WorkflowEntry]
