"""What may be stored of a value: allowed fields, and of those only the harmless ones."""

import base64
import json
import math
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autobiz_kernel import Hit, Kind, Redactor, canonical
from autobiz_kernel.redaction import allowed, scan

from .commerce import fields_in, payloads
from .sensitive import CREDENTIALS, OTHERS, sensitive, shapes

values = st.recursive(
    st.none() | st.booleans() | st.integers(-1000, 1000) | st.text("abc /*~é", max_size=6),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text("abc/*~", max_size=4), inner, max_size=4)
    ),
    max_leaves=12,
)


def a_secret(kind: str = "stripe live", seed: int = 3) -> str:
    return (CREDENTIALS | OTHERS)[kind](random.Random(seed))


@pytest.mark.adversarial(116)
@pytest.mark.negative
@pytest.mark.parametrize("seed", [1, 2])
def test_no_sensitive_data_is_stored_even_when_everything_is_allowed(seed: int) -> None:
    """A slice of the corpus: whatever the shape, the field is gone and an alarm says so."""
    assert len(shapes()) >= 40
    for piece in sensitive(seed=seed, count=300):
        done = Redactor().clean({"ok": "shipped", "it": piece.wrapped})
        assert done.hits, piece.shape
        stored = canonical(done.value).decode()
        whole = json.loads(canonical({"it": piece.wrapped}))
        assert json.loads(stored) != {"ok": "shipped", **whole}, piece.shape
        assert isinstance(done.value, dict)
        assert done.value["ok"] == "shipped"


def test_ordinary_payloads_are_stored_as_they_are() -> None:
    """A slice of the corpus: at most one field in two hundred is stopped without need."""
    fields = stopped = 0
    for payload in payloads(seed=3, count=300):
        done = Redactor().clean(payload)
        fields += fields_in(payload)
        stopped += len(done.hits)
        if not done.hits:
            assert done.value == payload
    assert stopped <= 0.005 * fields


@pytest.mark.negative
def test_an_alarm_never_holds_the_thing() -> None:
    """Place and kind are told; the value is in neither, also when it was the name of a member."""
    secret = a_secret()
    done = Redactor().clean({"a": [{secret: 1}], "b/c": {"d": secret}})
    assert done.hits == (
        Hit(where="/a/0/*", kind=Kind.STRIPE),
        Hit(where="/b~1c/d", kind=Kind.STRIPE),
    )
    assert done.value == {"a": [{}], "b/c": {}}


def test_only_what_a_schema_names_is_allowed() -> None:
    """Members that the schema does not name are left out at every depth; a free object stays whole."""
    line = {"type": "object", "properties": {"sku": {}}}
    schema = {"properties": {"id": {}, "lines": {"items": line}, "free": {"type": "object"}}}
    value: dict[str, Any] = {
        "id": "o-1",
        "lines": [{"sku": "a", "cost": 3}, {"sku": "b", "cost": 4}, 7],
        "free": {"net": 1},
        "customer": {"name": "Zoe"},
    }
    kept = {"id": "o-1", "lines": [{"sku": "a"}, {"sku": "b"}, 7], "free": {"net": 1}}
    assert allowed(value, schema) == kept
    assert allowed(value, {"additionalProperties": False}) == {}


@given(values)
def test_what_is_harmless_is_kept_as_it_is(value: Any) -> None:
    """A value without anything that is looked for comes out equal."""
    assert Redactor().clean(value).value == value


@pytest.mark.negative
@pytest.mark.parametrize("value", [b"bytes", {1, 2}, object()], ids=lambda value: type(value).__name__)
def test_what_cannot_be_looked_at_is_not_stored(value: Any) -> None:
    """Values of other types are stopped, and so are text without end, broken text and bottomless nesting."""
    assert Redactor().clean({"v": value}).value == {}
    assert scan("x" * 300_000) == (Kind.OPAQUE,)
    assert scan("broken \ud800 text") == (Kind.OPAQUE,)
    nested: Any = "deep"
    for _ in range(100):
        nested = [nested]
    assert [alarm.kind for alarm in Redactor().clean(nested).hits] == [Kind.OPAQUE]


@pytest.mark.negative
def test_a_name_tells_when_the_value_does_not() -> None:
    """Under a telling name any value is stopped, except nothing at all and yes or no."""
    value: dict[str, Any] = {
        "api_key": "0" * 32,
        "customerPhone": "0171 1234567",
        "x-shopify-access-token": ["abc"],
        "PASSWORD": 12345,
        "cvc": "123",
        "password_required": True,
        "secret": None,
        "headphone": "black",
        "email": "none given",
    }
    done = Redactor().clean(value)
    assert done.value == {
        "password_required": True,
        "secret": None,
        "headphone": "black",
        "email": "none given",
    }
    assert [alarm.kind for alarm in done.hits] == [
        Kind.NAMED, Kind.PHONE, Kind.NAMED, Kind.NAMED, Kind.CARD
    ]  # fmt: skip


@pytest.mark.negative
@pytest.mark.parametrize("number", [4111111111111111, 4111111111111111.0, 5555555555554444, 378282246310005])
def test_cards_are_found_as_numbers_too(number: float) -> None:
    """A card that is no text is no less a card."""
    assert [alarm.kind for alarm in Redactor().clean([number]).hits] == [Kind.CARD]


@pytest.mark.adversarial(116)
@pytest.mark.parametrize(
    "text",
    [
        "4111 1111 1111 1112", "1234567890123456", "9400111899223197428490", "4111-1111-1111",
        "DE89 3704 0044 0532 0130 01", "ZZ89370400440532013000", "v1.2.3", "a@b", "logo@2x.png",
        "task-management-planner-notebook-2024", "basic cotton-shirts", "bearer of good news 2024",
        "550e8400-e29b-41d4-a716-446655440000",
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "2026-11-21T13:28:26.123456+00:00", "000-12-3456", "900-12-3456", "password required",
        "https://example.com/a:b@c", "ask-for-help-with-your-order-1234567", "%41%42", "&amp; more",
        "gid://shopify/OrderTransaction/6237915906371", "gid://shopify/ReturnableFulfillment/7191062384451",
    ],
)  # fmt: skip
def test_what_only_looks_alike_is_kept(text: str) -> None:
    """A failing check digit, another length, a slug, a digest, a moment: none of them is sensitive."""
    assert scan(text) == ()


@pytest.mark.adversarial(116)
@pytest.mark.negative
@pytest.mark.parametrize(
    "text",
    ["gid://shopify/Order/4242424242424242", f"gid://shopify/OrderTransaction/{a_secret('shopify admin')}",
     "gid://shopify/aB3dE5fG7hJ9kL2mN4pQ6rS8/1", "gid://shopify/OrderTransaction/7tXq2vB9mK4wZ8rD1nF6"],
)  # fmt: skip
def test_nothing_hides_in_a_global_id(text: str) -> None:
    """A card or a key is found where a shop's global id has its name or its number."""
    assert scan(text)


@pytest.mark.negative
@pytest.mark.parametrize(
    "payload", ["%25" * 20_000, "&amp;" * 12_000, "QUFB" * 16_000, "((((" * 15_000, "4 " * 10_000]
)
def test_texts_that_are_made_to_keep_a_scanner_busy_end(payload: str) -> None:
    """Long repetitions are looked through within the limits, and whatever comes out is an answer."""
    assert isinstance(scan(payload), tuple)


@pytest.mark.negative
def test_wrappings_beyond_the_limit_are_not_stored() -> None:
    """A text of too many layers or too many parts to look into is stopped."""
    parts = " ".join(base64.b64encode(f"layer of text {n}".encode()).decode() for n in range(100))
    assert Kind.OPAQUE in scan(parts)


@pytest.mark.adversarial(116)
@pytest.mark.negative
def test_exceptions_are_stored_only_without_secrets() -> None:
    """A message that names a secret is dropped whole; a harmless one stays."""
    assert Redactor().text("no stock for TEE-BLK-M") == "no stock for TEE-BLK-M"
    assert Redactor().text(f"401 for {a_secret('shopify admin')}").startswith("(left out")


@settings(max_examples=60)
@given(st.text(max_size=200))
def test_any_text_gets_an_answer(text: str) -> None:
    """No text makes the scanner raise."""
    assert isinstance(scan(text), tuple)


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf, 1e308, 10**500, -5, 0.1, True])
def test_any_number_gets_an_answer(number: float) -> None:
    """Numbers that are no card pass, however large or strange."""
    assert Redactor().clean([number]).hits == ()
