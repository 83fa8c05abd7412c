"""Look for everything that must not be stored in one text: one quick look, then closer ones where it pays."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias

import re2

from .entropy import RUN, RUN_MIN, looks_random
from .kinds import Kind
from .numbers import CARD, IBAN, PHONE, SSN, is_card, is_iban, is_phone, is_ssn, without_identifiers
from .tokens import PREFIXED, SHAPED, Closer
from .unwrapping import unwrapped

EMAIL = (
    r"[^\s@<>\"'(),;:\[\]\\/=]+(?:@|\s?[\[({]\s?at\s?[\])}]\s?)"
    r"[\pL\pN](?:[\pL\pN.-]|\s?[\[({]\s?dot\s?[\])}]\s?)*(?:\.\s?|\s?[\[({]\s?dot\s?[\])}]\s?)[\pL]{2,}"
)
_FILES = (".png", ".jpg", ".jpeg", ".svg", ".webp", ".gif", ".css", ".js", ".pdf")

_Pattern: TypeAlias = Any  # RE2's own objects come without types


def is_email(matched: str) -> bool:
    """Say whether it is an address and no file of two sizes, such as `logo@2x.png`."""
    return not matched.lower().endswith(_FILES)


def _set_of(patterns: list[str]) -> Any:
    found = re2.Set.SearchSet()
    for pattern in patterns:
        found.Add(pattern)
    found.Compile()
    return found


@dataclass(frozen=True, slots=True)
class _Look:
    kind: Kind
    pattern: _Pattern
    closer: Closer
    # A set of one answers yes or no in a tenth of the time that it takes to be told where.
    quick: _Pattern

    def finds(self, text: str) -> bool:
        return bool(self.quick.Match(text)) and any(
            self.closer(match.group()) for match in self.pattern.finditer(text)
        )


def _look(kind: Kind, pattern: str, closer: Closer) -> _Look:
    return _Look(kind, re2.compile(pattern), closer, _set_of([pattern]))


# Only patterns with a beginning of their own go into a set: of several runs of broad classes together, an
# automaton has to count every combination.
_PREFIXED = [_look(*entry) for entry in PREFIXED]
_PREFIXED_QUICK = _set_of([pattern for _, pattern, _ in PREFIXED])
_FORMED = [*_PREFIXED, *(_look(*entry) for entry in SHAPED)]
_FORMED_QUICK = _set_of([pattern for _, pattern, _ in (*PREFIXED, *SHAPED)])
# With the number of digits below which there is none.
_NUMBERS = (
    (8, _look(Kind.PHONE, PHONE, is_phone)),
    (9, _look(Kind.SSN, SSN, is_ssn)),
    (10, _look(Kind.IBAN, IBAN, is_iban)),
    (14, _look(Kind.CARD, CARD, is_card)),
)
# One question for all of them, of texts too short for an automaton to have much to count.
_NUMBERS_QUICK = _set_of([PHONE, SSN, IBAN, CARD])
_EMAIL = _look(Kind.EMAIL, EMAIL, is_email)
_AT_WORD = re.compile(r"[\[({]\s?at\s?[\])}]")
_RUN = re.compile(RUN)

DEPTH_MAX = 4
FORMS_MAX = 64
CHARACTERS_MAX = 64 * 1024
_SHORT = 12
_DIGITS_MIN = 8
_SQUEEZED_MAX = 16 * 1024
_REMEMBERED_MAX = 128


class _FoundError(Exception):
    """Something was found: an exception, because those are not remembered and what was found must not be."""

    def __init__(self, kinds: tuple[Kind, ...]) -> None:
        self.kinds = kinds


def scan(text: str) -> tuple[Kind, ...]:
    """Return the kinds of what the text holds that must not be stored, however it is wrapped."""
    if len(text) < _SHORT and _is_too_short(text):
        return ()
    if len(text) > _REMEMBERED_MAX:
        return _scan(text)
    try:
        _find_nothing(text)
    except _FoundError as error:
        return error.kinds
    return ()


@lru_cache(maxsize=16_384)
def _find_nothing(text: str) -> None:
    # The words of commerce come again and again: units, states, titles of products.
    kinds = _scan(text)
    if kinds:
        raise _FoundError(kinds)


def _scan(text: str) -> tuple[Kind, ...]:
    if not text.isascii() and not _is_text(text):
        return (Kind.OPAQUE,)
    if len(text) > CHARACTERS_MAX:
        return (Kind.OPAQUE,)
    kinds, level = _kinds_in(text), unwrapped(text)
    if not kinds and not level:
        return ()
    found = dict.fromkeys(kinds)
    level = [inner for inner in level if inner != text]
    if level:
        _look_inside(level, {text, *level}, found)
    if len(found) > 1:
        found.pop(Kind.HIGH_ENTROPY, None)  # the other kind says more
    return tuple(found)


def _is_text(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _look_inside(level: list[str], seen: set[str], found: dict[Kind, None]) -> None:
    """Take wrappings off, layer by layer; what hides more forms than anybody writes cannot be looked at."""
    for depth in range(1, DEPTH_MAX + 1):
        if len(seen) > FORMS_MAX:
            found[Kind.OPAQUE] = None
            return
        below: list[str] = []
        for form in level:
            found.update(dict.fromkeys(_kinds_in(form)))
            if depth < DEPTH_MAX:
                below.extend(inner for inner in unwrapped(form) if inner not in seen)
        if not below:
            return
        seen.update(below)
        level = below


def _is_too_short(text: str) -> bool:
    """Say whether the text is shorter than anything that is looked for; only addresses are as short."""
    if not text.isascii() or "@" in text:
        return False
    return len(text) < _DIGITS_MIN or _digits_in(text.encode()) < _DIGITS_MIN


def _digits_in(written: bytes) -> int:
    return len(written) - len(written.translate(None, b"0123456789"))


def may_hold_credentials(text: str) -> bool:
    """Say, quickly, whether there may be a credential with a prefix of its own."""
    if len(text) < _SHORT:
        return False
    if len(text) > _REMEMBERED_MAX:
        return bool(_PREFIXED_QUICK.Match(text))
    try:
        _find_no_prefix(text)
    except _FoundError:
        return True
    return False


@lru_cache(maxsize=16_384)
def _find_no_prefix(text: str) -> None:
    # The same neighbours stand together again and again: article, colour and size.
    if _PREFIXED_QUICK.Match(text):
        raise _FoundError(())


def spans_of_credentials(text: str) -> Iterator[tuple[Kind, int, int]]:
    """Yield where credentials with a prefix of their own stand in a text that was put together of parts."""
    for index in _PREFIXED_QUICK.Match(text) or ():
        look = _PREFIXED[index]
        for match in look.pattern.finditer(text):
            if look.closer(match.group()):
                yield look.kind, match.start(), match.end()


def _kinds_in(text: str) -> list[Kind]:
    written = text.encode()
    found = [_FORMED[at].kind for at in _FORMED_QUICK.Match(written) or () if _FORMED[at].finds(text)]
    if _may_hold_address(text) and _EMAIL.finds(text):
        found.append(Kind.EMAIL)
    digits = _digits_in(written)
    if digits >= _DIGITS_MIN:
        found += _kinds_of_numbers(text, digits)
    if len(text) >= RUN_MIN and any(map(looks_random, _RUN.findall(text))):
        found.append(Kind.HIGH_ENTROPY)
    # Words without a digit are no credential that was written with spaces in it.
    if len(text) <= _SQUEEZED_MAX and (digits or "A" in text):
        squeezed = "".join(text.split())
        if len(squeezed) != len(text) and may_hold_credentials(squeezed):
            found += [kind for kind, _, _ in spans_of_credentials(squeezed)]
    return found


def _may_hold_address(text: str) -> bool:
    if "@" in text:
        return True
    return ("[" in text or "(" in text or "{" in text) and _AT_WORD.search(text) is not None


def _kinds_of_numbers(text: str, digits: int) -> list[Kind]:
    bare = without_identifiers(text)
    if bare is not text:
        digits = _digits_in(bare.encode())
    if digits < _DIGITS_MIN or (len(bare) <= _REMEMBERED_MAX and not _NUMBERS_QUICK.Match(bare)):
        return []
    return [look.kind for least, look in _NUMBERS if digits >= least and look.finds(bare)]
