"""Versioned state patches: they apply as a whole or not at all, and a replay reaches the same hash."""

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autobiz_kernel.patching import (
    OPERATIONS_MAX,
    Op,
    Operation,
    PatchError,
    StateConflictError,
    apply_patch,
    first_state,
    next_state,
    patch_between,
    patch_of_json,
    same,
    state_hash,
)

states = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.floats(-9, 9) | st.text("ab/~", max_size=3),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text("ab/~0", max_size=3), inner, max_size=4)
    ),
    max_leaves=12,
)

STATE: dict[str, Any] = {"order": {"id": "o-1", "lines": [{"sku": "a"}, {"sku": "b"}]}, "a/b": {"~": None}}


def patched(state: Any, *steps: dict[str, Any]) -> Any:
    return apply_patch(state, patch_of_json(list(steps)))


@settings(max_examples=150)
@given(states, states)
def test_the_patch_between_two_states_leads_from_one_to_the_other(old: Any, new: Any) -> None:
    """Whatever the states, the patch applies, and the result has the new state's hash."""
    patch = patch_between(old, new)
    assert state_hash(apply_patch(old, patch)) == state_hash(new)
    assert patch_of_json([step.as_json() for step in patch]) == patch


@given(states)
def test_equal_states_need_no_patch(state: Any) -> None:
    """Nothing is changed where nothing differs."""
    assert patch_between(state, copy.deepcopy(state)) == ()


@settings(max_examples=60)
@given(st.lists(states, min_size=1, max_size=5))
def test_a_replay_of_the_patches_reaches_the_same_hash(history: list[Any]) -> None:
    """From the first state and the stored patches alone, every version comes out as it was."""
    live = [first_state(history[0])]
    patches = []
    for state in history[1:]:
        patches.append([step.as_json() for step in patch_between(live[-1].state, state)])
        live.append(next_state(live[-1], patch_of_json(patches[-1]), expected=live[-1].version))
    replayed = first_state(history[0])
    for written in patches:
        replayed = next_state(replayed, patch_of_json(written), expected=replayed.version)
    assert (replayed.version, replayed.hash) == (len(history) - 1, live[-1].hash)


@given(states, states)
def test_the_state_that_is_patched_is_never_changed(old: Any, new: Any) -> None:
    """A patch makes a new state, which shares nothing with the old one nor with the patch."""
    before = copy.deepcopy(old)
    patch = patch_between(old, new)
    kept = copy.deepcopy(patch)
    changed = apply_patch(old, patch)
    if isinstance(changed, dict):
        changed["scribble"] = 1
        for value in changed.values():
            if isinstance(value, list):
                value.append("scribble")
    assert (old, patch) == (before, kept)


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ([{"op": "add", "path": "/order/lines/-", "value": 1}], ["a", "b", 1]),
        ([{"op": "add", "path": "/order/lines/0", "value": 1}], [1, "a", "b"]),
        ([{"op": "add", "path": "/order/lines/2", "value": 1}], ["a", "b", 1]),
        ([{"op": "remove", "path": "/order/lines/0"}], ["b"]),
        ([{"op": "move", "path": "/order/lines/0", "from": "/order/lines/1"}], ["b", "a"]),
        ([{"op": "copy", "path": "/order/lines/-", "from": "/order/id"}], ["a", "b", "o-1"]),
        ([{"op": "replace", "path": "/order/lines/1", "value": None}], ["a", None]),
        (
            [
                {"op": "test", "path": "/a~1b/~0", "value": None},
                {"op": "replace", "path": "/a~1b/~0", "value": 1},
            ],
            ["a", "b"],
        ),
    ],
)
def test_each_operation_does_what_the_rfc_says(steps: list[dict[str, Any]], expected: list[Any]) -> None:
    """Adding shifts, `-` appends, moving takes away, and tildes and slashes are escaped."""
    lines = patched(STATE, *steps)["order"]["lines"]
    assert [line.get("sku") if isinstance(line, dict) else line for line in lines] == expected


@pytest.mark.negative
@pytest.mark.parametrize(
    ("step", "says"),
    [
        ({"op": "remove", "path": "/order/none"}, "there is no member 'none'"),
        ({"op": "replace", "path": "/none", "value": 1}, "there is no member 'none'"),
        ({"op": "add", "path": "/none/below", "value": 1}, "there is no member 'none'"),
        ({"op": "add", "path": "/order/id/x", "value": 1}, "nothing below a str"),
        ({"op": "add", "path": "/order/lines/3", "value": 1}, "index 3 is beyond the end"),
        ({"op": "remove", "path": "/order/lines/2"}, "index 2 is beyond the end"),
        ({"op": "remove", "path": "/order/lines/-"}, "'-' is no index"),
        ({"op": "replace", "path": "/order/lines/01", "value": 1}, "'01' is no index"),
        ({"op": "replace", "path": "/order/lines/-1", "value": 1}, "'-1' is no index"),
        ({"op": "replace", "path": "/order/lines/\u0661", "value": 1}, "is no index"),
        ({"op": "replace", "path": "/order/lines/" + "9" * 5000, "value": 1}, "is beyond the end"),
        ({"op": "add", "path": "order", "value": 1}, "is no pointer"),
        ({"op": "add", "path": "/a~2", "value": 1}, "bare '~'"),
        ({"op": "remove", "path": ""}, "cannot be removed"),
        ({"op": "test", "path": "/order/id", "value": "o-2"}, "another value is there"),
        ({"op": "move", "path": "/order/lines", "from": "/order"}, "into itself"),
        ({"op": "copy", "path": "/x", "from": "/none"}, "there is no member"),
    ],
)
def test_what_does_not_apply_is_refused_with_its_place(step: dict[str, Any], says: str) -> None:
    """The refusal names operation and path, and nothing of the patch is done."""
    before = copy.deepcopy(STATE)
    with pytest.raises(PatchError, match="operation 1") as caught:
        patched(STATE, {"op": "add", "path": "/new", "value": 1}, step)
    assert says in str(caught.value)
    assert before == STATE


@pytest.mark.negative
def test_an_unreadable_patch_is_refused_with_all_its_mistakes() -> None:
    """Every operation that cannot be read is told at once."""
    wrong: list[Any] = [
        {"op": "increment", "path": "/a", "value": 1},
        {"op": "add", "path": "/a"},
        {"op": "remove", "path": "/a", "value": 1},
        {"op": "move", "path": "/a", "value": 1},
        {"op": "add", "path": 1, "value": 1},
        {"op": ["add"], "path": "/a", "value": 1},
        "add",
    ]
    with pytest.raises(PatchError) as caught:
        patch_of_json(wrong)
    assert [f"operation {index}:" in str(caught.value) for index in range(len(wrong))] == [True] * len(wrong)
    with pytest.raises(PatchError, match="no list of operations"):
        patch_of_json({"op": "add"})


@pytest.mark.negative
def test_of_two_writers_of_one_version_one_conflicts() -> None:
    """A patch against a version that has passed is refused, also when it would still apply."""
    first = first_state({"paid": False})
    patch = patch_of_json([{"op": "replace", "path": "/paid", "value": True}])
    second = next_state(first, patch, expected=0)
    assert (second.version, second.state) == (1, {"paid": True})
    for expected in (0, 2, -1):
        with pytest.raises(StateConflictError, match=f"against version {expected}, the state is at 1"):
            next_state(second, patch, expected=expected)


@pytest.mark.negative
def test_a_small_patch_cannot_unfold_without_end() -> None:
    """Copies of copies, bottomless values and patches of too many operations are refused."""
    doubling = [Operation(op=Op.COPY, path=f"/x{index}", source="") for index in range(40)]
    with pytest.raises(PatchError, match="holds more than"):
        apply_patch({"a": 1}, doubling)
    deep: Any = 1
    for _ in range(5_000):
        deep = [deep]
    with pytest.raises(PatchError, match="levels"):
        apply_patch({}, [Operation(op=Op.ADD, path="/a", value=deep)])
    with pytest.raises(PatchError, match=f"{OPERATIONS_MAX} at most"):
        apply_patch({}, [Operation(op=Op.ADD, path="/a", value=1)] * (OPERATIONS_MAX + 1))


@pytest.mark.parametrize(
    ("left", "right", "answer"),
    [
        (1, 1.0, True), (True, 1, False), (False, 0, False), (None, False, False), ([True], [1], False),
        ({"a": 1}, {"a": 1.0}, True), ({"a": 1}, {"a": 1, "b": None}, False), ((1, 2), [1, 2], True),
        ("1", 1, False), ([1], [1, 1], False),
    ],
)  # fmt: skip
def test_values_are_compared_as_json(left: Any, right: Any, answer: bool) -> None:
    """One is one however it is written, and yes is not one."""
    assert same(left, right) is answer
    assert (state_hash({"v": left}) == state_hash({"v": right})) is answer
