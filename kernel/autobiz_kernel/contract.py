"""Describe a tool before it may run: what it takes, what it changes, and what one act of it is."""

import hashlib
import re
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from .canonical import JsonValue, canonical
from .errors import CallError
from .json_schema import Validator, compile_schema

Json: TypeAlias = Mapping[str, JsonValue]

TIMEOUT_MS_MAX = 600_000
_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
_VERSION = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,31}")


class EffectClass(StrEnum):
    """What a tool may do to the world."""

    PURE = "PURE"
    READ = "READ"
    WRITE = "WRITE"
    FINANCIAL = "FINANCIAL"

    @property
    def is_effect(self) -> bool:
        """Whether the world is another one afterwards, so that it matters how often the tool has run."""
        return self in (EffectClass.WRITE, EffectClass.FINANCIAL)


class Recovery(StrEnum):
    """What may be done about an effect of which nobody knows whether it happened."""

    PROVIDER_IDEMPOTENT = "PROVIDER_IDEMPOTENT"  # ask again with the same external key
    QUERYABLE = "QUERYABLE"  # look the effect up before anything else
    UNREPEATABLE = "UNREPEATABLE"  # only a person can tell


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolContract:
    """One version of one operation of a tool.

    `identity` names the arguments that make two requests the same business act, `entities` those that hold
    references to the tenant's things. Of a FINANCIAL tool `amount` and `currency` name the arguments that
    say how much; `provider_ref` is the dotted way to the provider's own id in the result. Every call costs
    `cost_micros`, and the tokens that its result tells of what the price table says of the item `priced_as`.
    """

    name: str
    operation: str
    version: str
    effect_class: EffectClass
    input_schema: Json
    output_schema: Json
    recovery: Recovery = Recovery.UNREPEATABLE
    identity: tuple[str, ...] = ()
    entities: tuple[str, ...] = ()
    timeout_ms: int = 30_000
    cost_micros: int = 0
    priced_as: str = ""
    amount: str = ""
    currency: str = ""
    provider_ref: str = ""
    takes: Validator = field(init=False, repr=False, compare=False)
    gives: Validator = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        complaints = list(self._complaints())
        if complaints:
            raise CallError("; ".join(f"tool {self.reference!r}: {words}" for words in complaints))
        # A frozen value may fill its own fields once, before anybody sees it. The schemas become copies, or
        # whoever holds the originals could change what was compiled and pinned.
        object.__setattr__(self, "input_schema", deepcopy(self.input_schema))
        object.__setattr__(self, "output_schema", deepcopy(self.output_schema))
        object.__setattr__(self, "takes", compile_schema(self.input_schema, name=f"{self.reference} input"))
        object.__setattr__(self, "gives", compile_schema(self.output_schema, name=f"{self.reference} output"))

    @property
    def reference(self) -> str:
        return f"{self.name}.{self.operation}@{self.version}"

    def sha256(self) -> str:
        """The digest that pins this contract: whoever changes a schema has made another contract."""
        shape: JsonValue = {
            "reference": self.reference,
            "effect_class": self.effect_class.value,
            "recovery": self.recovery.value,
            "input_schema": self.input_schema,
            "output_schema": self.output_schema,
            "identity": list(self.identity),
            "entities": list(self.entities),
            "timeout_ms": self.timeout_ms,
            "cost_micros": self.cost_micros,
            "priced_as": self.priced_as,
            "money": [self.amount, self.currency, self.provider_ref],
        }
        return hashlib.sha256(canonical(shape, name="contract")).hexdigest()

    def identity_of(self, arguments: Json) -> dict[str, JsonValue]:
        """Pick the declared identity out of the arguments of one call."""
        return {name: arguments[name] for name in self.identity}

    def absent_identity(self, arguments: Json) -> tuple[str, ...]:
        """Name what is missing of the identity; without all of it, one act is like another."""
        return tuple(name for name in self.identity if arguments.get(name) is None)

    def _complaints(self) -> list[str]:
        found = [
            f"{what} {text!r} must be {pattern.pattern}"
            for what, text, pattern in (
                ("name", self.name, _NAME),
                ("operation", self.operation, _NAME),
                ("version", self.version, _VERSION),
            )
            if not pattern.fullmatch(text)
        ]
        if self.effect_class.is_effect and not self.identity:
            found.append("identity is empty; name the arguments that identify one act")
        if self.effect_class is EffectClass.FINANCIAL and not (self.amount and self.currency):
            found.append("a FINANCIAL tool names the arguments that hold its amount and its currency")
        if not 0 < self.timeout_ms <= TIMEOUT_MS_MAX:
            found.append(f"timeout_ms={self.timeout_ms} must be from 1 to {TIMEOUT_MS_MAX}")
        if self.cost_micros < 0:
            found.append(f"cost_micros={self.cost_micros} must not be negative")
        properties = self.input_schema.get("properties")
        known = properties.keys() if isinstance(properties, Mapping) else frozenset[str]()
        named = {*self.identity, *self.entities, *filter(None, (self.amount, self.currency))}
        found += [
            f"names the argument {name!r}, which its input schema lacks" for name in sorted(named - known)
        ]
        return found
