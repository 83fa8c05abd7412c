"""Compile and evaluate expressions of the Common Expression Language, behind the one port to its library."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypeGuard

from cel_expr_python import cel

from autobiz_kernel.errors import KernelError

if TYPE_CHECKING:
    from autobiz_kernel.canonical import JsonValue

LENGTH_MAX: Final = 2_000
_TEXT = re.compile(r"""r?("([^"\\]|\\.)*"|'([^'\\]|\\.)*')""")
_NAME = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*")
_WHERE = re.compile(r"<input>:(\d+):(\d+): (.*)")
_ITSELF: Final[Mapping[str, tuple[type, ...]]] = {
    "STRING": (str,),
    "BOOL": (bool,),
    "INT": (int,),
    "DOUBLE": (float,),
    "DYN": (str, bool, int, float),
}
INTEGER_END: Final = 2**63
_SCALARS: Final = {"BOOL", "DOUBLE", "INT", "NULL", "STRING", "DYN"}


class ExpressionError(KernelError):
    """An expression does not compile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """An expression had no value; whoever asked must take the careful way."""

    reason: str


class Scope:
    """The names that expressions may use, with their types."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self.names = dict(names)
        self._env = cel.NewEnv(variables={name: _type(text) for name, text in self.names.items()})

    def compile(self, text: str) -> "Expression":
        """Compile, or say in one sentence what is wrong."""
        if len(text) > LENGTH_MAX:
            raise ExpressionError(f"takes {len(text)} characters, {LENGTH_MAX} at most")
        try:
            made = self._env.compile(text)
        except RuntimeError as error:
            raise ExpressionError(_sentence(str(error))) from error
        return Expression(
            text=text, type=str(made.return_type().name()), used=self._used(text), names=self.names, made=made
        )

    def _used(self, text: str) -> tuple[str, ...]:
        found: dict[str, None] = {}
        for match in _NAME.finditer(_TEXT.sub("''", text)):
            parts = match.group().split(".")
            for end in range(len(parts), 0, -1):
                name = ".".join(parts[:end])
                if name in self.names:
                    found[name] = None
                    break
        return tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Expression:
    """A compiled expression: its text, the type of its value and the names that it uses."""

    text: str
    type: str
    used: tuple[str, ...]
    names: Mapping[str, str] = field(repr=False, compare=False)
    made: Any = field(repr=False, compare=False)

    def value(self, known: Mapping[str, Any]) -> "JsonValue | Failure":
        """Evaluate with what is known; whatever goes wrong comes back as a failure and never as a value."""
        data = {name: _bound(_member(known, name), self.names[name]) for name in self.used}
        alone = data.get(self.text)
        if _is_itself(alone, self.names.get(self.text)):
            return alone
        try:
            told = self.made.eval(data=data)
        except Exception as error:  # noqa: BLE001  # the library's errors have no type of their own
            return Failure(reason=_sentence(str(error)))
        if told.type().name() in ("ERROR", "UNKNOWN"):
            return Failure(reason=_sentence(str(told.plain_value())))
        return _json(told.plain_value())

    def holds(self, known: Mapping[str, Any]) -> "bool | Failure":
        """Evaluate a condition: true, false, or neither."""
        told = self.value(known)
        if isinstance(told, Failure | bool):
            return told
        return Failure(reason="the value is neither true nor false")


def _member(known: Any, name: str) -> Any:
    for part in name.split("."):
        if not isinstance(known, Mapping):
            return None
        known = known.get(part)
    return known


def _is_itself(value: Any, declared: str | None) -> "TypeGuard[JsonValue]":
    """Say whether an expression that is one name has just this value, without asking the library."""
    kind = type(value)
    return kind in _ITSELF.get(declared or "", ()) and (
        kind is not int or -INTEGER_END <= value < INTEGER_END
    )


def _bound(value: Any, text: str) -> Any:
    """JSON has one kind of number, the language has two, which it does not compare."""
    if text == "DOUBLE" and type(value) is int:
        return float(value)
    if text == "INT" and type(value) is float and value.is_integer():
        return int(value)
    if isinstance(value, tuple):
        return list(value)
    return value


def _json(value: Any) -> "JsonValue | Failure":
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, list | tuple):
        items: list[Any] = [_json(item) for item in value]
        return next((item for item in items if isinstance(item, Failure)), items)
    if isinstance(value, dict):
        members: dict[str, Any] = {str(name): _json(member) for name, member in value.items()}
        return next((each for each in members.values() if isinstance(each, Failure)), members)
    return Failure(reason=f"{type(value).__name__} is no JSON value")


def _type(text: str) -> Any:
    if text.startswith("LIST<"):
        return cel.Type.List(_type(text[5:-1]))
    if text.startswith("MAP<"):
        return cel.Type.Map(cel.Type.STRING, cel.Type.DYN)
    return getattr(cel.Type, text if text in _SCALARS else "DYN")


def _sentence(text: str) -> str:
    first = text.splitlines()[0] if text else "no value"
    found = _WHERE.search(first)
    words = f"column {found[2]}: {found[3]}" if found else first
    return words.replace(" (in container '')", "").removesuffix(" [INVALID_ARGUMENT]")[:300]
