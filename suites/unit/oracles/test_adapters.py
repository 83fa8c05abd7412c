"""The kernel's and the stub providers' records in the shapes that oracles judge."""

from dataclasses import dataclass
from types import MappingProxyType

import pytest

from autobiz_harness.adapters import answer_of, call_of, searched_places
from autobiz_kernel import CallError, CanonicalError, ClaimOutcome, Reply
from autobiz_oracles import Outcome, PlainRequest, accepted, leaks_nothing, rejected

pytestmark = [pytest.mark.priority("P1"), pytest.mark.requirement("P1-TR05")]

KEY = "autobiz:" + "0" * 32
DONE = PlainRequest(method="POST", path="/v1/refunds", accepted=True)
REFUSED = PlainRequest(method="POST", path="/v1/refunds", accepted=False)


def reply(outcome: ClaimOutcome) -> Reply:
    return Reply(outcome=outcome, external_key=KEY, result={"id": "re_1"})


@pytest.mark.parametrize("outcome", ClaimOutcome)
def test_a_reply_is_accepted_if_the_act_is_done(outcome: ClaimOutcome) -> None:
    """CLAIMED and REPLAY are acceptance, every other outcome is a refusal under its own name."""
    call = call_of(reply(outcome), [DONE])
    done = outcome in (ClaimOutcome.CLAIMED, ClaimOutcome.REPLAY)
    assert (accepted(call).outcome is Outcome.PASS) is done
    if not done:
        assert rejected(call, outcome.name, before_side_effects=False).outcome is Outcome.PASS


@pytest.mark.negative
@pytest.mark.parametrize("error", [CallError("no identity"), CanonicalError("not a number")])
def test_refused_arguments_are_rejected_before_effects(error: CallError | CanonicalError) -> None:
    """Arguments that the kernel refuses are SCHEMA_INVALID; an accepted request beside it is an effect."""
    assert rejected(call_of(error, [REFUSED]), "SCHEMA_INVALID").outcome is Outcome.PASS
    assert rejected(call_of(error, [DONE]), "SCHEMA_INVALID").outcome is Outcome.FAIL
    assert rejected(call_of(error, None), "SCHEMA_INVALID").outcome is Outcome.UNKNOWN


def test_an_answer_keeps_result_and_journal() -> None:
    """Result and journal are handed over as they are."""
    answer = answer_of(reply(ClaimOutcome.CLAIMED), [DONE])
    assert (answer.result, answer.seen) == ({"id": "re_1"}, [DONE])


@dataclass(frozen=True)
class Row:
    body: object


MAIL = "ann@example.com"


@pytest.mark.negative
@pytest.mark.parametrize(
    "body",
    [
        MAIL,
        MAIL.encode(),
        {"deep": [{"er": MAIL}]},
        {MAIL: 1},
        MappingProxyType({"to": (MAIL,)}),
        Row(body=MAIL),
        memoryview(b"\xff" + MAIL.encode()),
        LookupError(MAIL),
    ],
    ids=["text", "bytes", "nested", "name", "mapping", "record", "view", "anything"],
)
def test_whatever_a_record_holds_is_searched(body: object) -> None:
    """Members of every kind, names included, become text that is searched."""
    verdict = leaks_nothing(searched_places(journal=[Row(body="fine"), Row(body=body)]))
    assert verdict.outcome is Outcome.FAIL
    assert "journal[1]" in verdict.reason


@pytest.mark.negative
def test_a_row_that_was_not_read_is_not_clean() -> None:
    """Beside rows that were read, one that was not leaves the search without an answer."""
    assert leaks_nothing(searched_places(receipts=[], journal=[Row(body="")])).outcome is Outcome.PASS
    assert leaks_nothing(searched_places(receipts=None, journal=[Row(body="")])).outcome is Outcome.UNKNOWN
    assert leaks_nothing(searched_places()).outcome is Outcome.UNKNOWN
