"""Circles in a run's history: found at the turn that is one too many, and nowhere else."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autobiz_kernel import CallError
from autobiz_kernel.loop_detection import Command, Loop, LoopConfig, command, find_loop

CONFIG = LoopConfig(turns_max=3, length_max=4)


def first_loop(letters: str, config: LoopConfig = CONFIG) -> tuple[int, Loop] | None:
    """Play a history in which each letter is a call, and say at which call a loop is seen."""
    history: list[Command] = []
    for index, letter in enumerate(letters):
        asked = command(f"tool-{letter}", {"is": letter}, config)
        loop = find_loop(history[-config.history_max :], asked, config)
        if loop is not None:
            return index, loop
        history.append(asked)
    return None


@pytest.mark.negative
@pytest.mark.parametrize(
    ("letters", "at", "length"),
    [
        ("aaaa", 3, 1),
        ("xyaaaa", 5, 1),
        ("abababab", 7, 2),
        ("abcabcabcabc", 11, 3),
        ("abcdabcdabcdabcd", 15, 4),
        ("zabcabcabcabc", 12, 3),
        ("aabaabaabaab", 11, 3),
    ],
)
def test_a_cycle_is_seen_at_the_turn_that_is_too_many(letters: str, at: int, length: int) -> None:
    """Three turns pass, the call that completes the fourth is a loop of that length."""
    assert first_loop(letters) == (at, Loop(length=length, turns=4))
    assert first_loop(letters[:-1]) is None


@pytest.mark.parametrize(
    "letters",
    ["aaa", "aaabaaabaaab", "abcdefgh", "abababcababab", "abcdeabcdeabcdeabcde", "aabbccddaabbccdd"],
)
def test_what_only_looks_like_a_cycle_passes(letters: str) -> None:
    """Three turns, cycles that are broken off, and those longer than the limit are no loops."""
    assert first_loop(letters) is None


@given(st.text("abc", max_size=40))
def test_a_loop_is_seen_if_and_only_if_the_end_repeats(letters: str) -> None:
    """The answer is that of the plain definition, for every short history."""

    def is_loop(end: str) -> bool:
        return any(
            len(end) >= 4 * length and end[-4 * length :] == end[-length:] * 4 for length in range(1, 5)
        )

    expected = next((index for index in range(len(letters)) if is_loop(letters[: index + 1])), None)
    found = first_loop(letters)
    assert (None if found is None else found[0]) == expected


def test_the_same_tool_with_other_arguments_is_no_loop() -> None:
    """Pages of a list are asked for one by one."""
    history: list[Command] = []
    for page in range(50):
        asked = command("orders.list", {"page": page}, CONFIG)
        assert find_loop(history, asked, CONFIG) is None
        history.append(asked)


@pytest.mark.adversarial(53)
@pytest.mark.negative
def test_a_nonce_does_not_hide_a_loop() -> None:
    """Arguments that differ only at ignored places are the same call, at any depth."""
    config = LoopConfig(ignored=("/nonce", "/items/*/request_id", "/meta/a~1b"))
    history: list[Command] = []
    for index in range(3):
        varied: dict[str, Any] = {
            "id": 1,
            "nonce": index,
            "items": [{"sku": "a", "request_id": index}],
            "meta": {"a/b": index},
        }
        asked = command("t", varied, config)
        assert find_loop(history, asked, config) is None
        history.append(asked)
    arguments: dict[str, Any] = {
        "nonce": "x",
        "meta": {},
        "items": [{"sku": "a", "request_id": None}],
        "id": 1,
    }
    assert find_loop(history, command("t", arguments, config), config) == Loop(length=1, turns=4)
    other: dict[str, Any] = {**arguments, "items": [{"sku": "b", "request_id": 1}]}
    assert find_loop(history, command("t", other, config), config) is None


@pytest.mark.adversarial(54)
def test_polling_passes_as_often_as_it_is_allowed() -> None:
    """A tool that is asked until something is ready has a number of its own."""
    config = LoopConfig(polling={"tool-p": 10, "tool-q": 10})
    assert first_loop("p" * 10, config) is None
    assert first_loop("p" * 11, config) == (10, Loop(length=1, turns=11))
    assert first_loop("pq" * 8, config) is None
    assert first_loop("pa" * 4, config) == (7, Loop(length=2, turns=4))


@given(
    st.dictionaries(st.text("ab", max_size=2), st.integers(0, 2), max_size=4),
    st.randoms(use_true_random=False),
)
def test_the_order_of_arguments_does_not_matter(arguments: dict[str, int], rng: Any) -> None:
    """A call is the same however its arguments were written, and another for another tool."""
    members = list(arguments.items())
    rng.shuffle(members)
    assert command("t", dict(members), CONFIG) == command("t", arguments, CONFIG)
    assert command("t", arguments, CONFIG).digest != command("u", arguments, CONFIG).digest


@pytest.mark.negative
def test_limits_below_one_are_refused() -> None:
    """A loop detector that ends every run, or none, is a mistake; all mistakes are told."""
    with pytest.raises(CallError) as caught:
        LoopConfig(turns_max=0, length_max=-1, ignored=("nonce",), polling={"p": 0})
    for said in ("turns_max is 0", "length_max is -1", "'nonce' does not begin", "polling of p is 0"):
        assert said in str(caught.value)


def test_a_loop_says_what_it_is() -> None:
    """The sentence names length and turns."""
    assert str(Loop(length=1, turns=4)) == "a cycle of 1 call came 4 times in a row"
    assert str(Loop(length=3, turns=4)) == "a cycle of 3 calls came 4 times in a row"
