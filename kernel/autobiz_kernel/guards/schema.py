"""Fifth guard: size, depth and form of the arguments, and the whole identity of the act."""

import re

from autobiz_kernel.canonical import canonical
from autobiz_kernel.codes import ErrorCode
from autobiz_kernel.contract import ToolContract
from autobiz_kernel.errors import CanonicalError
from autobiz_kernel.json_schema import complaints_of
from autobiz_kernel.ruling import Asked, Ruling, deny

BYTES_MAX = 256 * 1024
_CURRENCY = re.compile(r"[A-Za-z]{3}")


def schema(asked: Asked, contract: ToolContract) -> bytes | Ruling:
    """Return the canonical bytes of valid arguments; the sentence of a refusal names places, never values."""
    try:
        written = canonical(dict(asked.arguments), name="arguments")
    except CanonicalError as error:
        return deny(ErrorCode.SCHEMA_INVALID, str(error))
    if len(written) > BYTES_MAX:
        return deny(ErrorCode.SCHEMA_INVALID, f"arguments take {len(written)} bytes, {BYTES_MAX} at most")
    if not contract.takes.is_valid(asked.arguments):
        return deny(ErrorCode.SCHEMA_INVALID, "; ".join(complaints_of(contract.takes, asked.arguments)))
    absent = contract.absent_identity(asked.arguments)
    if absent:
        return deny(ErrorCode.SCHEMA_INVALID, f"arguments lack {', '.join(absent)}, which identify the act")
    unclear = _unclear_money(asked, contract)
    return deny(ErrorCode.SCHEMA_INVALID, unclear) if unclear else written


def _unclear_money(asked: Asked, contract: ToolContract) -> str:
    """Say what keeps an amount from being written into a receipt; afterwards would be too late."""
    if not contract.amount:
        return ""
    if type(asked.arguments.get(contract.amount)) is not int:
        return f"{contract.amount} must be a whole number of the currency's smallest unit"
    if not _CURRENCY.fullmatch(str(asked.arguments.get(contract.currency))):
        return f"{contract.currency} must be a currency's three letters"
    return ""
