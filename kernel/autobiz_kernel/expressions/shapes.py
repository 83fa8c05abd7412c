"""What is known of a value before there is one: JSON Schema, read as far as it speaks about types."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, TypeAlias

Shape: TypeAlias = Mapping[str, Any]

ANYTHING: Final[Shape] = {}
_CEL: Final = {
    "string": "STRING",
    "integer": "INT",
    "number": "DOUBLE",
    "boolean": "BOOL",
    "null": "NULL",
}
_JSON: Final = {cel: json for json, cel in _CEL.items()}


def shape_at(shape: Shape, way: Sequence[str]) -> tuple[Shape, bool] | None:
    """Follow a way of names; return what is there and whether it always is, or None where nothing can be."""
    is_sure = True
    for name in way:
        properties = shape.get("properties", {})
        if name in properties:
            is_sure = is_sure and name in shape.get("required", ())
            shape = properties[name]
        elif _is_closed(shape):
            return None
        else:
            shape, is_sure = ANYTHING, False
    return shape, is_sure


def leaves_of(shape: Shape, name: str, *, is_sure: bool = True) -> Iterator[tuple[str, str]]:
    """Name every place that an expression may speak of, with its CEL type.

    A closed object is spoken of by its members, so that one that cannot be there is found when compiling.
    What may be missing is null then, and of no certain type.
    """
    properties = shape.get("properties")
    if isinstance(properties, Mapping) and _is_closed(shape) and is_sure:
        for member, inner in properties.items():
            yield from leaves_of(inner, f"{name}.{member}", is_sure=member in shape.get("required", ()))
    else:
        yield name, _cel_type(shape) if is_sure else "DYN"


def shape_of_type(cel: str) -> Shape:
    """Return what a CEL type says about the value that comes of it."""
    if cel in _JSON:
        return {"type": _JSON[cel]}
    if cel.startswith("LIST"):
        return {"type": "array", "items": shape_of_type(cel[5:-1])}
    return {"type": "object"} if cel.startswith("MAP") else ANYTHING


def types_of(shape: Shape) -> frozenset[str]:
    """Name the JSON types that a shape admits; none named means any."""
    if "const" in shape:
        return frozenset({_type_of(shape["const"])})
    if "enum" in shape:
        return frozenset(_type_of(each) for each in shape["enum"])
    kind = shape.get("type", "object" if "properties" in shape else ())
    return frozenset({kind} if isinstance(kind, str) else kind)


def _type_of(value: object) -> str:
    for kind, name in ((bool, "boolean"), (int, "integer"), (float, "number"), (str, "string")):
        if isinstance(value, kind):
            return name
    if value is None:
        return "null"
    return "object" if isinstance(value, Mapping) else "array"


def _cel_type(shape: Shape) -> str:
    kinds = types_of(shape)
    if len(kinds) != 1:
        return "DYN"
    (kind,) = kinds
    if kind == "array":
        return f"LIST<{_cel_type(shape.get('items') or ANYTHING)}>"
    return _CEL.get(kind, "MAP<STRING, DYN>")


def _is_closed(shape: Shape) -> bool:
    kinds = types_of(shape)
    is_other = bool(kinds) and "object" not in kinds
    return is_other or shape.get("additionalProperties") is False
