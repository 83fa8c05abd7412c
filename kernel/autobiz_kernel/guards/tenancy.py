"""Sixth guard: every entity that is named is the run's tenant's; the database would only see nothing."""

from collections.abc import Iterator

from autobiz_kernel.canonical import JsonValue
from autobiz_kernel.codes import ErrorCode
from autobiz_kernel.contract import ToolContract
from autobiz_kernel.ruling import ALLOW, Asked, Ruling, RunView, deny

SEPARATOR = ":"


def tenancy(run: RunView, asked: Asked, contract: ToolContract) -> Ruling:
    """Refuse a reference whose prefix is not the tenant's, whole and up to the separator."""
    prefix = run.tenant_prefix + SEPARATOR
    for name in contract.entities:
        for reference in _references(asked.arguments.get(name)):
            if not (
                isinstance(reference, str) and reference.startswith(prefix) and len(reference) > len(prefix)
            ):
                return deny(ErrorCode.CROSS_TENANT, f"argument {name} refers to what is not this tenant's")
    return ALLOW


def _references(value: JsonValue) -> Iterator[JsonValue]:
    if isinstance(value, list | tuple):
        yield from value
    elif value is not None:
        yield value
