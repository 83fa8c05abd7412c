"""JSON values side by side and against a schema, leaf by leaf."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autobiz_oracles import Outcome, conforms, differences

pytestmark = pytest.mark.priority("P1")

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=10,
)


@given(JSON)
def test_a_value_does_not_differ_from_itself(value: object) -> None:
    """Nothing differs between a value and itself."""
    assert differences(value, value) == ()


@given(JSON, JSON)
def test_differences_are_the_same_from_both_sides(one: object, other: object) -> None:
    """The places that differ are the same whichever side is looked at first, and none means equal."""
    there, back = differences(one, other), differences(other, one)
    assert sorted(each.pointer for each in there) == sorted(each.pointer for each in back)
    if not there:
        assert one == other


@pytest.mark.parametrize(
    ("before", "after", "pointers"),
    [
        ({"a": 1}, {"a": 2}, ["/a"]),
        ({"a": {"b": 1}}, {}, ["/a/b"]),
        ({}, {"a": {}}, ["/a"]),
        ({"a": [1, 2]}, {"a": [1]}, ["/a/1"]),
        ([1], {"0": 1}, [""]),
        ({"a/b~c": 1}, {"a/b~c": 2}, ["/a~1b~0c"]),
        ({"a": None}, {}, ["/a"]),
        ({"a": False}, {"a": 0}, ["/a"]),
        ({"a": 1}, {"a": 1.0}, []),
        ({"a": float("nan")}, {"a": float("nan")}, ["/a"]),
        ("ab", ["a", "b"], [""]),
    ],
)
def test_each_difference_is_named_by_its_place(before: object, after: object, pointers: list[str]) -> None:
    """Added, removed and changed leaves are named by their JSON pointers."""
    assert [each.pointer for each in differences(before, after)] == pointers


ANY: dict[str, Any] = {
    "type": [(1, "integer"), (1.0, "integer"), ("", "string"), (None, "null"), ([], "array"), ({}, "object")],
}
GOOD = [
    *[(value, {"type": name}) for value, name in ANY["type"]],
    (5, {"minimum": 5, "maximum": 5, "exclusiveMinimum": 4, "exclusiveMaximum": 6, "multipleOf": 5}),
    ("abc", {"minLength": 3, "maxLength": 3, "pattern": "^a"}),
    ([1, 2], {"items": {"type": "integer"}, "minItems": 2, "maxItems": 2, "uniqueItems": True}),
    ([1, True], {"uniqueItems": True}),
    ({"a": 1}, {"minProperties": 1, "maxProperties": 1, "additionalProperties": {"type": "integer"}}),
    (1, {"anyOf": [{"type": "string"}, {"type": "integer"}]}),
    (1, {"oneOf": [{"type": "string"}, {"type": "integer"}]}),
    (1, {"allOf": [{"minimum": 0}, {"maximum": 2}]}),
    (1, {"not": {"type": "string"}}),
    (1, {"const": 1.0}),
    ({"a": {"a": {}}}, {"properties": {"a": {"$ref": "#"}}, "additionalProperties": False}),
    ({"a": 1}, {"properties": {"a": {"$ref": "#/$defs/n"}}, "$defs": {"n": {"type": "integer"}}}),
    ("x", {"minimum": 5, "items": False}),
    (True, {"minimum": 5}),
    (1, {"title": "a title", "description": "words", "default": 2}),
]
BAD = [
    (True, {"type": "integer"}),
    (1.5, {"type": "integer"}),
    (1, {"type": ["string", "null"]}),
    (4, {"minimum": 5}),
    (6, {"maximum": 5}),
    (5, {"exclusiveMinimum": 5}),
    (5, {"exclusiveMaximum": 5}),
    (6, {"multipleOf": 5}),
    (float("nan"), {"minimum": 0}),
    ("ab", {"minLength": 3}),
    ("abcd", {"maxLength": 3}),
    ("ba", {"pattern": "^a"}),
    ([1], {"minItems": 2}),
    ([1, 2], {"maxItems": 1}),
    ([1, "x"], {"items": {"type": "integer"}}),
    ([{"a": 1}, {"a": 1.0}], {"uniqueItems": True}),
    ({}, {"minProperties": 1}),
    ({"a": 1}, {"maxProperties": 0}),
    ({"a": 1}, {"additionalProperties": False}),
    ({"a": "x"}, {"additionalProperties": {"type": "integer"}}),
    ({}, {"required": ["a"]}),
    (1, {"enum": [True, "1"]}),
    (1, {"const": True}),
    (None, {"anyOf": [{"type": "string"}, {"type": "integer"}]}),
    (1, {"oneOf": [{"minimum": 0}, {"maximum": 2}]}),
    (1, {"oneOf": [{"minimum": 2}]}),
    (1, {"allOf": [{"minimum": 0}, {"maximum": 0}]}),
    (1, {"not": {"type": "integer"}}),
    ({"a": {"b": 1}}, {"properties": {"a": {"$ref": "#"}}, "additionalProperties": False}),
]
UNREADABLE = [
    (1, {"type": "int"}),
    (1, {"minimum": "0"}),
    (1, {"minimum": True}),
    (1, {"enum": "1"}),
    ({}, {"required": "a"}),
    ({}, {"properties": []}),
    ([1], {"items": [1]}),
    (1, {"$ref": "#/$defs/none"}),
    (1, {"$ref": "other.json"}),
    (1, {"if": True}),
    ("a", {"pattern": "("}),
    ({1}, {"type": "array"}),
    (1, 5),
]


@pytest.mark.parametrize(("value", "schema"), GOOD)
def test_what_is_as_declared_conforms(value: object, schema: Any) -> None:
    """A value that satisfies every keyword that concerns its type conforms."""
    assert conforms(value, schema).outcome is Outcome.PASS, conforms(value, schema)


@pytest.mark.negative
@pytest.mark.parametrize(("value", "schema"), BAD)
def test_what_is_not_as_declared_does_not_conform(value: object, schema: Any) -> None:
    """One broken keyword is enough."""
    assert conforms(value, schema).outcome is Outcome.FAIL


@pytest.mark.negative
@pytest.mark.parametrize(("value", "schema"), UNREADABLE)
def test_a_schema_that_cannot_be_read_gives_unknown(value: object, schema: Any) -> None:
    """A schema with a mistake, or with more than is known here, lets nothing pass."""
    assert conforms(value, schema).outcome is Outcome.UNKNOWN


@pytest.mark.negative
@pytest.mark.parametrize(
    ("value", "schema", "says"),
    [
        (0, {"minimum": 1}, "/: is 0, minimum 1"),
        ("b", {"pattern": "^a"}, "/: does not match ^a"),
        (
            {"a": {"b": 1}},
            {"properties": {"a": {"additionalProperties": False}}},
            "/a/b: is an unknown field",
        ),
        ([1, "x"], {"items": {"type": "integer"}}, "/1: is string and not integer"),
        ({}, {"required": ["a", "b"]}, "/a: is required and absent; /b: is required and absent"),
        ("abc", {"maxLength": 2}, "/: length 3, max 2"),
        ([], {"minItems": 1}, "/: items 0, min 1"),
        (None, {"type": ["string", "integer"]}, "/: is null and not string or integer"),
        (1, False, "/: nothing is allowed here"),
    ],
)
def test_a_departure_is_told_with_its_place(value: object, schema: Any, says: str) -> None:
    """The reason names each place that departs from the schema, and how."""
    assert conforms(value, schema).reason == says
