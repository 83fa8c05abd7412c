"""Arguments as they stand in a configuration: constants with expressions in them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from autobiz_kernel.expressions import Expression, Failure

if TYPE_CHECKING:
    from autobiz_kernel.canonical import JsonValue

# A constant, an expression, or a list or mapping of templates.
Template: TypeAlias = Any


@dataclass(frozen=True, slots=True)
class Constant:
    """A part of a template without any expression, which needs no looking through."""

    value: Any


def folded(template: Template) -> Template:
    """Mark the parts that have no expression in them, each as a whole."""
    if not isinstance(template, dict | list):
        return template
    if not any(expressions_of(template)):
        return Constant(template)
    if isinstance(template, dict):
        return {name: folded(inner) for name, inner in template.items()}
    return [folded(inner) for inner in template]


def filled(template: Template, known: Mapping[str, Any]) -> "JsonValue | Failure":
    """Put values into the places of expressions; a member that has none is left out, like an absent one."""
    if isinstance(template, Expression):
        return template.value(known)
    if isinstance(template, Mapping):
        return _filled_members(template, known)
    if isinstance(template, list | tuple):
        items: list[JsonValue] = []
        for index, inner in enumerate(template):
            value = filled(inner, known)
            if isinstance(value, Failure):
                return Failure(reason=f"[{index}]: {value.reason}")
            items.append(value)
        return items
    constant: JsonValue = template.value if isinstance(template, Constant) else template
    return constant


def _filled_members(template: Mapping[str, Template], known: Mapping[str, Any]) -> "JsonValue | Failure":
    members: dict[str, JsonValue] = {}
    for name, inner in template.items():
        value = filled(inner, known)
        if isinstance(value, Failure):
            return Failure(reason=f"{name}: {value.reason}")
        if value is not None or not isinstance(inner, Expression):
            members[name] = value
    return members


def expressions_of(template: Template) -> Iterator[Expression]:
    """Every expression of a template."""
    if isinstance(template, Expression):
        yield template
    elif isinstance(template, Mapping):
        for inner in template.values():
            yield from expressions_of(inner)
    elif isinstance(template, list | tuple):
        for inner in template:
            yield from expressions_of(inner)
