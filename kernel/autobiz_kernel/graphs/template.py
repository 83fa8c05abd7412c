"""Arguments as they stand in a configuration: constants with expressions in them."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from autobiz_kernel.expressions import Expression, Failure

if TYPE_CHECKING:
    from autobiz_kernel.canonical import JsonValue

# A constant, an expression, or a list or mapping of templates.
Template: TypeAlias = Any


def filled(template: Template, known: Mapping[str, Any]) -> "JsonValue | Failure":
    """Put values into the places of expressions; a member that has none is left out, like an absent one."""
    if isinstance(template, Expression):
        return template.value(known)
    if isinstance(template, Mapping):
        members: dict[str, JsonValue] = {}
        for name, inner in template.items():
            value = filled(inner, known)
            if isinstance(value, Failure):
                return Failure(reason=f"{name}: {value.reason}")
            if value is not None or not isinstance(inner, Expression):
                members[name] = value
        return members
    if isinstance(template, list | tuple):
        items: list[JsonValue] = []
        for index, inner in enumerate(template):
            value = filled(inner, known)
            if isinstance(value, Failure):
                return Failure(reason=f"[{index}]: {value.reason}")
            items.append(value)
        return items
    constant: JsonValue = template
    return constant


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
