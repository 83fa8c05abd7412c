"""Stub mappings as data: shipped ones, derived faults, and what a server's echo lost."""

from typing import Any

import pytest

from autobiz_mocks import Fault, Stub, StubError, faulty_once, identified, lost_fields, shipped_stubs

REFUND = next(stub for stub in shipped_stubs("stripe") if stub["metadata"]["op"] == "refund")


@pytest.mark.parametrize("name", ["stripe", "common"])
def test_shipped_stubs_are_identified_by_content(name: str) -> None:
    """Every shipped stub has a name, a stated effect, and an id that follows from its content."""
    stubs = shipped_stubs(name)
    assert stubs
    for stub in stubs:
        assert stub["name"]
        assert stub["metadata"]["effect"] in {"accept", "reject", "unstubbed", "mark"}
        assert identified(stub) == stub
    assert len({stub["id"] for stub in stubs}) == len(stubs)


@pytest.mark.negative
def test_unknown_stubs_are_refused_by_name() -> None:
    """Asking for stubs that are not shipped names those that are."""
    with pytest.raises(StubError, match=r"'paypal'.*common, stripe"):
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
    """A lost or late answer leaves an accepted request, a server error does not."""
    effects = {fault: faulty_once(REFUND, fault, headers={"k": "v"})["metadata"]["effect"] for fault in Fault}
    assert effects == {Fault.ANSWER_LOST: "accept", Fault.SERVER_ERROR: "reject", Fault.DELAY: "accept"}


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
