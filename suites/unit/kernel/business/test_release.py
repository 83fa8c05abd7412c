"""Releases: signed, opened, and not opened."""

import base64

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from autobiz_kernel.business import ReleaseError, compile_business, open_release, release_of

from ....shop.place import TEXT
from ....shop.tools import CONTRACTS, MAIL

pytestmark = [pytest.mark.priority("P0"), pytest.mark.requirement("INV-06")]

KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
STRANGER = Ed25519PrivateKey.from_private_bytes(b"s" * 32)


def test_a_signed_release_opens_to_the_same_configuration() -> None:
    """Whoever trusts the key gets the configuration that was signed, compiled anew."""
    compiled = compile_business(TEXT, CONTRACTS)
    opened = open_release(
        release_of(compiled, KEY), CONTRACTS, keys=[STRANGER.public_key(), KEY.public_key()]
    )
    assert opened.sha256 == compiled.sha256


@pytest.mark.negative
def test_what_was_altered_or_signed_by_others_does_not_open() -> None:
    """A changed word, a changed digest, another's signature, an unknown key, junk: each is refused."""
    told = orjson.loads(release_of(compile_business(TEXT, CONTRACTS), KEY))
    other = base64.b64encode(STRANGER.sign(b"something")).decode()
    changes: list[dict[str, object]] = [
        {"body": told["body"].replace("5000", "9000")},
        {"sha256": "0" * 64},
        {"signature": other},
        {"signature": "???"},
        {"key_id": "0" * 16},
        {"schema": "autobiz.release/9"},
        {"body": None},
    ]
    for change in changes:
        with pytest.raises(ReleaseError):
            open_release(orjson.dumps(told | change), CONTRACTS, keys=[KEY.public_key()])
    with pytest.raises(ReleaseError, match="no JSON"):
        open_release(b"junk", CONTRACTS, keys=[KEY.public_key()])


@pytest.mark.negative
def test_a_release_needs_the_tools_that_it_was_made_with() -> None:
    """A tool whose contract is another one by now makes the release fail to open, instead of running on."""
    written = release_of(compile_business(TEXT, CONTRACTS), KEY)
    changed = [
        type(each)(
            **{
                name: getattr(each, name)
                for name in each.__dataclass_fields__
                if each.__dataclass_fields__[name].init
            }
            | ({"timeout_ms": 1} if each is MAIL else {})
        )
        for each in CONTRACTS
    ]
    with pytest.raises(Exception, match="CC-01"):
        open_release(written, changed, keys=[KEY.public_key()])
