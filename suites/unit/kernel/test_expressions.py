"""Expressions that are a name and no more have the value that the language gives, without its being asked."""

from typing import Any

import pytest

from autobiz_kernel.expressions import Failure, Scope

pytestmark = [
    pytest.mark.priority("P0"),
    pytest.mark.requirement("INV-04"),
    pytest.mark.test_id("P1-T16"),
]

VALUES: list[Any] = [
    *("", "text", "zażółć", "\U0001f9fe", "null", "1"),
    *(True, False, None),
    *(0, 1, -1, 2**53, 2**63 - 1, -(2**63), 2**63, -(2**63) - 1, 10**30),
    *(0.0, -0.0, 1.0, 1.5, -2.25e-7, 1e308),
    *([], [1, "a", None], (1, 2), {}, {"a": {"b": [True]}}),
]
TYPES = ("STRING", "INT", "DOUBLE", "BOOL", "NULL", "DYN", "LIST<DYN>", "MAP<STRING, DYN>")


@pytest.mark.parametrize("declared", TYPES)
def test_a_name_alone_has_the_value_that_the_language_gives(declared: str) -> None:
    """Whatever type was declared and whatever it holds, `a.b` is what `(a.b)` is, or fails as that does."""
    scope = Scope({"a.b": declared})
    alone, asked = scope.compile("a.b"), scope.compile("(a.b)")
    for value in VALUES:
        known = {"a": {"b": value}}
        told, wanted = alone.value(known), asked.value(known)
        assert (type(told), repr(told)) == (type(wanted), repr(wanted)), f"{declared}: {value!r}"


def test_a_name_that_is_not_there_is_no_value() -> None:
    """What is missing is told as the language tells it, however far the way to it leads."""
    scope = Scope({"a.b": "STRING"})
    missing: list[dict[str, Any]] = [{}, {"a": {}}, {"a": None}, {"a": "b"}]
    for known in missing:
        told = scope.compile("a.b").value(known)
        assert told == scope.compile("(a.b)").value(known)
        assert told is None or isinstance(told, Failure)
