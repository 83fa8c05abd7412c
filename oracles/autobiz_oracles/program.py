"""Judge programs by what they declare to others: the code they end with, and the words they say."""

from typing import Literal, Protocol, TypeAlias

from .evidence import given
from .oracle import Finding, MissingEvidenceError, oracle
from .verdict import LINES_MAX, OracleType

Stream: TypeAlias = Literal["out", "err"]


class Ending(Protocol):
    """How a program ended, and all that it said."""

    @property
    def code(self) -> int | None: ...
    @property
    def out(self) -> str | None: ...
    @property
    def err(self) -> str | None: ...


@oracle(OracleType.SCHEMA)
def ended_with(ending: Ending | None, code: int) -> Finding:
    """A program ended with this code; one that has not ended has none."""
    ending = given(ending, "the ending of the program")
    found = given(ending.code, "the code of a program that has not ended")
    if isinstance(found, bool) or not isinstance(found, int):
        raise MissingEvidenceError(f"{found!r} is no code that a program ends with")
    holds = found == code
    return Finding(
        holds=holds,
        reason=f"ended with {int(found)}, as declared"
        if holds
        else f"ended with {int(found)}, not with {int(code)}",
        observed=str(int(found)),
        expected=str(int(code)),
        diff="" if holds else _last_words(f"{ending.out or ''}\n{ending.err or ''}"),
    )


@oracle(OracleType.SCHEMA)
def said(ending: Ending | None, *texts: str, on: Stream | None = None) -> Finding:
    """Each of these texts is in what a program said, on this stream or on either one."""
    words = _words(ending, texts, on)
    missing = [text for text in texts if text not in words]
    return Finding(
        holds=not missing,
        reason="; ".join(f"did not say {text!r}" for text in missing) or f"said all of {len(texts)} texts",
        observed="silence" if missing and not words.strip() else "",
        expected=" and ".join(map(repr, texts)),
        diff=_last_words(words) if missing else "",
    )


@oracle(OracleType.SCHEMA)
def never_said(ending: Ending | None, *texts: str, on: Stream | None = None) -> Finding:
    """A program said something, or nothing, but none of these texts."""
    words = _words(ending, texts, on)
    told = [text for text in texts if text in words]
    return Finding(
        holds=not told,
        reason="; ".join(f"said {text!r}" for text in told) or f"said none of {len(texts)} texts",
        observed=", ".join(map(repr, told)),
        expected="none of " + ", ".join(map(repr, texts)),
        is_hollow=not words.strip(),
    )


def _words(ending: Ending | None, texts: tuple[str, ...], on: Stream | None) -> str:
    ending = given(ending, "the ending of the program")
    if not texts or "" in texts:
        raise MissingEvidenceError("no text was asked for: an empty one is in everything")
    if on not in (None, "out", "err"):
        raise MissingEvidenceError(f"a program has the streams out and err, and no {on!r}")
    streams = {"out": given(ending.out, "its output"), "err": given(ending.err, "its errors")}
    return "\n".join(streams.values()) if on is None else streams[on]


def _last_words(words: str) -> str:
    """What is most worth reading of a program that ended otherwise."""
    return "\n".join([line for line in words.splitlines() if line.strip()][-LINES_MAX:])
