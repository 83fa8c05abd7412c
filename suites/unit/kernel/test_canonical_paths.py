"""The fast writer of canonical JSON and the reference write the very same bytes."""

import json
from typing import Any

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from autobiz_kernel import INTEGER_MAX, canonical

pytestmark = [pytest.mark.requirement("P1-R06"), pytest.mark.test_id("P1-H07")]

numbers = st.integers(-INTEGER_MAX, INTEGER_MAX) | st.floats(-1e15, 1e15)
texts = (
    st.text()
    | st.text(st.characters(max_codepoint=0x7F))
    | st.sampled_from(["\u2028", "\x7f", "\0", "</", "\\"])
)
values = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=14,
)


@settings(max_examples=600)
@given(values)
def test_both_writers_agree(value: Any) -> None:
    """Whatever the value, and whichever writer it takes, the bytes are those of the reference."""
    assert canonical(value) == rfc8785.dumps(value)


@pytest.mark.parametrize("code", [*range(0x80), 0x2028, 0x2029, 0xD7FF, 0xE000, 0xFFFF, 0x1F600])
def test_every_special_character_is_written_alike(code: int) -> None:
    """Control characters, separators and the edges of the planes have one form, as value and as name."""
    text = chr(code)
    for value in (text, {text: text}, [f"a{text}b"]):
        assert canonical(value) == rfc8785.dumps(value)
        assert json.loads(canonical(value)) == value


@pytest.mark.parametrize("names", [["\ue000", "\U0001f600"], ["b", "a", "B", "_", "1"], ["é", "z"]])
def test_names_are_in_the_reference_order(names: list[str]) -> None:
    """Names are sorted by UTF-16 units, which is not the order of code points beyond ASCII."""
    value = dict.fromkeys(names, 1)
    assert canonical(value) == rfc8785.dumps(value)
