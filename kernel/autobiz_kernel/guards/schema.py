"""Fifth guard: size, depth and form of the arguments, and the whole identity of the act."""

from autobiz_kernel.canonical import canonical
from autobiz_kernel.codes import ErrorCode
from autobiz_kernel.contract import ToolContract
from autobiz_kernel.errors import CanonicalError
from autobiz_kernel.json_schema import complaints_of
from autobiz_kernel.ruling import Asked, Ruling, deny

BYTES_MAX = 256 * 1024


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
    return written
