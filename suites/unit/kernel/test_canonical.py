"""The canonical form of JSON values."""

import json
import math
from enum import StrEnum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autobiz_kernel import INTEGER_MAX, CanonicalError, canonical

numbers = st.integers(-INTEGER_MAX, INTEGER_MAX) | st.floats(-float(INTEGER_MAX), float(INTEGER_MAX))
values = st.recursive(
    st.none() | st.booleans() | numbers | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
integral = st.recursive(
    st.none() | st.booleans() | st.integers(-INTEGER_MAX, INTEGER_MAX) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(alphabet=st.characters(max_codepoint=0xD7FF)), inner, max_size=4)
    ),
    max_leaves=12,
)


class Colour(StrEnum):
    RED = "red"


class Money(int):
    pass


def nested(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = [value]
    return value


@given(values)
def test_reading_back_gives_the_same_value(value: Any) -> None:
    """The canonical form loses nothing: parsed again, it is the value it was made from."""
    assert json.loads(canonical(value)) == value


@given(values)
def test_canonical_form_is_a_fixed_point(value: Any) -> None:
    """Writing what was read back gives the same bytes."""
    once = canonical(value)
    assert canonical(json.loads(once)) == once


@given(integral)
def test_agrees_with_the_standard_library_where_both_are_defined(value: Any) -> None:
    """Without fractions, and with member names inside the first planes, sorted compact JSON is canonical."""
    expected = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert canonical(value) == expected.encode()


@pytest.mark.adversarial(84)
@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1.0, b"1"),
        (-0.0, b"0"),
        (1e-7, b"1e-7"),
        (0.000001, b"0.000001"),
        (333333333.33333329, b"333333333.3333333"),
        (INTEGER_MAX, b"9007199254740991"),
        (-INTEGER_MAX, b"-9007199254740991"),
        ((1, 2), b"[1,2]"),
        ('\u20ac$\u000f\nA\'B"\\\\"/', b'"\xe2\x82\xac$\\u000f\\nA\'B\\"\\\\\\\\\\"/"'),
        ({"\ufb33": 1, "\U0001f600": 2}, '{"\U0001f600":2,"\ufb33":1}'.encode()),
    ],
)
def test_known_forms(value: Any, expected: bytes) -> None:
    """Numbers are written as ECMAScript does, members are sorted by UTF-16 code units."""
    assert canonical(value) == expected


@pytest.mark.negative
@pytest.mark.parametrize(
    ("value", "complaint"),
    [
        (math.nan, "call.v: nan is not a JSON number"),
        (math.inf, "call.v: inf is not a JSON number"),
        (-math.inf, "call.v: -inf is not a JSON number"),
        (INTEGER_MAX + 1, "call.v: an integer of 54 bits is beyond"),
        (-INTEGER_MAX - 1, "call.v: an integer of 54 bits is beyond"),
        (float(INTEGER_MAX + 2), "call.v: 9007199254740992.0 is beyond"),
        (-1e300, "call.v: -1e+300 is beyond"),
        pytest.param(10**5000, "an integer of 16610 bits is beyond", id="huge"),
        (b"x", "call.v: bytes is not a JSON type"),
        ({1, 2}, "call.v: set is not a JSON type"),
        (Colour.RED, "call.v: Colour is not a JSON type"),
        (Money(3), "call.v: Money is not a JSON type"),
        (1j, "call.v: complex is not a JSON type"),
        ({1: "a"}, "call.v: member name 1 is int"),
        ("\ud800", "call.v: holds a lone surrogate"),
        ({"\udfff": 1}, "holds a lone surrogate"),
        ([0, [math.nan]], "call.v[1][0]: nan is not"),
        ({"a": {"b": [math.inf]}}, "call.v.a.b[0]: inf is not"),
    ],
)
def test_values_without_a_form_are_refused(value: Any, complaint: str) -> None:
    """A value without one JSON form is refused, and the message says where it stands."""
    with pytest.raises(CanonicalError) as caught:
        canonical({"v": value}, name="call")
    assert complaint in str(caught.value)


@pytest.mark.negative
def test_all_complaints_come_at_once() -> None:
    """A value with two mistakes is sent back once, with both."""
    with pytest.raises(CanonicalError, match=r"a\.x: nan.*; a\.y\[0\]: bytes"):
        canonical({"x": math.nan, "y": [b""]}, name="a")


@pytest.mark.negative
def test_depth_is_limited() -> None:
    """Sixty-four levels are accepted, one more is refused, and a bomb of a hundred thousand is harmless."""
    assert canonical(nested(64)) == b"[" * 64 + b"1" + b"]" * 64
    for depth in (65, 100_000):
        with pytest.raises(CanonicalError, match="nested deeper than 64 levels"):
            canonical(nested(depth))


@pytest.mark.negative
def test_a_value_that_holds_itself_is_refused() -> None:
    """A cyclic value ends in an error, not in an endless walk."""
    cycle: list[Any] = []
    cycle.append(cycle)
    with pytest.raises(CanonicalError, match="nested deeper"):
        canonical(cycle)
