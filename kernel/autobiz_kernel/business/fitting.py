"""Say whether arguments, as they are written, can satisfy a schema at all."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import jsonschema_rs

from autobiz_kernel.expressions import ANYTHING, Expression, Shape, shape_at, shape_of_type, types_of
from autobiz_kernel.graphs import Constant, Template

_PATH: Final = re.compile(r"(input|steps\.[a-z][a-z0-9_]*)((?:\.[A-Za-z_]\w*)*)")
_COUNTS_AS: Final = {"integer": {"integer", "number"}, "number": {"number", "integer"}}


def shape_of_template(template: Template, roots: Mapping[str, Shape]) -> tuple[Shape, bool]:
    """Return what is known of a template's value, and whether it always has one."""
    if isinstance(template, Expression):
        return _shape_of_expression(template, roots)
    if isinstance(template, Constant):
        return shape_of_template(template.value, roots)
    if isinstance(template, Mapping):
        members = {name: shape_of_template(each, roots) for name, each in template.items()}
        return {
            "type": "object",
            "properties": {name: shape for name, (shape, _) in members.items()},
            "required": [name for name, (_, is_sure) in members.items() if is_sure],
            "additionalProperties": False,
        }, True
    if isinstance(template, list | tuple):
        shapes = [shape_of_template(each, roots)[0] for each in template]
        return {"type": "array", "items": shapes[0] if len(shapes) == 1 else ANYTHING}, True
    return {"const": template}, True


def misfits(
    template: Template, schema: Shape, roots: Mapping[str, Shape], *, where: str = ""
) -> Iterator[tuple[str, str]]:
    """Say where a template can never, or not on every way, satisfy a schema."""
    if isinstance(template, Constant):
        template = template.value
    if isinstance(template, Expression):
        yield from _misfit_of_expression(template, schema, roots, where)
    elif isinstance(template, Mapping):
        yield from _misfits_of_members(template, schema, roots, where)
    elif isinstance(template, list | tuple):
        if "array" not in types_of(schema) and types_of(schema):
            yield where, f"is a list, and {_said(schema)} is asked for"
            return
        for index, each in enumerate(template):
            yield from misfits(each, schema.get("items") or ANYTHING, roots, where=f"{where}[{index}]")
    elif not _is_open(schema) and not _admits(schema, template):
        yield where, f"can never satisfy {_said(schema)}"


def _misfits_of_members(
    template: Mapping[str, Any], schema: Shape, roots: Mapping[str, Shape], where: str
) -> Iterator[tuple[str, str]]:
    kinds = types_of(schema)
    if kinds and "object" not in kinds:
        yield where, f"is an object, and {_said(schema)} is asked for"
        return
    properties = schema.get("properties", {})
    for name, each in template.items():
        inner = f"{where}.{name}" if where else name
        if name in properties:
            yield from misfits(each, properties[name], roots, where=inner)
            if name in schema.get("required", ()) and isinstance(each, Expression):
                shape, is_sure = _shape_of_expression(each, roots)
                # Of a value of any kind nobody can tell; that it may be missing can be told of a place.
                if not is_sure and _PATH.fullmatch(each.text) and shape is not ANYTHING:
                    yield inner, f"is required, and {each.text} may be missing"
        elif schema.get("additionalProperties") is False:
            yield inner, "is no field of the schema"
    for name in schema.get("required", ()):
        if name not in template:
            yield (f"{where}.{name}" if where else name), "is required and not given"


def _misfit_of_expression(
    template: Expression, schema: Shape, roots: Mapping[str, Shape], where: str
) -> Iterator[tuple[str, str]]:
    shape, _ = _shape_of_expression(template, roots)
    told, wanted = types_of(shape), types_of(schema)
    if told and wanted and not any(_COUNTS_AS.get(kind, {kind}) & wanted for kind in told):
        yield where, f"{template.text} gives {' or '.join(sorted(told))}, and {_said(schema)} is asked for"
    elif "enum" in shape and not _is_open(schema):
        values = [each for each in shape["enum"] if _admits(schema, each)]
        if not values:
            yield where, f"no value of {template.text} satisfies {_said(schema)}"


def _shape_of_expression(expression: Expression, roots: Mapping[str, Shape]) -> tuple[Shape, bool]:
    found = _PATH.fullmatch(expression.text)
    if found and found[1] in roots:
        told = shape_at(roots[found[1]], [part for part in found[2].split(".") if part])
        return (ANYTHING, False) if told is None else told
    return shape_of_type(expression.type), expression.type != "DYN"


def _is_open(schema: Shape) -> bool:
    # A schema that refers elsewhere is judged when the call is made.
    return not schema or "$ref" in schema


def _admits(schema: Shape, value: object) -> bool:
    try:
        return bool(jsonschema_rs.Draft202012Validator(dict(schema), validate_formats=True).is_valid(value))
    except (ValueError, jsonschema_rs.ReferencingError):
        return True


def _said(schema: Shape) -> str:
    if "const" in schema or "enum" in schema:
        return "one of a few values"
    kinds = sorted(types_of(schema))
    rules = sorted(set(schema) - {"type", "description", "title", "properties", "required"})
    return f"{' or '.join(kinds) or 'a value'}{' with ' + ', '.join(rules) if rules else ''}"
