"""JSON that somebody else wrote, read strictly."""

from decimal import Decimal

import pytest

from autobiz_kernel.transport import Answer, ErrorClass, UnheardError, json_object, text, whole


def answer(body: bytes, kind: str = "application/json") -> Answer:
    return Answer(status=200, headers={"content-type": kind}, body=body)


@pytest.mark.parametrize(
    ("body", "kind", "found"),
    [
        (b'{"a":1}', "application/json", {"a": 1}),
        (b'{"a":1}', "Application/JSON; charset=utf-8", {"a": 1}),
        (b'{"a":1}', "application/problem+json", {"a": 1}),
        (b'\xef\xbb\xbf{"a":1}', "application/json", {"a": 1}),
        ('{"a":"\u20ac\U0001f600"}'.encode(), "application/json", {"a": "\u20ac\U0001f600"}),
        (b'{"a":19.99}', "application/json", {"a": Decimal("19.99")}),
        (b'{"a":"' + b"[" * 500 + b'\\""}', "application/json", {"a": "[" * 500 + '"'}),
    ],
)
def test_an_object_is_read_exactly(body: bytes, kind: str, found: object) -> None:
    """Types with parameters, a mark of byte order, any text, and numbers as they were written."""
    assert json_object(answer(body, kind), where="x") == found


@pytest.mark.negative
@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"<html>", "text/html"),
        (b'{"a":1}', ""),
        (b'{"a":1}', "text/plain"),
        (b"", "application/json"),
        (b'{"a":1', "application/json"),
        (b'{"a":1}{', "application/json"),
        (b'{"a":NaN}', "application/json"),
        (b'{"a":-Infinity}', "application/json"),
        (b'{"a":1,"a":2}', "application/json"),
        (b'{"b":{"a":1,"a":2}}', "application/json"),
        (b'{"a":"\xc4\xf6"}', "application/json"),
        (b'{"a":' + b"[" * 90_000 + b"]" * 90_000 + b"}", "application/json"),
        (b'["a"]', "application/json"),
        (b'"a"', "application/json"),
        (b"null", "application/json"),
    ],
)
def test_what_could_mean_two_things_means_nothing(body: bytes, kind: str) -> None:
    """Anything but one whole, unambiguous object leaves open what happened, and its text is not repeated."""
    with pytest.raises(UnheardError) as caught:
        json_object(answer(body, kind), where="stripe POST /v1/refunds")
    assert caught.value.error_class is ErrorClass.INTERNAL
    assert str(caught.value).startswith("stripe POST /v1/refunds: status 200, ")
    assert len(str(caught.value)) < 150


@pytest.mark.negative
@pytest.mark.parametrize("value", [True, 1.0, Decimal(1), "1", None, [1]])
def test_a_whole_number_is_nothing_else(value: object) -> None:
    """A truth value, a fraction and a text are no whole number."""
    assert whole(2**53, where="x") == 2**53
    with pytest.raises(UnheardError, match="not a whole number"):
        whole(value, where="x")


@pytest.mark.negative
@pytest.mark.parametrize("value", ["", None, 1, ["a"]])
def test_an_id_is_a_text(value: object) -> None:
    """Nothing, a number and a list are no id."""
    assert text("0012", where="x") == "0012"
    with pytest.raises(UnheardError, match="not a text"):
        text(value, where="x")
