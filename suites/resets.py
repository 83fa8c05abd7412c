"""Words of those who reset circuits, as tests need them."""

from datetime import timedelta
from uuid import UUID

from autobiz_kernel import timed_id
from autobiz_kernel.breaker import Reset

from .ledgers_alike import BEGIN


def a_word(tenant: UUID, number: int = 0, *, dependency: str = "payments", why: str = "it is back") -> Reset:
    """Ann's word that a circuit is to be closed, one minute after the word before it."""
    at = BEGIN + timedelta(minutes=number)
    return Reset(
        reset_id=timed_id(at, number), tenant=tenant, dependency=dependency, who="ann", why=why, at=at
    )
