"""The keys on which exactly-once rests, checked before anything else runs."""

import json
import random
import subprocess
import sys
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autobiz_kernel import JsonValue, canonical, external_key, fingerprint, internal_key
from autobiz_oracles import expect

pytestmark = [pytest.mark.priority("P0"), pytest.mark.requirement("P1-R06")]

TENANT = UUID("6f2a1c1e-0000-4000-8000-00000000a001")
IDENTITY: dict[str, JsonValue] = {"order_id": "o-1", "refund_id": "r-1", "lines": [{"sku": "a", "units": 2}]}

H07 = pytest.mark.test_id("P1-H07")
H08 = pytest.mark.test_id("P1-H08")

scalars = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(max_size=8)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)
identities = st.dictionaries(st.text(max_size=8), values, min_size=1, max_size=4)


def key(identity: dict[str, Any] = IDENTITY, *, tenant: UUID = TENANT, operation: str = "refund") -> bytes:
    return internal_key(tenant=tenant, tool="stripe", operation=operation, identity=identity)


def shuffled(value: Any, rng: random.Random) -> Any:
    """The same JSON value with the members of every object in another order."""
    if isinstance(value, dict):
        members = [(name, shuffled(member, rng)) for name, member in value.items()]
        rng.shuffle(members)
        return dict(members)
    return [shuffled(member, rng) for member in value] if isinstance(value, list) else value


@pytest.mark.adversarial(56)
@H07
@given(identity=identities, rng=st.randoms(use_true_random=False))
def test_key_order_is_irrelevant(identity: dict[str, Any], rng: random.Random) -> None:
    """The order in which members are written changes neither key nor fingerprint."""
    other = shuffled(identity, rng)
    expect.worlds(key(other), key(identity)).alike()
    expect.worlds(fingerprint(other), fingerprint(identity)).alike()


@pytest.mark.adversarial(56)
@H07
@given(identity=identities)
def test_whitespace_and_escapes_are_irrelevant(identity: dict[str, Any]) -> None:
    """However a JSON text spells one value, the key is the same."""
    spellings = (
        json.dumps(identity, indent=3, ensure_ascii=True),
        json.dumps(identity, separators=(",", ":"), ensure_ascii=False),
    )
    expect.worlds({key(json.loads(text)) for text in spellings}, {key(identity)}).alike()


@pytest.mark.adversarial(56)
@H07
@pytest.mark.parametrize(
    ("one", "other"),
    [("1", "1.0"), ("100", "1e2"), ("0", "-0.0"), ("0.000001", "1e-6"), ("1500", "1.5E+3")],
)
def test_number_form_is_irrelevant(one: str, other: str) -> None:
    """A number is its value, not the way it was written."""
    expect.worlds(key({"n": json.loads(one)}), key({"n": json.loads(other)})).alike()
    expect.worlds(fingerprint({"n": json.loads(one)}), fingerprint({"n": json.loads(other)})).alike()


@pytest.mark.adversarial(57)
@H07
@pytest.mark.negative
@pytest.mark.parametrize(
    ("one", "other"),
    [
        (500, "500"),
        (1, True),
        (0, False),
        (0, None),
        ("", None),
        ("\u00e9", "e\u0301"),
        ([1, 2], [2, 1]),
        (["ab"], ["a", "b"]),
        ({}, []),
    ],
)
def test_different_values_have_different_keys(one: Any, other: Any) -> None:
    """What is not the same value is not the same act."""
    expect.worlds(len({key({"v": one}), key({"v": other})}), 2).alike()


@pytest.mark.adversarial(69)
@H07
@pytest.mark.negative
def test_every_part_of_an_act_counts() -> None:
    """Tenant, tool, operation and identity each change the key, and none can pose as another."""
    keys = {
        key(),
        key(tenant=uuid4()),
        key(operation="capture"),
        key({**IDENTITY, "refund_id": "r-2"}),
        internal_key(tenant=TENANT, tool="refund", operation="stripe", identity=IDENTITY),
        internal_key(tenant=TENANT, tool="stripe", operation="refund", identity={"identity": IDENTITY}),
    }
    expect.worlds(len(keys), 6).alike()


@H07
def test_key_is_the_same_in_another_process() -> None:
    """No process has its own idea of a key, whatever its hash seed."""
    script = (
        "import sys, json, uuid; from autobiz_kernel import internal_key; "
        "print(internal_key(tenant=uuid.UUID(sys.argv[1]), tool='stripe', operation='refund', "
        "identity=json.loads(sys.argv[2])).hex())"
    )
    for hash_seed in ("0", "1"):
        output = subprocess.run(
            [sys.executable, "-c", script, str(TENANT), json.dumps(IDENTITY)],
            env={"PYTHONHASHSEED": hash_seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        expect.worlds(output.strip(), key().hex()).alike()


@H07
def test_key_is_pinned() -> None:
    """The key of a known act never changes: a new formula would repeat every effect of the last day."""
    expect.worlds(
        canonical(IDENTITY), b'{"lines":[{"sku":"a","units":2}],"order_id":"o-1","refund_id":"r-1"}'
    ).alike()
    expect.worlds(key().hex(), "8aa0750cfd0b39e0bdd97aa5ffdb50cf2ea1242f0e1026b8b62f929b39fe3fcc").alike()
    expect.worlds(external_key(key()), "autobiz:96334aad0058b33cc7c146f17c45b448").alike()


@pytest.mark.adversarial(70)
@H08
@given(identity=identities, tenant=st.uuids())
def test_external_key_has_one_form(identity: dict[str, Any], tenant: UUID) -> None:
    """An external key is `autobiz:` and 32 lower-case hex digits, 40 characters in all."""
    form = {"type": "string", "pattern": "^autobiz:[0-9a-f]{32}$", "maxLength": 40}
    expect.schema(external_key(key(identity, tenant=tenant))).conforms(form)


@H08
@pytest.mark.negative
@given(identity=identities, tenant=st.uuids())
def test_external_key_reveals_nothing(identity: dict[str, Any], tenant: UUID) -> None:
    """Neither the tenant nor the internal key can be read from an external key."""
    inside = key(identity, tenant=tenant)
    outside = external_key(inside)
    digits = outside.removeprefix("autobiz:")
    windows = {inside.hex()[:32], *(tenant.hex[at : at + 12] for at in range(21))}
    expect.complaints([window for window in windows if window in digits], about=windows).none()


@H08
@pytest.mark.negative
def test_external_keys_of_tenants_are_unrelated() -> None:
    """One act in a thousand tenants has a thousand external keys."""
    expect.worlds(len({external_key(key(tenant=UUID(int=number))) for number in range(1000)}), 1000).alike()
