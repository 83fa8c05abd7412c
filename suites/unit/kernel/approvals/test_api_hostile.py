"""What strangers send to the API: forged tokens, other tenants' ids, bodies and addresses that are none."""

from datetime import timedelta
from typing import Any

import httpx
import jwt
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autobiz_kernel.approvals import ApprovalApi

from ....approvers import KEYS, public
from ....shop.asked_over_http import Place, code, spoken_to

pytestmark = [
    pytest.mark.asyncio,
    pytest.mark.priority("P0"),
    pytest.mark.requirement("P1-R09", "INV-07"),
]


def forged(place: Place) -> dict[str, str]:
    """Tokens that nobody should believe."""
    now = int(place.shop.clock.now().timestamp())
    good = {"sub": "ann", "aud": f"autobiz:approvals:{place.shop.tenant}", "iat": now, "exp": now + 300}

    def signed(key: Any = KEYS["ann"], algorithm: str = "EdDSA", **changed: Any) -> str:
        claims = {name: value for name, value in (good | changed).items() if value is not None}
        return jwt.encode(claims, key, algorithm=algorithm)

    head, body, mark = place.token().split(".")
    return {
        "unsigned": signed(None, "none"),
        "with the public key as a secret": signed(public("ann"), "HS256"),
        "by somebody else": signed(KEYS["bob"]),
        "of nobody": signed(sub="zoe"),
        "of no name": signed(sub=None),
        "for another tenant": signed(aud="autobiz:approvals:0198c0de-0000-7000-8000-00000000000b"),
        "for nobody": signed(aud=None),
        "that has passed": signed(iat=now - 900, exp=now),
        "from the future": signed(iat=now + 120, exp=now + 300),
        "for too long": signed(exp=now + 901),
        "for ever": signed(exp=None),
        "with moments that are none": signed(iat=float(now), exp=float(now + 300)),
        "beyond all time": signed(iat=2**39, exp=2**39 + 1),
        "cut off": f"{head}.{body}",
        "without its mark": f"{head}.{body}.",
        "changed": f"{head}.{body[:-2]}.{mark}",
        "too long": "a" * 3_000,
        "no token": "0",
    }


@pytest.mark.negative
@pytest.mark.adversarial(90)
async def test_no_forged_token_is_believed() -> None:
    """Whatever is wrong with a token, nothing is read and nothing decided, and the answer is the same."""
    place = Place()
    request = await place.held()
    for what, bad in forged(place).items():
        headers = {"authorization": f"Bearer {bad}"}
        answers = [
            await place.ask("GET", by=None, headers=headers),
            await place.ask("GET", f"/{request.approval_id}", by=None, headers=headers),
            await place.ask("POST", f"/{request.approval_id}/decision", by=None, headers=headers, json={}),
        ]
        assert {code(each) for each in answers} == {(401, "unknown")}, what
        assert {each.headers["www-authenticate"] for each in answers} == {"Bearer"}
    twice = [("authorization", f"Bearer {place.token()}")] * 2
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=place.api), base_url="http://127.0.0.1"
    ) as client:
        answer = await client.get(f"/v1/tenants/{place.shop.tenant}/approvals", headers=twice)
    assert code(answer) == (401, "unknown")
    place.shop.clock.advance(timedelta(minutes=15))
    assert code(await place.ask("GET", headers={"authorization": "Basic YW5uOg=="})) == (401, "unknown")


@pytest.mark.negative
@pytest.mark.parametrize(
    ("method", "rest", "sent", "expected"),
    [
        ("GET", "/0198C0DE-0000-7000-8000-00000000000A", {}, (404, "not_found")),
        ("GET", "/{0198c0de-0000-7000-8000-00000000000a}", {}, (404, "not_found")),
        ("GET", "/0198c0de-0000-7000-8000-00000000000a", {}, (404, "not_found")),
        ("GET", "/", {}, (404, "not_found")),
        ("GET", "/%2e%2e/approvals", {}, (404, "not_found")),
        ("GET", "/0198c0de-0000-7000-8000-00000000000a/decision", {}, (405, "method")),
        ("DELETE", "", {}, (405, "method")),
        ("HEAD", "", {}, 405),
        ("GET", "?limit=0", {}, (400, "query")),
        ("GET", "?limit=201", {}, (400, "query")),
        ("GET", "?limit=9&limit=9", {}, (400, "query")),
        ("GET", "?limit=%D9%A3", {}, (400, "query")),
        ("GET", "?tenant=other", {}, (400, "query")),
        ("GET", "?limit", {}, (400, "query")),
        ("GET", "?" + "&".join(["a=b"] * 9), {}, (400, "query")),
        ("POST", "@", {"content": b"verdict=approve"}, (415, "type")),
        ("POST", "@", {"content": b""}, (415, "type")),
        ("POST", "@?x=1", {"json": {}}, (400, "query")),
        ("POST", "@", {"json": []}, (400, "body")),
        ("POST", "@", {"json": {"verdict": "maybe"}}, (400, "body")),
        ("POST", "@", {"json": {"verdict": ["approve"]}}, (400, "body")),
        ("POST", "@", {"json": {"tenant": "b"}}, (400, "body")),
        ("POST", "@", {"json": {"reason": "x" * 501}}, (400, "body")),
        ("POST", "@", {"json": {"reason": "a\nb"}}, (400, "body")),
        ("POST", "@", {"json": {"override": "yes"}}, (400, "body")),
        ("POST", "@", {"raw": b"{"}, (400, "json")),
        ("POST", "@", {"raw": b'{"verdict": "approve", "verdict": "deny"}'}, (400, "json")),
        ("POST", "@", {"raw": b'{"reason": NaN}'}, (400, "json")),
        ("POST", "@", {"raw": b"[" * 8_000}, (400, "json")),
        ("POST", "@", {"raw": b"\xff\xfe"}, (400, "json")),
        ("POST", "@", {"raw": b"{" + b" " * 17_000 + b"}"}, (413, "too_large")),
    ],
)
async def test_what_is_not_asked_as_it_should_be_is_refused(
    method: str, rest: str, sent: dict[str, Any], expected: object
) -> None:
    """Other addresses, methods, queries, types, sizes and bodies: each has its status and its code."""
    place = Place()
    request = await place.held()
    sent = dict(sent)
    if "raw" in sent:
        sent = {"content": sent["raw"], "headers": {"content-type": "application/json"}}
    answer = await place.ask(method, rest.replace("@", f"/{request.approval_id}/decision"), **sent)
    assert (answer.status_code if isinstance(expected, int) else code(answer)) == expected
    assert place.wrong == []


@pytest.mark.negative
async def test_one_tenant_is_not_told_of_another_one() -> None:
    """A token is good in its own tenant; in one of the business's others, or in nobody's, it is no way in."""
    place = Place()
    await place.held()
    other = place.shop.compiled.file.tenants[1].id
    assert code(await place.ask("GET", tenant=other)) == (401, "unknown")
    headers = {"authorization": f"Bearer {place.token(tenant=other)}"}
    assert code(await place.ask("GET", tenant=other, headers=headers)) == (404, "not_found")
    both = ApprovalApi(
        tenants=frozenset({place.shop.tenant, other}), opening=place.opening, on_error=place.wrong.append
    )
    place.api = both
    assert (await place.ask("GET", tenant=other, headers=headers)).json() == {"approvals": []}


@pytest.mark.negative
async def test_a_request_that_ends_early_decides_nothing() -> None:
    """Of a body that does not come whole nothing is believed, and one that never ends is not read whole."""
    place = Place()
    scope = {"type": "http", "method": "POST", "path": "/", "headers": [], "query_string": b""}
    more = {"type": "http.request", "body": b" " * 9_000, "more_body": True}
    gone = await spoken_to(place, scope, more, {"type": "http.disconnect"})
    assert gone[0]["status"] == 400
    assert (await spoken_to(place, scope, more, more))[0]["status"] == 413


_NAMES = st.sampled_from(["verdict", "fingerprint", "reason", "override", "x"])
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES, inner),
    max_leaves=6,
)


@settings(max_examples=60)
@given(body=st.binary(max_size=200) | _JSON.map(orjson.dumps))
async def test_no_body_breaks_it(body: bytes) -> None:
    """Whatever is sent as a decision is answered with a status below 500, and nothing is decided."""
    place = Place()
    request = await place.held()
    headers = {"content-type": "application/json"}
    answer = await place.ask("POST", f"/{request.approval_id}/decision", content=body, headers=headers)
    assert answer.status_code in (400, 413)
    assert place.wrong == []


@settings(max_examples=60)
@given(bad=st.text(st.characters(max_codepoint=255), max_size=60), dots=st.integers(0, 3))
async def test_no_token_breaks_it(bad: str, dots: int) -> None:
    """Whatever stands for a token is refused as one, and breaks nothing."""
    place = Place()
    value = f"Bearer {'.'.join([bad] * (dots + 1))}".encode("latin-1")
    scope = {"type": "http", "method": "GET", "path": place.path, "headers": [(b"authorization", value)]}
    told = await spoken_to(place, scope, {"type": "http.request"})
    assert told[0]["status"] == 401
    assert place.wrong == []
