"""Judge refusals by error: what had to be turned away was, by the declared error and in its words."""

import re

from .oracle import Finding, MissingEvidenceError, oracle
from .verdict import OracleType

_ANY = (BaseException, Exception)


@oracle(OracleType.SCHEMA)
def refused_with(
    error: BaseException | None,
    kind: type[BaseException] | tuple[type[BaseException], ...],
    saying: str = "",
) -> Finding:
    """An attempt was refused with an error of this kind, in words that this pattern is found in.

    `None` is an attempt that went through. Any mistake at all is an `Exception`, so that kind shows nothing.
    """
    kinds = kind if isinstance(kind, tuple) else (kind,)
    if not kinds or any(one in _ANY for one in kinds):
        raise MissingEvidenceError("an error of any kind shows no refusal; name the one that is declared")
    wanted = " or ".join(one.__name__ for one in kinds)
    expected = f"{wanted}: {saying}" if saying else wanted
    if error is None:
        return Finding(holds=False, reason="nothing was refused", observed="no error", expected=expected)
    if not isinstance(error, BaseException):
        raise MissingEvidenceError(f"{type(error).__name__} is no error")
    words = "\n".join([str(error), *getattr(error, "__notes__", ())])
    told = type(error).__name__
    is_kind, is_said = isinstance(error, kinds), re.search(saying, words) is not None
    return Finding(
        holds=is_kind and is_said,
        reason=f"refused with {told}" if is_kind and is_said else _why(told, is_kind=is_kind),
        observed=f"{told}: {words}",
        expected=expected,
    )


def _why(told: str, *, is_kind: bool) -> str:
    return f"refused with {told}, in other words" if is_kind else f"ended by {told}, which is no such refusal"
