"""Make hostile bytes of valid ones: seeded, and aware of lines, tokens and keys, to get past first looks."""

import json
import random
import re
from collections.abc import Callable, Sequence
from typing import Any, Final

NUMBERS: Final[tuple[str, ...]] = (
    *("0", "-1", "1", "2", "4294967296", "9223372036854775808", "18446744073709551616", "-0", "1e999"),
    *("0.1", "-1e-999", "NaN", "nan", "inf", "-Infinity", "1_000", "0x" + "f" * 300, "9" * 400, "9" * 5000),
)
TEXTS: Final[tuple[str, ...]] = (
    *(
        "",
        " ",
        "\0",
        "a\0b",
        "\ud800",
        "\u202e",
        "\ufeff",
        "\r\n",
        "\u2028",
        "\x1b[31m",
        "../../../etc/passwd",
    ),
    *(
        "/",
        "\u0430",
        "ope\u0578",
        "x" * 300,
        "x" * 70_000,
        "e\u0301",
        "\U0001f600",
        "0001-01-01",
        "9999-12-31",
    ),
    *(
        "9999-12-31T23:59:59+00:00",
        "0001-01-01T00:00:00+23:59",
        "20260101T120000+00:00",
        "[",
        "(" * 60,
        "%s{}",
    ),
)
TOML_VALUES: Final[tuple[Any, ...]] = (
    *NUMBERS,
    *(
        "true",
        "[]",
        "{}",
        '""',
        '"a\\u0000b"',
        "9999-12-31",
        "0001-01-01",
        "07:32:00",
        "1979-05-27T07:32:00Z",
    ),
    *("[" * 40 + "]" * 40, '{"a"=' * 30 + "1" + "}" * 30, '"' + "x" * 5000 + '"', "'''\n'''", '["p0", 7]'),
)
VALUES: Final[tuple[Any, ...]] = (
    None,
    True,
    False,
    0,
    -1,
    2**63,
    2**64,
    10**400,
    0.5,
    1e308,
    float("nan"),
    float("inf"),
    [],
    {},
)
RAW: Final[tuple[bytes, ...]] = (
    *(b"\0", b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\xff\xfe", b"\r", b"\r\n", b"\n", b"\n\n"),
    *(
        b"<!DOCTYPE a [<!ENTITY b 'c'>]>",
        b"<![CDATA[",
        b"&b;",
        b"&#0;",
        b"<?xml version='1.0' encoding='idna'?>",
    ),
    *(
        b"[" * 200,
        b"{" * 200,
        b'{"a":' * 200,
        b'"',
        b"'",
        b"\\",
        b"\\u0000",
        b"\\ud800",
        b",",
        b"=",
        b"]",
        b"}",
    ),
)
_TOKEN: Final = re.compile(rb'"[^"\n]{0,200}"|-?\d+(?:\.\d+)?|[A-Za-z_]{2,40}')
_TOML_VALUE: Final = re.compile(rb"(?m)(?<== ).+$")
_JSON_PAIR: Final = re.compile(rb'"[^"\n]{1,40}":(?:"[^"\n]{0,100}"|\d+|null|true|false)')
_LOOK_ALIKE: Final = {
    "a": "\u0430",
    "e": "\u0435",
    "o": "\u043e",
    "p": "\u0440",
    "c": "\u0441",
    "=": "\uff1d",
}

Change = Callable[[bytes], bytes]


class Mutator:
    """Draws one hostile input after the other from a corpus of valid ones; the same seed draws the same."""

    def __init__(self, corpus: Sequence[bytes], seed: str) -> None:
        self.chance = random.Random(seed)
        self._corpus = corpus
        self._changes: tuple[Change, ...] = (
            *(self.flip, self.byte, self.raw, self.cut_out, self.double, self.truncate, self.splice),
            *(
                self.line,
                self.line,
                self.token,
                self.token,
                self.toml_value,
                self.pair,
                self.alike,
                self.json_tree,
            ),
            *(self.json_tree, self.json_tree),
        )

    def next(self) -> bytes:
        """One input: a valid one changed once to four times; one in a thousand is nothing at all."""
        if self.chance.random() < 0.001:
            return b""
        draw = self.chance
        data = draw.choice(self._corpus)
        for _ in range(draw.choice((1, 1, 1, 2, 2, 3, 4))):
            data = draw.choice(self._changes)(data)
        return data

    def place(self, data: bytes) -> int:
        return self.chance.randrange(len(data) + 1)

    def flip(self, data: bytes) -> bytes:
        """Turn one bit over."""
        if not data:
            return data
        at = self.chance.randrange(len(data))
        return data[:at] + bytes([data[at] ^ (1 << self.chance.randrange(8))]) + data[at + 1 :]

    def byte(self, data: bytes) -> bytes:
        """Put any byte for another."""
        at = self.place(data)
        return data[:at] + bytes([self.chance.randrange(256)]) + data[at + 1 :]

    def raw(self, data: bytes) -> bytes:
        """Put something nasty in, at the beginning as likely as in the middle."""
        at = 0 if self.chance.random() < 0.2 else self.place(data)
        return data[:at] + self.chance.choice(RAW) + data[at:]

    def cut_out(self, data: bytes) -> bytes:
        at = self.place(data)
        return data[:at] + data[at + self.chance.randrange(1, 40) :]

    def double(self, data: bytes) -> bytes:
        """Say a stretch twice, or forty times."""
        at = self.place(data)
        part = data[at : at + self.chance.randrange(1, 200)]
        return data[:at] + part * self.chance.choice((2, 2, 2, 40)) + data[at + len(part) :]

    def truncate(self, data: bytes) -> bytes:
        return data[: self.place(data)]

    def splice(self, data: bytes) -> bytes:
        """The beginning of one valid input and the end of another."""
        other = self.chance.choice(self._corpus)
        return data[: self.place(data)] + other[self.place(other) :]

    def line(self, data: bytes) -> bytes:
        """Drop, double, move or take from elsewhere a line, or change how all of them end."""
        draw = self.chance
        lines = data.splitlines(keepends=True)
        if not lines:
            return data
        at, to = draw.randrange(len(lines)), draw.randrange(len(lines))
        match draw.randrange(6):
            case 0:
                del lines[at]
            case 1:
                lines.insert(to, lines[at])
            case 2:
                lines[at], lines[to] = lines[to], lines[at]
            case 3:
                lines.insert(at, draw.choice(draw.choice(self._corpus).splitlines(keepends=True) or [b"\n"]))
            case 4:
                return data.replace(b"\n", b"\r\n")
            case _:
                draw.shuffle(lines)
        return b"".join(lines)

    def token(self, data: bytes) -> bytes:
        """Put another word, number or string in the place of one."""
        tokens = list(_TOKEN.finditer(data[:20_000]))
        if not tokens:
            return data
        one = self.chance.choice(tokens)
        return data[: one.start()] + self._instead(one[0]) + data[one.end() :]

    def _instead(self, old: bytes) -> bytes:
        draw = self.chance
        match draw.randrange(4):
            case 0:
                return draw.choice(NUMBERS).encode()
            case 1:
                text: bytes = json.dumps(draw.choice(TEXTS)).encode()
                return text if old.startswith(b'"') else text[1:-1]
            case 2:
                return draw.choice(TEXTS).encode("utf-8", "surrogatepass")
            case _:
                words: list[bytes] = _TOKEN.findall(draw.choice(self._corpus)[:20_000])
                return draw.choice(words) if words else b""

    def toml_value(self, data: bytes) -> bytes:
        """Give a key of a TOML file a value of another type, or add a key."""
        if not (values := list(_TOML_VALUE.finditer(data))):
            return self.token(data)
        one = self.chance.choice(values)
        value: bytes = self.chance.choice(TOML_VALUES).encode()
        if self.chance.random() < 0.2:
            return data[: one.end()] + b"\nwords = " + value + data[one.end() :]
        return data[: one.start()] + value + data[one.end() :]

    def pair(self, data: bytes) -> bytes:
        """Give a key of a JSON object twice, the second time perhaps with another value."""
        pairs = list(_JSON_PAIR.finditer(data[:20_000]))
        if not pairs:
            return self.line(data)
        one = self.chance.choice(pairs)
        again = self.token(one[0]) if self.chance.random() < 0.5 else one[0]
        return data[: one.start()] + again + b"," + data[one.start() :]

    def alike(self, data: bytes) -> bytes:
        """Write a letter as another alphabet writes one that looks the same."""
        letter, other = self.chance.choice(tuple(_LOOK_ALIKE.items()))
        return data.replace(letter.encode(), other.encode(), self.chance.choice((1, 2, -1)))

    def json_tree(self, data: bytes) -> bytes:
        """Change a value somewhere in a JSON document, or in one line of a file of them."""
        lines = data.split(b"\n")
        at = self.chance.randrange(len(lines))
        try:
            value = json.loads(lines[at])
        except (ValueError, RecursionError):
            return self.token(data)
        lines[at] = json.dumps(self.changed(value), separators=(",", ":")).encode()
        return b"\n".join(lines)

    def changed(self, value: Any) -> Any:
        """The value with one of its parts replaced, removed, doubled or wrapped."""
        draw = self.chance
        if draw.random() < 0.15 or not value:
            return self.value()
        if isinstance(value, dict):
            return self._changed_object(value)
        if isinstance(value, list):
            at = draw.randrange(len(value))
            instead = draw.choice(([], [value[at]] * 2, [self.changed(value[at])], [self.changed(value[at])]))
            return [*value[:at], *instead, *value[at + 1 :]]
        return self.value()

    def _changed_object(self, value: dict[str, Any]) -> dict[str, Any]:
        draw = self.chance
        key = draw.choice(list(value))
        match draw.randrange(8):
            case 0:
                return {name: one for name, one in value.items() if name != key}
            case 1:
                return {**value, draw.choice((*TEXTS, *value)): self.value()}
            case _:
                return {**value, key: self.changed(value[key])}

    def value(self) -> Any:
        draw = self.chance
        match draw.randrange(4):
            case 0:
                return draw.choice(TEXTS)
            case 1:
                value: Any = draw.choice(VALUES)
                for _ in range(draw.choice((1, 2, 60))):
                    value = [value] if draw.random() < 0.5 else {"a": value}
                return value
            case _:
                return draw.choice(VALUES)
