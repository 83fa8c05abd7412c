"""Relations between two trials, tried on a subject that keeps them and on mutants that do not."""

from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autobiz_oracles import (
    Event,
    Outcome,
    Relation,
    related,
    renamed_tenant,
    reordered,
    same_event_twice,
    scaled_amounts,
)

pytestmark = [pytest.mark.priority("P1"), pytest.mark.requirement("P1-R06")]

Subject = Callable[[Sequence[Event]], object]
DAY: list[Event] = [
    {"id": f"t1_e{number}", "tenant": "t1", "order": f"o{number % 3}", "amount": number + 1}
    for number in range(6)
]


def refunds(events: Sequence[Event]) -> object:
    """Sums what is refunded for each order, counting each event once."""
    world: dict[str, dict[str, object]] = {}
    for event in {str(event["id"]): event for event in events}.values():
        order = world.setdefault(str(event["order"]), {"tenant": event["tenant"], "amount": 0})
        order["amount"] = int(str(order["amount"])) + int(str(event["amount"]))
    return world


def counts_twice(events: Sequence[Event]) -> object:
    world: dict[str, int] = {}
    for event in events:
        world[str(event["order"])] = world.get(str(event["order"]), 0) + int(str(event["amount"]))
    return world


def last_wins(events: Sequence[Event]) -> object:
    return {str(event["order"]): event["amount"] for event in events}


def knows_one_tenant(events: Sequence[Event]) -> object:
    return [event["id"] for event in events if event["tenant"] == "t1"]


def adds_a_fee(events: Sequence[Event]) -> object:
    return [{"amount": int(str(event["amount"])) + 1} for event in events]


RELATIONS = [same_event_twice(), same_event_twice(5), reordered(1), renamed_tenant("t1", "t2")]
RELATIONS.append(scaled_amounts(100, names=["amount"]))


def holds(subject: Subject, relation: Relation) -> Outcome:
    return related(subject(DAY), subject(relation.events(DAY)), relation).outcome


@pytest.mark.parametrize("relation", RELATIONS, ids=lambda relation: relation.name)
def test_a_good_subject_keeps_every_relation(relation: Relation) -> None:
    """Duplicates, order, names of tenants and scale change the world as they should."""
    assert holds(refunds, relation) is Outcome.PASS


@pytest.mark.negative
@pytest.mark.parametrize(
    ("subject", "relation"),
    [
        (counts_twice, same_event_twice()),
        (last_wins, reordered(1)),
        (knows_one_tenant, renamed_tenant("t1", "t2")),
        (adds_a_fee, scaled_amounts(2, names=["amount"])),
    ],
)
def test_a_mutant_breaks_its_relation(subject: Subject, relation: Relation) -> None:
    """A subject that counts duplicates, minds the order, knows its tenant or does not scale is caught."""
    assert holds(subject, relation) is Outcome.FAIL


@given(st.integers(0, 1000))
def test_reordering_is_another_order_of_the_same_events(seed: int) -> None:
    """The same seed draws the same order, which has all events and is not the one that was given."""
    once, again = reordered(seed).events(DAY), reordered(seed).events(DAY)
    assert once == again != DAY
    assert sorted(once, key=str) == sorted(DAY, key=str)


def test_a_tenant_is_renamed_as_a_whole_word() -> None:
    """The name is found in ids and keys, and not within another name."""
    relation = renamed_tenant("t1", "t2")
    events = relation.events([{"t1": ["t1_o1", "t10", "at1", "t1"], "n": 1, "deep": {"x": "a/t1"}}])
    assert events == [{"t2": ["t2_o1", "t10", "at1", "t2"], "n": 1, "deep": {"x": "a/t2"}}]


def test_only_named_amounts_are_scaled() -> None:
    """Numbers under other names, and truths, are left alone."""
    relation = scaled_amounts(3, names=["amount", "parts"])
    changed = relation.world({"amount": 2, "count": 2, "parts": [1, {"x": 1}], "deep": {"amount": True}})
    assert changed == {"amount": 6, "count": 2, "parts": [3, {"x": 1}], "deep": {"amount": True}}


def test_what_was_given_is_not_changed() -> None:
    """A relation makes new events and leaves the given ones as they are."""
    before = [dict(event) for event in DAY]
    for relation in RELATIONS:
        relation.events(DAY)
    assert before == DAY
