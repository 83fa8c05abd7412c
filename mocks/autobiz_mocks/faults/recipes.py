"""How a provider misbehaves towards one request, by name, and whether it has acted all the same.

A recipe says what is answered instead. Two facts are kept apart: what the caller gets to see, and what became
of the world; a connection that dies after the effect looks just like one that dies before it.
"""

import json
import random
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise
from typing import Any, Final

from autobiz_mocks.errors import StubError
from autobiz_mocks.stubs import Stub, identified

_JSON: Final = {"Content-Type": "application/json"}


class Fault(StrEnum):
    """The named misbehaviours that a stub server can play."""

    ANSWER_LOST = "answer_lost"
    NEVER_REACHED = "never_reached"
    RESET_BEFORE = "reset_before"
    GARBAGE = "garbage"
    BROKEN_CHUNK = "broken_chunk"
    DELAY = "delay"
    TRUNCATED_JSON = "truncated_json"
    HTML_PAGE = "html_page"
    EMPTY_BODY = "empty_body"
    NO_CONTENT = "no_content"
    REDIRECT_302 = "redirect_302"
    REDIRECT_307 = "redirect_307"
    REDIRECT_308 = "redirect_308"
    DUPLICATE_MEMBERS = "duplicate_members"
    NOT_A_NUMBER = "not_a_number"
    NESTED_DEEPLY = "nested_deeply"
    WRONG_CHARSET = "wrong_charset"
    BYTE_ORDER_MARK = "byte_order_mark"
    WRONG_ENCODING = "wrong_encoding"
    SERVER_ERROR = "server_error"
    SERVER_ERROR_DONE = "server_error_done"
    UNAVAILABLE = "unavailable"
    OVERLOADED = "overloaded"
    TOO_MANY = "too_many"
    UNAUTHORISED = "unauthorised"
    FORBIDDEN = "forbidden"
    TOO_LARGE = "too_large"
    UNAVAILABLE_FOR_LEGAL_REASONS = "unavailable_for_legal_reasons"
    LOCKED = "locked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """What is answered instead. `did` says that the provider has acted nevertheless.

    `keeps` parts of the stub's own answer, so that a broken answer is broken in one way only.
    """

    did: bool
    answer: Mapping[str, Any]
    keeps: bool = False
    prefix: str = ""
    cut: int = 0


def _status(status: int, body: Any = None, headers: Mapping[str, str] | None = None) -> Recipe:
    return Recipe(
        did=False,
        answer={
            "status": status,
            "headers": {**_JSON, **(headers or {})},
            "body": json.dumps(body or {"error": {"type": "api_error", "message": "planned"}}),
        },
    )


def _to(status: int) -> Recipe:
    return Recipe(
        did=False, answer={"status": status, "headers": {"Location": "http://127.0.0.2:9/elsewhere"}}
    )


RECIPES: Final[Mapping[Fault, Recipe]] = {
    Fault.ANSWER_LOST: Recipe(did=True, answer={"fault": "CONNECTION_RESET_BY_PEER"}),
    Fault.NEVER_REACHED: Recipe(did=False, answer={"fault": "EMPTY_RESPONSE"}),
    Fault.RESET_BEFORE: Recipe(did=False, answer={"fault": "CONNECTION_RESET_BY_PEER"}),
    Fault.GARBAGE: Recipe(did=True, answer={"fault": "RANDOM_DATA_THEN_CLOSE"}),
    Fault.BROKEN_CHUNK: Recipe(did=True, answer={"fault": "MALFORMED_RESPONSE_CHUNK"}),
    Fault.DELAY: Recipe(did=True, answer={}, keeps=True),
    Fault.TRUNCATED_JSON: Recipe(did=True, answer={}, keeps=True, cut=1),
    Fault.HTML_PAGE: Recipe(
        did=False,
        answer={"status": 200, "headers": {"Content-Type": "text/html"}, "body": "<html>Log in</html>"},
    ),
    Fault.EMPTY_BODY: Recipe(did=True, answer={"status": 200, "headers": _JSON}),
    Fault.NO_CONTENT: Recipe(did=True, answer={"status": 204}),
    Fault.REDIRECT_302: _to(302),
    Fault.REDIRECT_307: _to(307),
    Fault.REDIRECT_308: _to(308),
    Fault.DUPLICATE_MEMBERS: Recipe(
        did=True, answer={"status": 200, "headers": _JSON, "body": '{"id":"a","id":"b"}'}
    ),
    Fault.NOT_A_NUMBER: Recipe(did=True, answer={"status": 200, "headers": _JSON, "body": '{"amount":NaN}'}),
    Fault.NESTED_DEEPLY: Recipe(
        did=True, answer={"status": 200, "headers": _JSON, "body": '{"a":' + "[" * 9000 + "]" * 9000 + "}"}
    ),
    Fault.WRONG_CHARSET: Recipe(
        did=True, answer={"status": 200, "headers": _JSON, "base64Body": "eyJpZCI6IsT2In0="}
    ),
    # The answer itself is whole, and so is the effect.
    Fault.BYTE_ORDER_MARK: Recipe(did=True, answer={}, keeps=True, prefix="\ufeff"),
    Fault.WRONG_ENCODING: Recipe(
        did=True, answer={"headers": {**_JSON, "Content-Encoding": "gzip"}}, keeps=True
    ),
    Fault.SERVER_ERROR: _status(500),
    Fault.SERVER_ERROR_DONE: Recipe(did=True, answer=_status(500).answer),
    Fault.UNAVAILABLE: _status(503, headers={"Retry-After": "2"}),
    Fault.OVERLOADED: _status(529),
    Fault.TOO_MANY: _status(429, headers={"Retry-After": "2"}),
    Fault.UNAUTHORISED: _status(401),
    Fault.FORBIDDEN: _status(403),
    Fault.TOO_LARGE: _status(413),
    Fault.UNAVAILABLE_FOR_LEGAL_REASONS: _status(451),
    Fault.LOCKED: _status(423),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A fault with what varies from one use to the next; `times` it misbehaves, and then steps aside."""

    fault: Fault
    times: int = 1
    delay_ms: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    status: int = 0
    body: str = ""


def faulty_once(
    stub: Mapping[str, Any], fault: Fault, *, headers: Mapping[str, str], delay_ms: int = 0
) -> Stub:
    """Derive a stub that misbehaves towards the first request with these headers, and then steps aside."""
    (first,) = faulty(stub, Planned(fault=fault, delay_ms=delay_ms), headers=headers)
    return first


def faulty(stub: Mapping[str, Any], planned: Planned, *, headers: Mapping[str, str]) -> Iterator[Stub]:
    """Derive the stubs of a fault; one for each time.

    The headers must name one act (an idempotency key does): scenarios are exact only while at most one
    request at a time can meet them.
    """
    if not headers:
        raise StubError(
            "a one-shot fault needs headers that single out its requests; give the idempotency key"
        )
    recipe = RECIPES[planned.fault]
    singled_out = " ".join(f"{name}={value}" for name, value in sorted(headers.items()))
    request = dict(deepcopy(stub["request"]))
    request["headers"] = {
        **request.get("headers", {}),
        **{name: {"equalTo": value} for name, value in headers.items()},
    }
    metadata = {**stub["metadata"], "fault": planned.fault.value}
    if not recipe.did and metadata["effect"] == "accept":
        metadata["effect"] = "reject"
    states = ["Started", *(f"after {number}" for number in range(1, planned.times)), "over"]
    for before, after in pairwise(states):
        yield identified(
            {
                **deepcopy(dict(stub)),
                "name": f"{stub['name']}: {planned.fault.value}",
                "priority": 1,
                "request": request,
                "response": _answer(stub, recipe, planned),
                "metadata": metadata,
                "scenarioName": f"{stub['name']}: {planned.fault.value}: {singled_out}",
                "requiredScenarioState": before,
                "newScenarioState": after,
            }
        )


def unlucky(keys: Sequence[str], *, share: float, seed: int) -> tuple[str, ...]:
    """Draw the keys whose requests meet a fault that strikes at a rate; the same seed draws the same keys."""
    rng = random.Random(f"{seed}/{share}")  # noqa: S311  # drawn to be drawn again, not to be secret
    return tuple(key for key in sorted(keys) if rng.random() < share)


def _answer(stub: Mapping[str, Any], recipe: Recipe, planned: Planned) -> dict[str, Any]:
    answer = dict(deepcopy(recipe.answer))
    if recipe.keeps:
        own = deepcopy(stub["response"])
        answer = {**own, **answer, "headers": {**own.get("headers", {}), **answer.get("headers", {})}}
        body = str(own.get("body", ""))
        if recipe.cut:
            answer["body"] = body[: -recipe.cut]
        elif recipe.prefix:
            answer["body"] = recipe.prefix + body
    if planned.delay_ms:
        answer["fixedDelayMilliseconds"] = planned.delay_ms
    if planned.status:
        answer["status"] = planned.status
    if planned.body:
        answer["body"] = planned.body
    if planned.headers:
        answer["headers"] = {**answer.get("headers", {}), **planned.headers}
    return answer
