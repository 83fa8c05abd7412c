"""Where each key of a TOML text stands, which tomllib does not tell."""

import re
import tomllib
from bisect import bisect_left
from dataclasses import dataclass, field

Path = tuple[str | int, ...]

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_SPACE = re.compile(r"[ \t]*")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_SCALAR = re.compile(r"[^,\]}\n#]*")
_STRING = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}(?!")'
    r"|'''.*?'{3,5}(?!')"
    r'|"(?:\\.|[^"\\\n])*"'
    r"|'[^'\n]*'",
    re.DOTALL,
)


def lines_of_keys(text: str) -> dict[Path, int]:
    """Return the line of every key, table and array item of a text that tomllib has accepted."""
    scan = _Scan(text.replace("\r\n", "\n"))
    scan.document()
    return scan.lines


@dataclass(slots=True)
class _Scan:
    """One walk over the text; it trusts that the text is valid TOML."""

    text: str
    at: int = 0
    newlines: list[int] = field(init=False)
    lines: dict[Path, int] = field(default_factory=dict)
    tables_seen: dict[Path, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.newlines = [match.start() for match in re.finditer("\n", self.text)]

    def document(self) -> None:
        table: Path = ()
        self.skip(_BLANK)
        while self.at < len(self.text):
            if self.text.startswith("[[", self.at):
                table = self.header(brackets=2)
            elif self.text[self.at] == "[":
                table = self.header(brackets=1)
            else:
                self.pair(table)
            self.skip(_BLANK)

    def header(self, *, brackets: int) -> Path:
        line = self.line()
        self.at += brackets
        path: Path = ()
        keys = self.key()
        for place, key in enumerate(keys):
            path = (*path, key)
            self.lines.setdefault(path, line)
            last = place == len(keys) - 1
            if last and brackets == 2:
                self.tables_seen[path] = self.tables_seen.get(path, -1) + 1
            # A header below an array of tables means the array's latest table.
            if path in self.tables_seen:
                path = (*path, self.tables_seen[path])
                self.lines.setdefault(path, line)
        self.at += brackets
        return path

    def pair(self, table: Path) -> None:
        line = self.line()
        path = table
        for key in self.key():
            path = (*path, key)
            self.lines.setdefault(path, line)
        self.at += 1
        self.skip(_SPACE)
        self.value(path)

    def key(self) -> list[str]:
        keys = []
        while True:
            self.skip(_SPACE)
            if self.text[self.at] in "\"'":
                literal = self.take(_STRING)
                keys.append(str(tomllib.loads(f"key = {literal}")["key"]))
            else:
                keys.append(self.take(_BARE_KEY))
            self.skip(_SPACE)
            if not self.text.startswith(".", self.at):
                return keys
            self.at += 1

    def value(self, path: Path) -> None:
        opening = self.text[self.at]
        if opening in "\"'":
            self.take(_STRING)
        elif opening == "[":
            self.array(path)
        elif opening == "{":
            self.inline_table(path)
        else:
            self.take(_SCALAR)

    def array(self, path: Path) -> None:
        self.at += 1
        place = 0
        self.skip(_BLANK)
        while self.text[self.at] != "]":
            self.lines[(*path, place)] = self.line()
            self.value((*path, place))
            place += 1
            self.skip(_BLANK)
            if self.text[self.at] == ",":
                self.at += 1
                self.skip(_BLANK)
        self.at += 1

    def inline_table(self, path: Path) -> None:
        self.at += 1
        self.skip(_BLANK)
        while self.text[self.at] != "}":
            self.pair(path)
            self.skip(_BLANK)
            if self.text[self.at] == ",":
                self.at += 1
                self.skip(_BLANK)
        self.at += 1

    def line(self) -> int:
        return bisect_left(self.newlines, self.at) + 1

    def skip(self, pattern: re.Pattern[str]) -> None:
        match = pattern.match(self.text, self.at)
        self.at = match.end() if match else self.at

    def take(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self.text, self.at)
        if match is None:
            raise AssertionError(f"tomllib accepted a text that is no TOML at character {self.at}")
        self.at = match.end()
        return match[0]
