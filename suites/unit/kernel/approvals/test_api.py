"""Decisions over HTTP: who is known looks and decides; who may not, or comes too late, does not."""

from typing import Any

import pytest

from autobiz_kernel.approvals import Status
from autobiz_kernel.workflow import Standing

from ....shop.asked_over_http import Place, code, spoken_to
from ....shop.place import refund

pytestmark = [
    pytest.mark.asyncio,
    pytest.mark.priority("P0"),
    pytest.mark.requirement("P1-R09", "INV-07"),
]


async def test_what_waits_is_listed_shown_and_decided() -> None:
    """A person sees what waits and what it is about, and a yes lets the run go on, with how it was given."""
    place = Place()
    request = await place.held()
    listed = (await place.ask("GET")).json()["approvals"]
    assert [each["approval_id"] for each in listed] == [str(request.approval_id)]
    shown = (await place.ask("GET", f"/{request.approval_id}", by="bob")).json()
    assert (shown["arguments"], shown["asked_of"], shown["status"]) == (
        refund(amount=6_000),
        ["finance"],
        "pending",
    )
    told = await place.decide(request, reason="as agreed")
    assert (told.status_code, told.json()["status"]) == (200, "approved")
    (said,) = told.json()["decisions"]
    assert (said["approver"], said["via"], said["reason"]) == ("ann", "bearer", "as agreed")
    assert await place.shop.advance(request.run_id) is Standing.ENDED
    assert (await place.ask("GET")).json() == {"approvals": []}


async def test_a_no_and_an_override_are_taken_as_well() -> None:
    """A denial ends it; an administrator decides alone, with a reason, and is heard of."""
    place = Place()
    assert (await place.decide(await place.held(), verdict="deny")).json()["status"] == "denied"
    other = Place()
    request = await other.held()
    assert code(await other.decide(request, by="eve", override=True)) == (400, "body")
    told = await other.decide(request, by="eve", override=True, reason="the owners are away")
    assert told.json()["decisions"][0]["is_override"] is True
    assert [each.kind for each in other.shop.incidents] == ["approval_overridden"]


@pytest.mark.negative
@pytest.mark.parametrize(
    ("by", "said", "expected"),
    [
        ("refund_agent", {}, (403, "forbidden")),
        ("refund_agent", {"override": True, "reason": "why not"}, (403, "forbidden")),
        ("cid", {}, (403, "forbidden")),
        ("ann", {"override": True, "reason": "why not"}, (403, "forbidden")),
        ("ann", {"fingerprint": "0" * 64}, (409, "changed")),
        (None, {}, (401, "unknown")),
    ],
)
async def test_who_may_not_decide_does_not(by: str | None, said: dict[str, Any], expected: object) -> None:
    """Own requests, other groups, no administrators, other arguments, strangers: nothing is decided."""
    place = Place()
    request = await place.held()
    assert code(await place.decide(request, by, **said)) == expected
    kept = await place.shop.approvals.look(place.shop.tenant, request.approval_id)
    assert kept is not None
    assert (kept.status, kept.decisions) == (Status.PENDING, ())


@pytest.mark.negative
async def test_a_second_and_a_late_decision_are_conflicts() -> None:
    """What is decided stays so; what comes after the run's end is refused, and shown as too late."""
    place = Place()
    request = await place.held()
    await place.decide(request)
    assert code(await place.decide(request, "bob")) == (409, "conflict")
    late = Place()
    request = await late.held()
    await late.shop.cancel(request.run_id)
    await late.shop.advance(request.run_id)
    assert code(await late.decide(request, "bob")) == (409, "conflict")
    shown = (await late.ask("GET", f"/{request.approval_id}")).json()
    assert (shown["status"], [each["approver"] for each in shown["too_late"]]) == ("void", ["bob"])


@pytest.mark.negative
async def test_what_breaks_is_told_to_nobody_and_opened_again() -> None:
    """A store that is away is a 503 without a word of how it is built; who asks next finds it open."""
    place = Place()
    request = await place.held()
    sound = place.shop.approvals

    class BrokenApprovals:
        """Requests whose database is away."""

        def __getattr__(self, name: str) -> Any:
            raise ConnectionError("password=hunter2")

    place.shop.approvals = BrokenApprovals()
    answer = await place.decide(request)
    assert code(answer) == (503, "unavailable")
    assert "hunter2" not in answer.text
    assert [type(each) for each in place.wrong] == [ConnectionError]
    place.shop.approvals = sound
    assert (await place.decide(request)).status_code == 200
    assert place.opened == 2


async def test_it_opens_and_closes_with_its_server() -> None:
    """The desk is opened before the first request is taken; a connection that is no request is closed."""
    place = Place()
    start, stop = {"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}
    told = await spoken_to(place, {"type": "lifespan"}, start, stop)
    assert [each["type"] for each in told] == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
    assert place.opened == 1
    (closed,) = await spoken_to(place, {"type": "websocket"})
    assert closed["type"] == "websocket.close"
