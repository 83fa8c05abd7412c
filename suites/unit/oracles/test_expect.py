"""The front end: sentences that fail at once, or all together at the end of a soft block."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from autobiz_oracles import (
    PlainAnswer,
    PlainAttempt,
    PlainCall,
    PlainCharge,
    PlainCrash,
    PlainLogLine,
    PlainReceipt,
    PlainRequest,
    PlainRun,
    PlainTime,
    PlainTraceRow,
    Verdict,
    VerdictError,
    adds_up,
    expect,
    listening,
    scaled_amounts,
)

from .conformance_worlds import RUBRIC, Voices, calibration

pytestmark = [pytest.mark.priority("P0"), pytest.mark.requirement("P1-TR05")]

KEY = "autobiz:1"
REFUND = PlainRequest(
    method="POST", path="/v1/refunds", accepted=True, body="a=1", headers={"idempotency-key": KEY}
)
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
RUN = PlainRun(termination_reason="steps_max", used={"steps_max": 3}, bounds={"steps_max": 3})
ROWS = [
    PlainTraceRow(number=1, kind="started", correlation_id="r1", text="{}"),
    PlainTraceRow(number=2, kind="ended", correlation_id="r1", text="{}"),
]
CHARGES = [PlainCharge(tenant="t1", workflow="WF03", usd=Decimal("0.03"))]
CALL = PlainCall(code="SCHEMA_INVALID", effects=[])
ATTEMPT = PlainAttempt(principal="agent", tenant="t1", tool="stripe", action="refund", executed=False)
CRASH = PlainCrash(attempted=["a", "b"], acknowledged=["a"], found=["a", "b"])
TIME = PlainTime(started_at=NOON, ended_at=NOON, virtual=True)
ANSWER = PlainAnswer(result={"id": "re_1"}, seen=[REFUND])
AGAIN = PlainAnswer(result={"id": "re_1"}, seen=[REFUND])

SENTENCES: dict[str, Callable[[], object]] = {
    "schema": lambda: expect.schema(CALL).rejected("SCHEMA_INVALID", before_side_effects=True),
    "accepted": lambda: expect.schema(PlainCall(code=None, effects=None)).accepted(),
    "conforms": lambda: expect.schema({"a": 1}).conforms({"required": ["a"]}),
    "permission": lambda: expect.permission([ATTEMPT]).within([]).denied_and_logged([ATTEMPT]),
    "effects": lambda: (
        expect.effects([REFUND])
        .exactly_once("POST", "/v1/refunds", header={"Idempotency-Key": KEY})
        .exactly(1, "POST", "/v1/refunds")
        .nothing_else(("POST", "/v1/refunds"))
    ),
    "value": lambda: expect.value([1, 2]).equals([1, 2]).contains(2).lacks(3),
    "limits": lambda: expect.value(2).between(1, 3).at_least(2).at_most(2),
    "matches": lambda: expect.value("open").matches("^o").differs_from("shut"),
    "no_effect": lambda: expect.effects([]).none(),
    "receipts": lambda: expect.receipts([PlainReceipt(external_key=KEY)]).match([REFUND]),
    "idempotency": lambda: expect.idempotency(ANSWER, AGAIN).same_result().no_new_effects(),
    "bounds": lambda: expect.bounds(RUN).ended_by("steps_max").respected(),
    "trace": lambda: expect.trace(ROWS).complete().correlated().without_secrets(),
    "cost": lambda: (
        expect.cost(CHARGES).between(0, Decimal("0.05")).attributed_to("t1", "WF03").adding_up_to(0.03)
    ),
    "timing": lambda: expect.timing(TIME, TIME).within_ms(1).at_least_ms(0).in_order(),
    "state": lambda: (
        expect.state({"s": 1, "version": 1}, {"s": 2, "version": 2})
        .changed_only("/s", "/version")
        .became("/s", 2)
        .version_raised()
    ),
    "unchanged": lambda: expect.state({}, {}).unchanged(),
    "replay": lambda: expect.replay("abc", "abc").agrees(),
    "durability": lambda: expect.durability(CRASH).nothing_lost().nothing_invented(),
    "security": lambda: expect.security({"log": b"fine"}).leaks_nothing(),
    "metrics": lambda: expect.metrics({"m": 1}, {"m": 2}).moved("m").nothing_else(),
    "log": lambda: expect.log([PlainLogLine(event="denied")]).tells("denied"),
    "worlds": lambda: (
        expect.worlds({"amount": 1}, {"amount": 2})
        .related_by(scaled_amounts(2, names=["amount"]))
        .alike(ignoring=["/amount"])
    ),
    "text": lambda: expect.text("Under way.").graded(
        RUBRIC, judge=Voices("pass", "pass", "fail"), calibration=calibration()
    ),
    "that": lambda: expect.that(adds_up(CHARGES, 0.03)),
}

BAD: dict[str, Callable[[], object]] = {
    "schema": lambda: expect.schema(CALL).rejected("OTHER"),
    "accepted": lambda: expect.schema(CALL).accepted(),
    "conforms": lambda: expect.schema({}).conforms({"required": ["a"]}),
    "within": lambda: expect.permission([ATTEMPT]).within(None),
    "denied": lambda: expect.permission([ATTEMPT]).denied_and_logged([]),
    "exactly_once": lambda: expect.effects([]).exactly_once("POST", "/"),
    "other_key": lambda: expect.effects([REFUND]).exactly_once(
        "POST", "/v1/refunds", header={"Idempotency-Key": "k"}
    ),
    "exactly": lambda: expect.effects([REFUND]).exactly(2, "POST", "/v1/refunds"),
    "nothing_else": lambda: expect.effects([REFUND]).nothing_else(),
    "equals": lambda: expect.value([1]).equals([2]),
    "contains": lambda: expect.value([1]).contains(1, 2),
    "lacks": lambda: expect.value([1]).lacks(2, 1),
    "matches": lambda: expect.value("open").matches("^p"),
    "differs": lambda: expect.value([1]).differs_from([1]),
    "below": lambda: expect.value(1).between(2, 3),
    "above": lambda: expect.value(4).between(2, 3),
    "at_least": lambda: expect.value(1).at_least(2),
    "at_most": lambda: expect.value(2).at_most(1),
    "bare_truth": lambda: expect.value(True).equals(True),
    "rejected_too_late": lambda: expect.schema(PlainCall(code="C", effects=[1])).rejected("C"),
    "none": lambda: expect.effects([REFUND]).none(),
    "match": lambda: expect.receipts([]).match([REFUND]),
    "same_result": lambda: expect.idempotency(ANSWER, PlainAnswer(result=None)).same_result(),
    "asked_once": lambda: expect.idempotency(ANSWER).same_result(),
    "new_effects": lambda: expect.idempotency(PlainAnswer(result={}, seen=[]), ANSWER).no_new_effects(),
    "ended_by": lambda: expect.bounds(RUN).ended_by("tokens_max"),
    "respected": lambda: expect.bounds(None).respected(),
    "complete": lambda: expect.trace(ROWS).complete("tool"),
    "correlated": lambda: expect.trace(ROWS).correlated("r2"),
    "secrets": lambda: expect.trace(ROWS).without_secrets(secrets=["{}"]),
    "no_trace": lambda: expect.trace(None).without_secrets(),
    "between": lambda: expect.cost(CHARGES).between(1, 2),
    "attributed": lambda: expect.cost(CHARGES).attributed_to("t2", "WF03"),
    "adding_up": lambda: expect.cost(CHARGES).adding_up_to(1),
    "within_ms": lambda: expect.timing(TIME, None).within_ms(1),
    "at_least_ms": lambda: expect.timing(TIME).at_least_ms(1),
    "in_order": lambda: expect.timing(TIME, None, TIME).in_order(),
    "changed_only": lambda: expect.state({}, {"a": 1}).changed_only(),
    "unchanged": lambda: expect.state({}, {"a": 1}).unchanged(),
    "became": lambda: expect.state({}, {"a": 1}).became("/a", 2),
    "version": lambda: expect.state({}, {}).version_raised(),
    "replay": lambda: expect.replay("a", "b").agrees(),
    "lost": lambda: expect.durability(None).nothing_lost(),
    "invented": lambda: expect.durability(None).nothing_invented(),
    "leaks": lambda: expect.security({}).leaks_nothing(),
    "moved": lambda: expect.metrics({}, {}).moved("m"),
    "else_moved": lambda: expect.metrics({}, {"m": 1}).nothing_else(),
    "tells": lambda: expect.log([]).tells("denied"),
    "related": lambda: expect.worlds({}, {"a": 1}).related_by(scaled_amounts(2, names=[])),
    "alike": lambda: expect.worlds({}, {"a": 1}).alike(),
    "text": lambda: expect.text("x").graded(RUBRIC, judge=Voices("pass"), calibration=None),
    "that": lambda: expect.that(adds_up(CHARGES, 1)),
    "that_nothing": expect.that,
}


@pytest.mark.parametrize("sentence", SENTENCES.values(), ids=SENTENCES)
def test_what_holds_lets_the_test_go_on(sentence: Callable[[], object]) -> None:
    """A sentence that is true says nothing, and goes on as a chain."""
    sentence()


@pytest.mark.negative
@pytest.mark.parametrize("sentence", BAD.values(), ids=BAD)
def test_what_does_not_hold_fails_at_once(sentence: Callable[[], object]) -> None:
    """A sentence that is untrue, or of which nobody can tell, raises where it stands."""
    with pytest.raises(VerdictError):
        sentence()


@pytest.mark.negative
def test_a_chain_ends_with_its_first_failure() -> None:
    """What follows a failure in a chain is not asked."""
    heard: list[Verdict] = []
    with listening(heard.append), pytest.raises(VerdictError):
        expect.bounds(RUN).ended_by("tokens_max").respected()
    assert [verdict.name for verdict in heard] == ["ended_by"]


@pytest.mark.negative
def test_evidence_of_which_nothing_is_expected_is_told() -> None:
    """A chain on which no method was called is heard as unknown, for it looks like a judgement."""
    heard: list[Verdict] = []
    with listening(heard.append):
        expect.bounds(RUN)
    assert [(verdict.type, verdict.outcome) for verdict in heard] == [("Bounds", "unknown")]


def test_each_verdict_is_heard_once() -> None:
    """Whoever listens hears what each sentence was judged to be."""
    heard: list[Verdict] = []
    with listening(heard.append):
        expect.bounds(RUN).ended_by("steps_max").respected()
    assert [verdict.name for verdict in heard] == ["ended_by", "within_bounds"]


@pytest.mark.negative
def test_a_failure_is_short() -> None:
    """However much is wrong, the failure fits on a screen."""
    with pytest.raises(VerdictError) as caught:
        expect.state({}, {f"name{number}": "x" * 1000 for number in range(1000)}).unchanged()
    lines = str(caught.value).splitlines()
    assert len(lines) < 20
    assert max(map(len, lines)) < 300
    assert lines[-1].strip() == "... and 988 more lines"
