"""Take a value apart, look into every corner, and put together what may be kept."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from autobiz_kernel.canonical import JsonValue, canonical

from .scanner import Kind, has_known_secret, is_quiet, kinds_in, mask

_SENSITIVE = frozenset(
    [
        "password",
        "passwd",
        "pwd",
        "secret",
        "clientsecret",
        "apikey",
        "apisecret",
        "accesstoken",
        "refreshtoken",
        "authtoken",
        "token",
        "authorization",
        "privatekey",
        "cvc",
        "cvv",
        "cardnumber",
        "pan",
        "pin",
    ]
)
_SEPARATORS = re.compile(r"[\s_.-]")
_DIGITS_MIN = 10**12
# A secret that was cut in two is put together again over this many neighbours.
_NEIGHBOURS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """Where something was found that the allowlist had let through, and of what kind; never what."""

    where: str
    kind: Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleaned:
    """What may be kept, and what was found on the way."""

    value: dict[str, Any]
    hits: tuple[Hit, ...] = ()


class Redactor:
    """A field with a secret goes, personal data is masked; either is told to whoever watches."""

    def clean(
        self, value: Mapping[str, JsonValue], *, name: str = "value", written: bytes | None = None
    ) -> Cleaned:
        """Return what may be kept of a value; who has its canonical form at hand passes that along."""
        plain = dict(value)
        text = canonical(plain, name=name) if written is None else written
        if is_quiet(text.decode()) and not _asks_for_a_look(plain):
            return Cleaned(value=plain)
        walk = _Walk()
        kept = walk.mapping(value, name)
        return Cleaned(value=kept, hits=tuple(walk.hits))

    def text(self, text: str) -> str:
        """Return what may be kept of a sentence, such as an error's."""
        kinds = kinds_in(text)
        if any(kind.is_dropped for kind in kinds):
            return "(left out: it held what looks like a secret)"
        return mask(text) if kinds else text


def _asks_for_a_look(value: dict[str, JsonValue]) -> bool:
    """Whether a name is sensitive, or two neighbours together are what neither is alone."""
    names: set[str] = set()
    pairs: list[str] = []
    _collect(value, names, pairs)
    return any(map(_is_sensitive, names)) or has_known_secret("\n".join(pairs))


def _collect(value: JsonValue, names: set[str], pairs: list[str]) -> None:
    members: Iterable[JsonValue] = ()
    if isinstance(value, dict):
        names.update(value)
        members = value.values()
    elif isinstance(value, list | tuple):
        members = value
    before: str | None = None
    for member in members:
        if type(member) is str:
            if before is not None:
                pairs.append(before + member)
            before = member
        elif isinstance(member, dict | list | tuple):
            _collect(member, names, pairs)


@lru_cache(maxsize=4096)
def _is_sensitive(name: str) -> bool:
    return _SEPARATORS.sub("", name).lower() in _SENSITIVE


@dataclass(slots=True)
class _Walk:
    hits: list[Hit] = field(default_factory=list)

    def mapping(self, value: Mapping[str, JsonValue], where: str) -> dict[str, Any]:
        kept: dict[str, Any] = {}
        torn = _torn([*value.values()])
        for at, (name, member) in enumerate(value.items()):
            inside = f"{where}.{name}"
            kinds = kinds_in(name)
            if kinds:
                self.hits.append(Hit(where=f"{where}: the name of member {at}", kind=min(kinds)))
            elif (_is_sensitive(name) and member not in (None, "", True, False)) or at in torn:
                self.hits.append(Hit(where=inside, kind=Kind.SECRET))
            else:
                is_kept, made = self.value(member, inside)
                if is_kept:
                    kept[name] = made
        return kept

    def value(self, value: JsonValue, where: str) -> tuple[bool, Any]:
        if isinstance(value, Mapping):
            return True, self.mapping(value, where)
        if isinstance(value, list | tuple):
            torn = _torn([*value])
            for at in torn:
                self.hits.append(Hit(where=f"{where}[{at}]", kind=Kind.SECRET))
            made = [self.value(member, f"{where}[{at}]") for at, member in enumerate(value) if at not in torn]
            return True, [member for is_kept, member in made if is_kept]
        if isinstance(value, str):
            return self._text(value, where)
        if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) >= _DIGITS_MIN:
            return self._text(str(value), where)[0], value
        return True, value

    def _text(self, text: str, where: str) -> tuple[bool, str]:
        kinds = kinds_in(text)
        self.hits += [Hit(where=where, kind=kind) for kind in sorted(kinds)]
        if not kinds:
            return True, text
        if any(kind.is_dropped for kind in kinds):
            return False, ""
        masked = mask(text)
        # What cannot be masked because it is wrapped goes like a secret.
        return (True, masked) if not kinds_in(masked) else (False, "")


def _torn(members: list[JsonValue]) -> frozenset[int]:
    """Number the neighbours that are a secret only together."""
    texts = [(at, member) for at, member in enumerate(members) if isinstance(member, str)]
    found: set[int] = set()
    for first in range(len(texts) - _NEIGHBOURS + 1):
        pair = texts[first : first + _NEIGHBOURS]
        joined = "".join(text for _, text in pair)
        if has_known_secret(joined) and not any(has_known_secret(text) for _, text in pair):
            found.update(at for at, _ in pair)
    return frozenset(found)
