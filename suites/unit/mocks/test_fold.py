"""Provider truth: what the fold makes of right requests, and what it says of each wrong one."""

from dataclasses import replace

import pytest

from autobiz_mocks import Served
from autobiz_mocks.truth import (
    Truth,
    fold,
)

from .broken_callers import MUTANTS, REFUND, RIGHT, later, world


def truth_of(*seen: Served) -> Truth:
    return fold(seen, world())


def test_what_is_right_breaks_no_rule() -> None:
    """Every operation once, in an order that makes sense, is as many effects and no violation."""
    truth = truth_of(*RIGHT)
    assert truth.violations == ()
    assert [(each.provider, each.op) for each in truth.effects] == sorted(
        ((each.provider, each.op) for each in RIGHT), key=lambda pair: list(world()).index(pair[0])
    )


def test_repeated_in_time_it_is_the_same() -> None:
    """Whatever a key stands for can be sent again within its day: the effects are the same."""
    keyed = [each for each in RIGHT if each.provider == "stripe" or each.op == "refund_order"]
    repeated = [later(each, hours=23) for each in keyed]
    assert truth_of(*RIGHT, *repeated).effects == truth_of(*RIGHT).effects
    assert truth_of(*RIGHT, *repeated).violations == ()


def test_what_was_not_accepted_did_not_happen() -> None:
    """A request that the provider turned away is no effect and breaks no rule."""
    assert truth_of(*(replace(each, effect="reject") for each in RIGHT)) == Truth(
        effects=(), violations=(), unstubbed=()
    )


@pytest.mark.negative
@pytest.mark.parametrize("name", MUTANTS)
def test_each_mutant_is_flagged(name: str) -> None:
    """A caller that is broken in this way breaks this rule and no other, and the request is named."""
    mutant = MUTANTS[name]
    truth = truth_of(*RIGHT, *mutant.wrong)
    assert truth.rules_broken == tuple(filter(None, (mutant.rule, mutant.also)))
    assert truth.violations[-1].number == len(RIGHT) + len(mutant.wrong) - 1


@pytest.mark.negative
def test_what_the_real_one_would_refuse_is_no_effect() -> None:
    """Where the stand-in was too lenient, truth does not follow it; where the real one would act, it does."""
    above = truth_of(*RIGHT, *MUTANTS["refund above what was captured"].wrong)
    twice = truth_of(*RIGHT, *MUTANTS["refund given twice under two keys"].wrong)
    late = truth_of(*RIGHT, *MUTANTS["retry after a day"].wrong)
    given = [sum(each.amount for each in truth.of("stripe", "refund")) for truth in (above, twice)]
    assert given == [900, 1400]
    assert [each.amount for each in late.of("stripe", "refund")] == [900, 900]


def test_a_stray_request_is_counted() -> None:
    """A request that no stub expects is told by its number."""
    stray = replace(REFUND, provider="", op="", effect="unstubbed")
    assert truth_of(REFUND, stray).unstubbed == (1,)
