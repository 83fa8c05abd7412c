"""The Stripe-like stubs: one key, one answer; no key, no effect; and three ways to misbehave."""

from http.client import HTTPConnection
from urllib.parse import urlencode, urlsplit

import pytest

from autobiz_mocks import TRIAL_HEADER, Fault, WireMock, faulty_once, shipped_stubs
from autobiz_oracles import expect

from ..stripe_tools import KEY_HEADER, TEST_KEY, ReadJournal

pytestmark = [
    pytest.mark.priority("P1"),
    pytest.mark.requirement("P1-TR01"),
    pytest.mark.test_id("P1-H09", "P1-T20", "P1-T22"),
]

KEY = "autobiz:" + "0123456789abcdef" * 2
OTHER = "autobiz:" + "f" * 32
STUBS = {stub["metadata"]["op"]: stub for stub in shipped_stubs("stripe")}
OPERATIONS: dict[str, tuple[str, dict[str, str | int]]] = {
    "refund": ("/v1/refunds", {"payment_intent": "pi_eur_900_a1", "amount": 500, "metadata[order]": "o 1"}),
    "capture": ("/v1/payment_intents/pi_eur_900_a1/capture", {"amount_to_capture": 99_999_999}),
    "void": ("/v1/payment_intents/pi_eur_900_a1/cancel", {"cancellation_reason": "duplicate"}),
}


class Caller:
    """Sends single requests of one trial."""

    def __init__(self, url: str, trial: str) -> None:
        self._netloc, self._trial = urlsplit(url).netloc, trial

    def post(self, path: str, body: str, key: str | None = KEY) -> tuple[int, bytes]:
        connection = HTTPConnection(self._netloc, timeout=10)
        headers = {TRIAL_HEADER: self._trial, "Authorization": f"Bearer {TEST_KEY}"}
        headers |= {} if key is None else {KEY_HEADER: key}
        try:
            connection.request("POST", path, body=body, headers=headers)
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()


@pytest.fixture
def caller(wiremock_url: str, trial: str, read_journal: ReadJournal) -> Caller:
    return Caller(wiremock_url, trial)


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("safe", ["", "[]"], ids=["escaped", "bare_brackets"])
def test_one_key_has_one_answer(caller: Caller, read_journal: ReadJournal, operation: str, safe: str) -> None:
    """The same request under the same key is answered with the same bytes, however brackets are written."""
    path, form = OPERATIONS[operation]
    body = urlencode(form, safe=safe)
    first, second = caller.post(path, body), caller.post(path, body)
    expect.worlds(first, second).alike()
    expect.worlds(first[0], 200).alike()
    assert b"ERROR" not in first[1]
    expect.worlds(
        [(request.op, request.accepted) for request in read_journal()], [(operation, True)] * 2
    ).alike()


@pytest.mark.parametrize("operation", ["refund", "capture"])
def test_another_key_is_another_object(caller: Caller, operation: str) -> None:
    """Objects are named after the key that made them."""
    path, form = OPERATIONS[operation]
    answers = [caller.post(path, urlencode(form), key) for key in (KEY, OTHER)]
    marks = [b"0123456789abcdef01234567", b"f" * 24]
    found = [[mark in answer for mark in marks] for _, answer in answers]
    expect.worlds(found, [[True, False], [False, True]]).alike()


@pytest.mark.negative
@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("key", [None, "", "autobiz:", "autobiz:" + "A" * 32, KEY + "0", "x" + KEY])
def test_without_a_proper_key_nothing_happens(
    caller: Caller, read_journal: ReadJournal, operation: str, key: str | None
) -> None:
    """A write without a well-formed key is refused and counts as no effect."""
    path, form = OPERATIONS[operation]
    status, answer = caller.post(path, urlencode(form), key)
    expect.worlds((status, b"invalid_request_error" in answer), (400, True)).alike()
    expect.worlds([request.accepted for request in read_journal()], [False]).alike()


@pytest.mark.negative
@pytest.mark.parametrize("amount", ["0", "-5", "5.0", "1e3", "", "0x10", "007", "1" * 13])
def test_an_amount_is_minor_units_or_refused(caller: Caller, amount: str) -> None:
    """Zero, signs, fractions, exponents and overlong amounts are refused."""
    expect.worlds(caller.post("/v1/refunds", f"payment_intent=pi_eur_900_a1&amount={amount}")[0], 400).alike()
    expect.worlds(
        caller.post("/v1/payment_intents/pi_eur_900_a1/capture", f"amount_to_capture={amount}")[0], 400
    ).alike()


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_lost_answer_was_accepted(
    caller: Caller, wiremock: WireMock, trial: str, read_journal: ReadJournal, operation: str
) -> None:
    """The connection dies, yet the journal shows an accepted request; the next try is answered as ever."""
    path, form = OPERATIONS[operation]
    stub = faulty_once(STUBS[operation], Fault.ANSWER_LOST, headers={TRIAL_HEADER: trial})
    with wiremock.planted(stub):
        with expect.refusal(ConnectionResetError):
            caller.post(path, urlencode(form))
        expect.worlds(caller.post(path, urlencode(form))[0], 200).alike()
    seen = [(request.accepted, request.fault, request.status) for request in read_journal()]
    expect.worlds(seen, [(True, "answer_lost", 0), (True, "", 200)]).alike()


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_server_error_was_not_accepted(
    caller: Caller, wiremock: WireMock, trial: str, read_journal: ReadJournal, operation: str
) -> None:
    """A 500 is no effect, and the next try succeeds."""
    path, form = OPERATIONS[operation]
    stub = faulty_once(STUBS[operation], Fault.SERVER_ERROR, headers={TRIAL_HEADER: trial})
    with wiremock.planted(stub):
        expect.worlds([caller.post(path, urlencode(form))[0] for _ in range(2)], [500, 200]).alike()
    expect.worlds([request.accepted for request in read_journal()], [False, True]).alike()


def test_a_late_answer_is_the_same_answer(
    caller: Caller, wiremock: WireMock, trial: str, read_journal: ReadJournal
) -> None:
    """A delayed request is answered like any other, and the journal knows that it was delayed."""
    path, form = OPERATIONS["refund"]
    stub = faulty_once(STUBS["refund"], Fault.DELAY, headers={TRIAL_HEADER: trial}, delay_ms=20)
    with wiremock.planted(stub):
        late, prompt = caller.post(path, urlencode(form)), caller.post(path, urlencode(form))
    expect.worlds(late, prompt).alike()
    expect.worlds([request.fault for request in read_journal()], ["delay", ""]).alike()


@pytest.mark.negative
def test_a_fault_hits_nobody_else(caller: Caller, wiremock: WireMock, wiremock_url: str, trial: str) -> None:
    """Another trial's requests pass a planted fault by."""
    path, form = OPERATIONS["refund"]
    stub = faulty_once(STUBS["refund"], Fault.SERVER_ERROR, headers={TRIAL_HEADER: f"not-{trial}"})
    with wiremock.planted(stub):
        expect.worlds(caller.post(path, urlencode(form))[0], 200).alike()
