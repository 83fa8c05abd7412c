"""Every oracle has worlds in which it passes, fails and cannot tell, and answers accordingly."""

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import autobiz_oracles
from autobiz_oracles import OracleType, Outcome, Verdict

from . import (
    conformance_answers,
    conformance_calls,
    conformance_effects,
    conformance_remains,
    conformance_runs,
    conformance_values,
    conformance_worlds,
)
from .conformance import Conformance, World

pytestmark = [pytest.mark.priority("P0"), pytest.mark.requirement("P1-TR05")]

MODULES = (
    conformance_answers,
    conformance_calls,
    conformance_effects,
    conformance_remains,
    conformance_runs,
    conformance_values,
    conformance_worlds,
)
ALL = tuple(one for module in MODULES for one in module.CONFORMANCE)
FAILS_MIN = 3


def name_of(conformance: Conformance) -> str:
    """The name that the oracle gives itself in its verdicts."""
    return next(iter(conformance.passes.values())).judged_by(conformance.oracle).name


BY_NAME = {name_of(one): one for one in ALL}


def offered() -> dict[str, Callable[..., Verdict]]:
    """Every oracle of the front door: what returns a verdict when it is asked."""
    functions = ((name, getattr(autobiz_oracles, name)) for name in autobiz_oracles.__all__)
    return {
        name: function
        for name, function in functions
        if inspect.isfunction(function)
        and hasattr(function, "__wrapped__")
        and name not in ("listening", "unheard")
    }


def worlds(kind: str) -> list[Any]:
    return [
        pytest.param(BY_NAME[name], world, id=f"{name}-{case}")
        for name in sorted(BY_NAME)
        for case, world in getattr(BY_NAME[name], kind).items()
    ]


def test_every_oracle_has_its_worlds() -> None:
    """Each oracle has a world to pass, three to fail and one that leaves it without an answer."""
    lacking = sorted(offered().keys() - BY_NAME.keys())
    poor = [
        name
        for name, one in BY_NAME.items()
        if len(one.passes) < 1 or len(one.fails) < FAILS_MIN or len(one.unknown) < 1
    ]
    assert (lacking, poor, sorted(BY_NAME.keys() - offered().keys())) == ([], [], [])


def test_every_type_has_an_oracle() -> None:
    """All kinds of question can be asked."""
    told = {next(iter(one.passes.values())).judged_by(one.oracle).type for one in ALL}
    assert told == set(OracleType)


@pytest.mark.parametrize(("conformance", "world"), worlds("passes"))
def test_passes_where_it_must(conformance: Conformance, world: World) -> None:
    """In a world that is as it should be the oracle passes."""
    verdict = world.judged_by(conformance.oracle)
    assert verdict.outcome is Outcome.PASS, verdict


@pytest.mark.negative
@pytest.mark.parametrize(("conformance", "world"), worlds("fails"))
def test_fails_where_it_must(conformance: Conformance, world: World) -> None:
    """In a world that was broken on purpose the oracle fails, and says why."""
    verdict = world.judged_by(conformance.oracle)
    assert verdict.outcome is Outcome.FAIL, verdict
    assert verdict.reason


@pytest.mark.parametrize("name", sorted(BY_NAME))
def test_reasons_tell_outcomes_apart(name: str) -> None:
    """Every verdict has a reason, and none stands for a pass in one world and for a failure in another."""
    one = BY_NAME[name]
    good = {world.judged_by(one.oracle).reason for world in one.passes.values()}
    bad = {world.judged_by(one.oracle).reason for world in one.fails.values()}
    assert good.isdisjoint(bad)
    assert all(good | bad)


@pytest.mark.negative
@pytest.mark.parametrize(("conformance", "world"), worlds("unknown"))
def test_cannot_tell_where_evidence_is_missing(conformance: Conformance, world: World) -> None:
    """Without the evidence it needs the oracle says so."""
    verdict = world.judged_by(conformance.oracle)
    assert verdict.outcome is Outcome.UNKNOWN, verdict


@pytest.mark.negative
@pytest.mark.parametrize("name", sorted(BY_NAME))
@given(data=st.data())
def test_fails_in_drawn_worlds_that_are_broken(name: str, data: st.DataObject) -> None:
    """However a world is broken, the oracle fails."""
    world = data.draw(BY_NAME[name].broken)
    verdict = world.judged_by(BY_NAME[name].oracle)
    assert verdict.outcome is Outcome.FAIL, (world, verdict)


SHAPELESS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.text(),
    st.binary(),
    st.floats(),
    st.sets(st.integers(), min_size=1),
    st.builds(object),
    st.lists(st.one_of(st.integers(), st.text(), st.builds(object)), min_size=1),
)


@pytest.mark.negative
@pytest.mark.parametrize("name", sorted(name for name, one in BY_NAME.items() if one.shaped))
@given(data=st.data())
def test_shapeless_evidence_never_passes_nor_raises(name: str, data: st.DataObject) -> None:
    """Evidence of a wrong shape, in whichever place, is none, and is told as that."""
    conformance = BY_NAME[name]
    world = data.draw(st.sampled_from(list(conformance.passes.values())))
    place = data.draw(st.integers(0, conformance.shaped - 1))
    args = [*world.args]
    args[place] = data.draw(SHAPELESS)
    assert conformance.oracle(*args, **world.kwargs).outcome is Outcome.UNKNOWN


def sayings(name: str) -> str:
    """What an oracle says in each world in which it fails or cannot tell, and why it passes."""
    one = BY_NAME[name]
    said = [f"## {name}"]
    said += [f"[{case}] {world.judged_by(one.oracle)}" for case, world in one.passes.items()]
    said += [f"[{case}] {world.judged_by(one.oracle)}" for case, world in one.fails.items()]
    return "\n".join(line.rstrip() for line in said)


@pytest.mark.parametrize("name", sorted(BY_NAME))
def test_what_is_said_is_what_was_agreed(name: str) -> None:
    """Every verdict of every world reads as it stands in sayings.txt, which people have read."""
    agreed = (Path(__file__).parent / "sayings.txt").read_text(encoding="utf-8")
    assert f"{sayings(name)}\n\n" in agreed
