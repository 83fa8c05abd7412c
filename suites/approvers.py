"""People who decide at the small shop, with keys of numbers, so that nothing is drawn."""

import base64
from datetime import datetime, timedelta
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from autobiz_kernel.approvals import token_of

from .shop.place import TENANT_A, TEXT

GROUPS = {
    "ann": "finance",
    "bob": "finance, owners",
    "cid": "stock",
    "eve": "admins",
    "refund_agent": "finance, admins",
}
KEYS = {
    name: Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32)
    for number, name in enumerate(GROUPS, start=1)
}


def public(name: str) -> str:
    """Somebody's key as the configuration has it."""
    return base64.b64encode(KEYS[name].public_key().public_bytes_raw()).decode()


_PEOPLE = TEXT[TEXT.index("people:\n") : TEXT.index("workflows:\n")]
PEOPLE = "people:\n" + "".join(
    f'  {name}: {{groups: [{groups}], key: "{public(name)}"}}\n' for name, groups in GROUPS.items()
)
KEYED = TEXT.replace(_PEOPLE, PEOPLE)


def token(
    name: str,
    *,
    now: datetime,
    tenant: UUID = TENANT_A,
    minutes: float = 15,
    key: Ed25519PrivateKey | None = None,
) -> str:
    """A token that somebody has signed."""
    lifetime = timedelta(minutes=minutes)
    return token_of(key or KEYS[name], name=name, tenant=tenant, now=now, lifetime=lifetime)
