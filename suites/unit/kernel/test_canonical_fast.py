"""The fast way to the canonical form, against the reference library."""

import json
import math
from enum import IntEnum, StrEnum
from typing import Any, NamedTuple
from uuid import UUID

import orjson
import pytest
import rfc8785
from hypothesis import example, given, settings
from hypothesis import strategies as st

from autobiz_kernel import INTEGER_MAX, CanonicalError, canonical
from autobiz_kernel.canonical import VALUES_MAX, canonical_of_json

names = st.text(max_size=6) | st.text(
    alphabet='\x00\x1f "\\/<é\u2028\ud7ff\ue000\ufb33\U0001f600ab0', max_size=4
)
exact = st.integers(-INTEGER_MAX, INTEGER_MAX)
fractions = st.floats(-float(INTEGER_MAX), float(INTEGER_MAX)) | st.sampled_from(
    [-0.0, 0.0, 1.0, 1e-7, 5e-324, 1e15, 0.1, 1e-6, 123456789.125, float(INTEGER_MAX)]
)
plain_scalars = st.none() | st.booleans() | exact | st.text(max_size=8)
shapes = st.recursive(
    plain_scalars | fractions,
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.dictionaries(names, inner, max_size=5)
        | st.lists(inner, max_size=3).map(tuple)
    ),
    max_leaves=20,
)
plain_shapes = st.recursive(
    plain_scalars,
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.dictionaries(st.text(st.characters(max_codepoint=127), max_size=6), inner, max_size=5)
    ),
    max_leaves=20,
)


class Label(str):
    __slots__ = ()


class Grade(StrEnum):
    A = "a"


class Level(IntEnum):
    ONE = 1


class Pair(NamedTuple):
    left: int
    right: int


class Bag(dict[str, int]):
    pass


def shared(depth: int, width: int = 2) -> list[Any]:
    """A small value that unfolds to width ** depth parts."""
    value: list[Any] = []
    for _ in range(depth):
        value = [value] * width
    return value


@pytest.mark.adversarial(84)
@settings(max_examples=150)
@given(shapes)
@example({"\ufb33": 1, "\U0001f600": 2, "a": 3})
@example({"b": 1.0, "a": -0.0})
@example([True, 1, 1.0, False, 0])
def test_every_shape_is_written_as_the_reference_writes_it(value: Any) -> None:
    """Byte for byte, whatever the value holds."""
    assert canonical(value) == rfc8785.dumps(value)


@settings(max_examples=100)
@given(plain_shapes)
@example({"\x7f": "\x7f\x00\x1f\u2028\u2029\ud7ff\U0010ffff", "": ""})
def test_plain_values_are_written_as_the_reference_writes_them(value: Any) -> None:
    """Byte for byte on the values for which the fast writer was made."""
    assert canonical(value) == rfc8785.dumps(value)


@settings(max_examples=150)
@given(shapes)
@example(1.5)
@example(-1e-7)
@example({"a": {"b": [0, 1.0]}})
@example({"a": '":1.5', "b": ",2e3", "c": "[-4.0", "d": "autobiz:3e15"})
@example({"\ufb33": 1, "\U0001f600": 2, "a": 3})
def test_what_was_read_from_json_is_written_alike_unseen(value: Any) -> None:
    """The writer that does not look at each part writes what the other one does, numbers included."""
    read = json.loads(json.dumps(value))
    assert canonical_of_json(read) == canonical(read) == rfc8785.dumps(read)


@pytest.mark.negative
@pytest.mark.parametrize("value", [2**53, [1e16], {"a": -(2**60)}, {"a": [1, 1e300]}])
def test_numbers_that_json_cannot_carry_are_refused_unseen(value: Any) -> None:
    """A number beyond what is exact is refused, however it was read."""
    with pytest.raises(CanonicalError, match="JSON numbers lose units"):
        canonical_of_json(value)


@pytest.mark.parametrize("code", [*range(0x80), 0x2028, 0x2029, 0xD7FF, 0xE000, 0xFFFF, 0x1F600])
def test_every_special_character_is_written_alike(code: int) -> None:
    """Control characters, separators and the edges of the planes have one form, as value and as name."""
    text = chr(code)
    for value in (text, {text: text}, [f"a{text}b"]):
        assert canonical(value) == rfc8785.dumps(value)
        assert json.loads(canonical(value)) == value


@settings(max_examples=30)
@given(plain_shapes, st.randoms(use_true_random=False))
def test_the_order_of_members_does_not_matter(value: Any, rng: Any) -> None:
    """A value whose members were written in another order has the same form."""
    members = [(str(index), value) for index in range(4)]
    rng.shuffle(members)
    assert canonical(dict(members)) == canonical(dict(sorted(members)))


def test_a_repeated_member_counts_as_its_last_value() -> None:
    """What a parser makes of a name written twice is one member, and its form is the form of that."""
    assert canonical(json.loads('{"a":1,"b":2,"a":3}')) == b'{"a":3,"b":2}'


@pytest.mark.parametrize(
    ("left", "right"), [(True, 1), (False, 0), ("1", 1), (None, "null"), (0.5, "0.5"), ([], {})]
)
def test_values_of_two_kinds_never_share_a_form(left: Any, right: Any) -> None:
    """What Python calls equal, or prints alike, is told apart."""
    assert canonical(left) != canonical(right)


def test_the_same_number_has_one_form() -> None:
    """One as an integer and one as a float are one JSON number."""
    assert canonical({"n": 1}) == canonical({"n": 1.0}) == b'{"n":1}'
    assert canonical({"n": 0}) == canonical({"n": -0.0}) == b'{"n":0}'


@pytest.mark.negative
@pytest.mark.parametrize(
    "value",
    [
        Label("x"), Grade.A, Level.ONE, Pair(1, 2), Bag(a=1), {Label("k"): 1}, {Grade.A: 1},
        UUID(int=1), orjson.Fragment(b"1"), bytearray(b"x"), frozenset({1}), range(3), object(), 1e21, -1e16,
        2**53, -(2**64), 10**400, math.nan, math.inf, "\ud800", "ok\udfff", {"k\udc00": 1}, {1: 1}, {None: 1},
        {True: 1}, {"é\udfff": 1.5}, [[["\udead", 2**60]]],
    ],
    ids=lambda value: type(value).__name__,
)  # fmt: skip
def test_what_the_fast_writer_would_take_and_we_refuse_is_refused(value: Any) -> None:
    """Subclasses, other types, big numbers and broken text are refused at every place, on either way."""
    for place in (value, [value], {"a": {"b": [1, value]}}, {"f": 0.5, "v": value}, {"é": value}):
        with pytest.raises(CanonicalError):
            canonical(place)


@pytest.mark.negative
@pytest.mark.parametrize("width", [2, 10, 1000])
def test_a_value_that_unfolds_without_end_is_refused(width: int) -> None:
    """A small value that shares its parts with itself is counted before it is written."""
    with pytest.raises(CanonicalError, match=f"bomb: holds more than {VALUES_MAX:,} values"):
        canonical(shared(60, width), name="bomb")


def test_as_many_values_as_are_allowed_are_written() -> None:
    """The last value allowed is written, and the one after it is one too many."""
    whole = [0] * VALUES_MAX
    assert canonical(whole).count(b"0") == VALUES_MAX
    with pytest.raises(CanonicalError, match="holds more than"):
        canonical([*whole, 0])


@pytest.mark.negative
def test_a_thousand_mistakes_are_told_in_a_few() -> None:
    """A value that is wrong everywhere does not make a message without end."""
    with pytest.raises(CanonicalError) as caught:
        canonical([math.nan] * 1000)
    assert str(caught.value).count("nan is not a JSON number") == 20
