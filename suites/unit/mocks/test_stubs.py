"""Stub mappings as data: shipped ones, derived faults, and what a server's echo lost."""

from typing import Any

import pytest

from autobiz_mocks import (
    Fault,
    Planned,
    Stub,
    StubError,
    faulty,
    faulty_once,
    identified,
    lost_fields,
    shipped_stubs,
    unlucky,
)
from autobiz_mocks.faults import RECIPES

REFUND = next(stub for stub in shipped_stubs("stripe") if stub["metadata"]["op"] == "refund")


@pytest.mark.parametrize("name", ["common", "llm", "printful", "sendgrid", "shopify", "slack", "stripe"])
def test_shipped_stubs_are_identified_by_content(name: str) -> None:
    """Every shipped stub has a name, a stated effect, and an id that follows from its content."""
    stubs = shipped_stubs(name)
    assert stubs
    for stub in stubs:
        assert stub["name"]
        assert stub["metadata"]["effect"] in {"accept", "read", "reject", "unstubbed", "mark"}
        assert identified(stub) == stub
    assert len({stub["id"] for stub in stubs}) == len(stubs)


@pytest.mark.negative
def test_unknown_stubs_are_refused_by_name() -> None:
    """Asking for stubs that are not shipped names those that are."""
    with pytest.raises(StubError, match=r"'paypal'.*common, .*stripe"):
        shipped_stubs("paypal")


def test_accepting_stubs_demand_a_kernel_key() -> None:
    """No stub accepts a write without a well-formed idempotency key."""
    for stub in shipped_stubs("stripe"):
        if stub["metadata"]["effect"] == "accept":
            assert stub["request"]["headers"]["Idempotency-Key"] == {"matches": "^autobiz:[0-9a-f]{32}$"}


@pytest.mark.parametrize("fault", Fault)
def test_a_fault_is_one_shot_and_singled_out(fault: Fault) -> None:
    """A derived fault comes before the stub it spoils, meets only its own act, and then steps aside."""
    stub = faulty_once(REFUND, fault, headers={"Idempotency-Key": "k"}, delay_ms=5)
    assert stub["priority"] < REFUND["priority"]
    assert stub["request"]["headers"]["Idempotency-Key"] == {"equalTo": "k"}
    assert (stub["requiredScenarioState"], stub["newScenarioState"]) == ("Started", "over")
    assert stub["metadata"]["fault"] == fault
    assert stub["id"] != REFUND["id"]
    other = faulty_once(REFUND, fault, headers={"Idempotency-Key": "other"}, delay_ms=5)
    assert stub["scenarioName"] != other["scenarioName"]


def test_faults_say_whether_the_provider_acted() -> None:
    """Each fault has a recipe, and its stub declares the effect that the recipe tells of."""
    effects = {fault: faulty_once(REFUND, fault, headers={"k": "v"})["metadata"]["effect"] for fault in Fault}
    assert effects == {fault: "accept" if RECIPES[fault].did else "reject" for fault in Fault}
    assert [effects[each] for each in (Fault.ANSWER_LOST, Fault.RESET_BEFORE)] == ["accept", "reject"]


def test_a_fault_that_strikes_at_a_rate_strikes_the_same_keys() -> None:
    """The same seed draws the same keys, another seed others, and about as many as the share says."""
    keys = [f"k{number}" for number in range(1000)]
    first = unlucky(keys, share=0.1, seed=7)
    assert unlucky(list(reversed(keys)), share=0.1, seed=7) == first
    assert unlucky(keys, share=0.1, seed=8) != first
    assert 60 < len(first) < 140


def test_a_fault_can_come_n_times() -> None:
    """Two failures and then success are two stubs in a row of states, each before the next."""
    planned = Planned(fault=Fault.UNAVAILABLE, times=2)
    first, second = faulty(REFUND, planned, headers={"k": "v"})
    states = [(each["requiredScenarioState"], each["newScenarioState"]) for each in (first, second)]
    assert states == [("Started", "after 1"), ("after 1", "over")]
    assert first["id"] != second["id"]


@pytest.mark.negative
def test_a_fault_for_everybody_is_refused() -> None:
    """A one-shot fault without headers would hit whoever comes first."""
    with pytest.raises(StubError, match="single out"):
        faulty_once(REFUND, Fault.DELAY, headers={})


def test_deriving_leaves_the_original_alone() -> None:
    """The stub a fault is derived from stays as it was."""
    before = identified(REFUND)
    faulty_once(REFUND, Fault.SERVER_ERROR, headers={"k": "v"})
    assert before == REFUND


@pytest.mark.parametrize(
    ("sent", "kept", "lost"),
    [
        ({"a": 1}, {"a": 1, "uuid": "x"}, []),
        ({"a": {"b": [1, {"c": 2}]}}, {"a": {"b": [1, {"c": 2, "d": 3}]}}, []),
        ({"a": 1, "b": 2}, {"a": 1}, ["stub.b"]),
        ({"a": {"b": 1}}, {"a": {}}, ["stub.a.b"]),
        ({"a": {"b": 1}}, {"a": "b"}, ["stub.a"]),
        ({"a": [1, 2]}, {"a": [1]}, ["stub.a"]),
        ({"a": [{"b": 1}]}, {"a": [{}]}, ["stub.a[0].b"]),
        ({"a": 1}, {"a": "1"}, ["stub.a"]),
        ({"a": True}, {"a": 1}, ["stub.a"]),
        ({"a": 1, "b": 2}, {}, ["stub.a", "stub.b"]),
    ],
)
def test_lost_fields_are_named(sent: Stub, kept: dict[str, Any], lost: list[str]) -> None:
    """Whatever the server dropped or changed is named by its path; what it added is not."""
    assert lost_fields(sent, kept) == lost
