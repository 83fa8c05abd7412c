"""Know who asks over HTTP: a token that the person has signed, for one tenant, for some minutes."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from .identity import Identity, IdentityError, Via, public_key_of
from .people import Person

ALGORITHM: Final = "EdDSA"
LIFETIME_MAX: Final = timedelta(minutes=15)
# Clocks of people and servers differ.
SKEW: Final = timedelta(seconds=60)
TOKEN_MAX: Final = 2_048
_CLAIMS: Final = frozenset({"sub", "aud", "iat", "exp"})
# Moments are judged by our own clock, below.
_OPTIONS: Final[Any] = {
    "require": sorted(_CLAIMS),
    "verify_signature": True,
    "verify_aud": True,
    "verify_exp": False,
    "verify_iat": False,
    "verify_nbf": False,
}


def audience_of(tenant: object) -> str:
    """Name the one place in which a token is worth anything."""
    return f"autobiz:approvals:{tenant}"


def token_of(
    key: Ed25519PrivateKey, *, name: str, tenant: object, now: datetime, lifetime: timedelta = LIFETIME_MAX
) -> str:
    """Sign a token; whoever holds it may read and decide as this person until it has passed."""
    began = int(now.timestamp())
    claims = {
        "sub": name,
        "aud": audience_of(tenant),
        "iat": began,
        "exp": began + int(lifetime.total_seconds()),
    }
    return jwt.encode(claims, key, algorithm=ALGORITHM)


def identity_of_token(token: str, people: Mapping[str, Person], *, tenant: object, now: datetime) -> Identity:
    """Return who has signed a token for this tenant, or raise; the words tell a stranger nothing."""
    if len(token) > TOKEN_MAX:
        raise IdentityError(f"the token takes more than {TOKEN_MAX} characters")
    try:
        # Whose key it is checked with is what it claims; the signature shows that it is true.
        claimed = jwt.decode(token, options={"verify_signature": False}).get("sub")
        person = people.get(claimed) if isinstance(claimed, str) else None
        if person is None or person.key is None:
            raise IdentityError("the token is of nobody whose key the configuration has")
        claims = jwt.decode(
            token,
            public_key_of(person.key),
            algorithms=[ALGORITHM],
            audience=audience_of(tenant),
            options=_OPTIONS,
        )
    except (jwt.PyJWTError, ValueError, TypeError, RecursionError) as error:
        raise IdentityError("the token is not of this person, or not for this tenant") from error
    began, ends = _moment(claims["iat"]), _moment(claims["exp"])
    if not began - SKEW <= now < ends:
        raise IdentityError("the token has passed, or is not valid yet; sign another")
    if ends - began > LIFETIME_MAX:
        raise IdentityError(f"the token is for longer than {LIFETIME_MAX}; sign one that is shorter")
    return Identity(name=str(claimed), groups=person.groups, via=Via.BEARER)


def _moment(seconds: Any) -> datetime:
    if type(seconds) is not int or not 0 <= seconds < 2**40:
        raise IdentityError("the token's moments are no whole seconds")
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError) as error:
        raise IdentityError("the token's moments are none") from error
