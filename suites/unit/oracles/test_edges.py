"""Edges of what verdicts say and of who hears them, each a sign or a line beyond which it changes."""

import dataclasses
import importlib
import pkgutil
from typing import Any

import pytest

import autobiz_oracles
from autobiz_oracles import (
    OracleType,
    Outcome,
    PlainAnswer,
    PlainRequest,
    PlainTraceRow,
    Rubric,
    RubricError,
    Verdict,
    VerdictError,
    complete,
    conforms,
    differences,
    expect,
    insist,
    listening,
    reordered,
)

pytestmark = [pytest.mark.priority("P1"), pytest.mark.requirement("P1-TR05")]


def verdict(reason: str = "wrong", diff: str = "", outcome: Outcome = Outcome.FAIL) -> Verdict:
    return Verdict(type=OracleType.COST, name="price", outcome=outcome, reason=reason, diff=diff)


def values() -> list[type]:
    """Every dataclass of the package."""
    modules = pkgutil.walk_packages(autobiz_oracles.__path__, "autobiz_oracles.")
    members = (vars(importlib.import_module(one.name)).values() for one in modules)
    found = {one for row in members for one in row if isinstance(one, type) and dataclasses.is_dataclass(one)}
    return sorted(found, key=lambda one: one.__name__)


@pytest.mark.parametrize("kind", values(), ids=lambda kind: kind.__name__)
def test_values_are_given_by_name_and_hold_nothing_else(kind: type) -> None:
    """Each value names its members when it is made and has no room for others; nearly all never change."""
    fields = dataclasses.fields(kind)
    assert all(field.kw_only for field in fields)
    assert "__slots__" in vars(kind)
    params = vars(kind)["__dataclass_params__"]
    assert params.frozen is (kind.__name__ != "Unfolding")


@pytest.mark.parametrize("length", [239, 240, 241, 300])
def test_a_reason_is_cut_where_a_screen_ends(length: int) -> None:
    """Up to 240 signs a reason is told in full; a longer one is cut to exactly so many."""
    told = str(verdict("x" * length)).removeprefix("Cost price: fail: ")
    assert told == ("x" * length if length <= 240 else "x" * 237 + "...")


@pytest.mark.parametrize("count", [1, 11, 12, 13, 14])
def test_a_diff_is_cut_after_twelve_lines(count: int) -> None:
    """Twelve lines are told, and how many more there are."""
    lines = [f"line {number}" for number in range(count)]
    told = str(verdict(diff="\n".join(lines))).splitlines()[1:]
    more = [f"  ... and {count - 12} more lines"] if count > 12 else []
    assert told == [f"  {line}" for line in lines[:12]] + more


@pytest.mark.parametrize(
    ("reason", "diff", "is_told_twice"),
    [
        ("a; b", "a\nb", False),
        ("a; b", "a\nc", True),
        ("b; c", "a\nb", True),
        ("a", "a; b", True),
        ("x" * 240, "x" * 240, False),
        ("x" * 241, "x" * 241, True),
    ],
)
def test_what_the_reason_has_said_in_full_is_not_said_again(
    reason: str, diff: str, is_told_twice: bool
) -> None:
    """A diff is left out if the reason is that very diff, uncut."""
    assert (len(str(verdict(reason, diff)).splitlines()) > 1) is is_told_twice


def test_a_pass_says_its_reason_alone() -> None:
    """What was seen is told of what is not a pass."""
    assert str(verdict("fine", "a\nb", Outcome.PASS)) == "Cost price: pass: fine"


@pytest.mark.parametrize("length", [157, 158, 159, 200])
def test_a_long_value_is_cut_in_a_difference(length: int) -> None:
    """A value is told up to 160 signs, with its quotation marks."""
    (one,) = differences("x" * length, 1)
    text = repr("x" * length)
    assert str(one) == f"/: {text if len(text) <= 160 else text[:157] + '...'} -> 1"


def test_the_innermost_listener_hears_and_nobody_else() -> None:
    """A listener within another one hears alone, and afterwards the outer one hears again."""
    outer: list[Verdict] = []
    inner: list[Verdict] = []
    middle: list[Verdict] = []
    good = verdict("fine", outcome=Outcome.PASS)
    with listening(outer.append):
        with listening(middle.append), listening(inner.append):
            insist(good)
        insist(good, good)
    insist(good)
    assert [len(outer), len(middle), len(inner)] == [2, 0, 1]


def test_a_listener_leaves_even_if_its_block_fails() -> None:
    """Whoever listened to a block that broke off does not hear what comes later."""
    heard: list[Verdict] = []

    def fail_inside() -> None:
        with listening(heard.append):
            raise LookupError

    with pytest.raises(LookupError):
        fail_inside()
    insist(verdict("fine", outcome=Outcome.PASS))
    assert not heard


@pytest.mark.negative
def test_insisting_is_heard_before_it_raises() -> None:
    """Each verdict that somebody insists on is heard, those after the bad one too."""
    heard: list[Verdict] = []
    with listening(heard.append), pytest.raises(VerdictError):
        insist(verdict(), verdict("fine", outcome=Outcome.PASS))
    assert len(heard) == 2


@pytest.mark.negative
@pytest.mark.parametrize(
    ("kinds", "says"),
    [
        (("started", "started", "ended"), "begins with started and not once with started"),
        (("started", "ended", "ended"), "ends with ended and not once with ended"),
        (("zero", "started", "ended"), "begins with zero"),
        (("a", "ended"), "begins with a"),
        (("started", "zero"), "ends with zero"),
        (("started", "a"), "ends with a"),
    ],
)
def test_a_trace_begins_once_and_ends_once(kinds: tuple[str, ...], says: str) -> None:
    """The first row is the only beginning, the last the only end, whichever letters others begin with."""
    found = complete(
        [PlainTraceRow(number=n, kind=kind, correlation_id="r") for n, kind in enumerate(kinds, 1)]
    )
    assert found.outcome is Outcome.FAIL
    assert says in found.reason


@pytest.mark.parametrize(
    ("value", "schema", "holds"),
    [
        (7.5, {"multipleOf": 2.5}, True),
        (7, {"multipleOf": 2}, False),
        (-3, {"multipleOf": 2}, False),
        ([1, 2, 1], {"uniqueItems": True}, False),
        ([1, 2, 3], {"uniqueItems": True}, True),
        ([2, 1, 1], {"uniqueItems": True}, False),
        ("b", {"$ref": "#/$defs/x/b", "$defs": {"x": {"b": {"const": "b"}}}}, True),
        ("c", {"$ref": "#/$defs/x/b", "$defs": {"x": {"b": {"const": "b"}}}}, False),
        ("b", {"$ref": "#/$defs/a~1b~0", "$defs": {"a/b~": {"const": "b"}}}, True),
        (2.0, {"type": "integer"}, True),
        (2.5, {"type": "integer"}, False),
        (-2.5, {"type": "integer"}, False),
        (True, {"type": "number"}, False),
        (3, {"minimum": 3, "maximum": 3}, True),
        (3, {"exclusiveMinimum": 3}, False),
        (3, {"exclusiveMaximum": 3}, False),
        ("abc", {"minLength": 3, "maxLength": 3}, True),
        ("abc", {"minLength": 4}, False),
        ("abc", {"maxLength": 2}, False),
    ],
)
def test_a_schema_holds_up_to_its_edge(value: object, schema: dict[str, object], holds: bool) -> None:
    """Multiples, repeats, references and limits are told apart at the very value where they change."""
    assert (conforms(value, schema).outcome is Outcome.PASS) is holds


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"votes": 1, "examples_min": 1, "kappa_min": 1.0}, ""),
        ({"votes": 3, "kappa_min": 0.01}, ""),
        ({"votes": 0}, "votes must be odd and positive, not 0"),
        ({"votes": -1}, "votes must be odd and positive, not -1"),
        ({"votes": 2}, "votes must be odd and positive, not 2"),
        ({"votes": 6}, "votes must be odd and positive, not 6"),
        ({"kappa_min": 0.0}, "kappa_min must be above 0"),
        ({"kappa_min": 1.01}, "kappa_min must be above 0"),
        ({"examples_min": 0}, "examples_min must be positive, not 0"),
        ({"examples_min": -2}, "examples_min must be positive, not -2"),
    ],
)
def test_a_rubric_is_read_up_to_its_edges(given: dict[str, Any], says: str) -> None:
    """Votes are odd, the floor of kappa lies in (0, 1], and there is an example at the least."""
    said = ""
    try:
        Rubric(name="kind", question="Is it kind?", **given)
    except RubricError as error:
        said = str(error)
    assert says in said
    assert bool(said) is bool(says)


def test_a_rubric_asks_for_what_the_documents_say() -> None:
    """Three votes, a kappa of 0.6 and twenty examples, where a rubric says nothing else."""
    plain = Rubric(name="kind", question="Is it kind?")
    assert (plain.votes, plain.kappa_min, plain.examples_min) == (3, 0.6, 20)


@pytest.mark.parametrize("count", [2, 3, 5])
def test_another_order_is_another_one_for_every_seed(count: int) -> None:
    """Whatever the seed draws, the events come in another order, and none is lost or doubled."""
    day = [{"n": number} for number in range(count)]
    for seed in range(60):
        order = reordered(seed).events(day)
        assert order != day
        assert sorted(one["n"] for one in order if isinstance(one["n"], int)) == list(range(count))
    assert reordered(7).events(day) == reordered(7).events(day)


@pytest.mark.negative
def test_of_three_answers_the_last_reading_counts() -> None:
    """An effect that came with the third asking is new, though the second one brought none."""
    seen = [PlainRequest(method="POST", path="/r", accepted=True, headers={"K": key}) for key in ("a", "b")]
    readings = [seen[:1], seen[:1], seen]
    answers = [PlainAnswer(result={"id": 1}, seen=one) for one in readings]
    with pytest.raises(VerdictError, match="1 new effects: b"):
        expect.idempotency(*answers).no_new_effects(header="K")
