"""A run's account: every call pays, exactly at the cap passes, and one more stops."""

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autobiz_kernel import CallError
from autobiz_kernel.bounds import CAP_MAX, Account, Cap, Caps, Usage, charge, settle, time_passed

CAPS = Caps(steps_max=5, tool_calls_max=4, tokens_max=100, cost_micros_max=1_000, wall_ms_max=60_000)
NONE = Usage()


def account(**used: int) -> Account:
    return Account(caps=CAPS, used=Usage(**used))


@pytest.mark.parametrize(
    ("used", "cap"),
    [
        ({"steps": 5}, Cap.STEPS),
        ({"tool_calls": 4}, Cap.TOOL_CALLS),
    ],
)
def test_the_last_unit_is_paid_and_one_more_stops(used: dict[str, int], cap: Cap) -> None:
    """A call that reaches the cap is made, the next one is not, and the account does not move."""
    name, most = next(iter(used.items()))
    last = charge(account(**{name: most - 1}))
    assert (last.cap, getattr(last.account.used, name)) == (None, most)
    over = charge(last.account)
    assert (over.cap, over.account) == (cap, last.account)


@pytest.mark.parametrize(
    ("name", "most", "cap"),
    [("tokens", 100, Cap.TOKENS), ("cost_micros", 1_000, Cap.COST), ("wall_ms", 60_000, Cap.TIME)],
)
def test_what_is_known_only_afterwards_overshoots_by_one_call_at_most(name: str, most: int, cap: Cap) -> None:
    """Exactly at the cap the run goes on; the call that crosses it is the last."""
    at = settle(account(), most=NONE, actual=Usage(**{name: most}))
    assert (at.cap, charge(at.account).cap) == (None, None)
    over = settle(at.account, most=NONE, actual=Usage(**{name: 1}))
    assert (over.cap, charge(over.account).cap) == (cap, cap)


def test_a_call_that_is_denied_has_paid() -> None:
    """The step is taken before anything is judged, and nothing gives it back."""
    now = account()
    for _ in range(4):
        now = charge(now).account
    assert charge(now).cap is Cap.TOOL_CALLS
    assert charge(now, tool_calls=0).cap is None


@given(st.integers(1, 30), st.integers(1, 12), st.integers(0, 2**32))
def test_parallel_branches_share_one_account(tokens_max: int, branches: int, seed: int) -> None:
    """However branches interleave, those that were let through fit under the cap together."""
    rng = random.Random(seed)
    caps = Caps(steps_max=99, tool_calls_max=99, tokens_max=tokens_max, cost_micros_max=99, wall_ms_max=99)
    shared = Account(caps=caps)
    running: list[Usage] = []
    for _ in range(branches):
        if running and rng.random() < 0.4:
            most = running.pop(rng.randrange(len(running)))
            shared = settle(shared, most=most, actual=Usage(tokens=rng.randint(0, most.tokens))).account
        most = Usage(tokens=rng.randint(1, 10))
        answer = charge(shared, most=most)
        shared = answer.account
        if answer.cap is None:
            running.append(most)
        else:
            assert shared.used.tokens + shared.set_aside.tokens + most.tokens > tokens_max
    for most in running:
        shared = settle(shared, most=most, actual=most).account
    assert shared.used.tokens <= tokens_max
    assert shared.set_aside == NONE


def test_of_two_branches_one_gets_the_last_unit() -> None:
    """The second to ask finds nothing left, although the first has not used it yet."""
    first = charge(account(tool_calls=2), most=Usage(tokens=100))
    second = charge(first.account, most=Usage(tokens=1))
    assert (first.cap, second.cap) == (None, Cap.TOKENS)
    returned = settle(first.account, most=Usage(tokens=100), actual=Usage(tokens=99))
    assert charge(returned.account, most=Usage(tokens=1)).cap is None


def test_a_resumed_run_goes_on_with_its_account() -> None:
    """Written down and read back, the account refuses what it would have refused before."""
    stored = charge(charge(account(steps=2)).account, most=Usage(tokens=60)).account
    again = Account(
        caps=CAPS,
        used=Usage(steps=stored.used.steps, tool_calls=stored.used.tool_calls),
        set_aside=Usage(tokens=stored.set_aside.tokens),
    )
    assert again == stored
    assert charge(again, most=Usage(tokens=41)).cap is Cap.TOKENS
    assert charge(charge(again).account).cap is Cap.STEPS


@given(st.lists(st.integers(-10_000, 10_000), max_size=20))
def test_a_clock_that_jumps_back_gives_no_time(jumps: list[int]) -> None:
    """Time in the account never shrinks, and only steps forward are counted."""
    now, clock, counted = account(), 0, 0
    for jump in jumps:
        before = now.used.wall_ms
        now = time_passed(now, from_ms=clock, to_ms=clock + jump).account
        counted += max(0, jump)
        assert now.used.wall_ms >= before
        clock += jump
    assert now.used.wall_ms == counted


@pytest.mark.negative
def test_giving_back_twice_is_refused() -> None:
    """What was set aside is given back once."""
    most = Usage(tokens=10)
    once = settle(charge(account(), most=most).account, most=most, actual=NONE)
    with pytest.raises(CallError, match="settle each call once"):
        settle(once.account, most=most, actual=NONE)


@pytest.mark.negative
@pytest.mark.parametrize("value", [0, -1, CAP_MAX + 1, 1.5, True, None])
def test_there_is_no_cap_of_nothing_and_none_without_end(value: Any) -> None:
    """Caps are whole numbers from one to a largest; all that are wrong are told."""
    given = dict.fromkeys(
        ("steps_max", "tool_calls_max", "tokens_max", "cost_micros_max", "wall_ms_max"), value
    )
    with pytest.raises(CallError, match=r"steps_max is .*wall_ms_max is") as caught:
        Caps(**given)
    assert "from 1 to" in str(caught.value)


@pytest.mark.negative
@pytest.mark.parametrize("value", [-1, 0.5, True, 2**60])
def test_usage_is_never_negative_nor_broken(value: Any) -> None:
    """An amount below nothing would give a run more than it has."""
    with pytest.raises(CallError, match="tokens is"):
        Usage(tokens=value)
