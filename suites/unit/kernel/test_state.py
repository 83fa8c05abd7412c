"""Merge patches, and states that are built anew from them."""

from dataclasses import replace
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autobiz_kernel import StateError, StateVersion, canonical, change, merged, replayed, state_hash

pytestmark = [pytest.mark.requirement("P1-R08", "INV-06"), pytest.mark.test_id("P1-T14", "P1-T15")]

objects = st.dictionaries(
    st.sampled_from("abc"),
    st.recursive(
        st.none() | st.integers(0, 9) | st.text(max_size=2),
        lambda inner: (
            st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3)
        ),
        max_leaves=6,
    ),
    max_size=3,
)


@pytest.mark.parametrize(
    ("target", "patch", "expected"),
    [
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b"}, {"a": None}, {}),
        ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
        ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
    ],
)
def test_a_patch_does_what_the_standard_says(target: Any, patch: Any, expected: Any) -> None:
    """The cases by which RFC 7386 explains itself come out as it says."""
    assert merged(target, patch) == expected


@given(objects, objects)
def test_a_patch_twice_is_a_patch_once(target: Any, patch: Any) -> None:
    """Applying a patch again changes nothing, and the target itself is never touched."""
    before = canonical(target)
    once = merged(target, patch)
    assert merged(once, patch) == once
    assert canonical(target) == before


def history(*patches: dict[str, Any]) -> tuple[tuple[StateVersion, ...], dict[str, Any]]:
    state: dict[str, Any] = {}
    kept = []
    for number, patch in enumerate(patches):
        state, made = change(state, number, patch)
        kept.append(
            StateVersion(version=number + 1, path=str(number), patch=made.patch, state_hash=made.state_hash)
        )
    return tuple(kept), state


@given(st.lists(objects, max_size=6))
def test_a_state_built_anew_is_the_same(patches: list[Any]) -> None:
    """From its patches a state is built with the same hash, from any number of them."""
    versions, state = history(*patches)
    assert replayed(versions) == (state, state_hash(canonical(state)))


@pytest.mark.negative
def test_a_gap_or_a_change_in_the_history_is_named() -> None:
    """A version that is missing, moved or changed is the one that is named."""
    versions, _ = history({"a": 1}, {"b": 2}, {"c": 3})
    with pytest.raises(StateError, match="version 2 is missing"):
        replayed((versions[0], versions[2]))
    with pytest.raises(StateError, match="version 1 is missing"):
        replayed(versions[1:])
    forged = replace(versions[1], patch=b'{"b":9}')
    with pytest.raises(StateError, match=r"version 2 \(1\): its patch does not lead"):
        replayed((versions[0], forged, versions[2]))


numbers = st.dictionaries(
    st.sampled_from(["a", "b", "é"]),
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers(-3, 3)
        | st.sampled_from([1.0, -0.0, 0.5, 1e-7])
        | st.text(max_size=2),
        lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("ab"), inner, max_size=2),
        max_leaves=5,
    ),
)


@given(st.lists(numbers, max_size=4))
def test_a_state_is_the_one_that_will_be_read(patches: list[Any]) -> None:
    """Whoever made a state knows the same values as whoever reads it from the books: 1.0 is 1 to both."""
    state: dict[str, Any] = {}
    for version, patch in enumerate(patches):
        before = repr(state)
        after, fitted = change(state, version, patch)
        assert repr(state) == before
        assert _exactly(after) == _exactly(orjson.loads(fitted.state))
        assert fitted.state == canonical(after)
        state = after


def _exactly(value: object) -> bytes:
    """A text in which 1 and 1.0 are told apart."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
