"""Read JUnit XML as pytest, Maven, gtest, Jest and gotestsum write it; the parser trusts nothing."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn
from xml.parsers import expat  # entity bombs are refused below

from .reading import BADNESS, Reading, reading_of, refusal

FILE_BYTES_MAX = 256 * 1024 * 1024
DEPTH_MAX = 64
_CHUNK_BYTES = 256 * 1024

# An attempt that failed stays a failed trial, even where a later attempt of the same run passed.
_CHILDREN = {
    "failure": "fail",
    "flakyFailure": "fail",
    "rerunFailure": "fail",
    "error": "unknown",
    "flakyError": "unknown",
    "rerunError": "unknown",
    "skipped": "skip",
}
# Any other name would be looked up among Python's codecs, and some of those do more than decode.
_ENCODING = re.compile(r"(?i)utf-?(8|16|16le|16be)|(us-)?ascii|iso-?8859-\d+|latin-?\d|(windows-|cp)125\d")
_UNRUN = frozenset({"notrun", "skipped", "suppressed", "disabled", "pending", "todo"})


@dataclass(slots=True)
class _Suite:
    name: str
    declared: int
    bad: int = 0


@dataclass(slots=True)
class _Test:
    name: str
    suite: str
    depth: int
    outcomes: list[str] = field(default_factory=list)
    named: list[tuple[str, str]] = field(default_factory=list)


def read_junit(path: Path) -> tuple[list[Reading], list[str]]:
    """The results of one file, and what makes them less than whole."""
    reader = _Reader(path)
    try:
        if path.stat().st_size > FILE_BYTES_MAX:
            raise refusal(path, None, f"is larger than {FILE_BYTES_MAX} bytes; split it by suite.")
        with path.open("rb") as file:
            reader.read(iter(lambda: file.read(_CHUNK_BYTES), b""))
    except OSError as error:
        raise refusal(path, None, f"cannot be read: {error.strerror or error}.") from None
    if not reader.readings:
        reader.problems.append(f"{path.name} holds no test case")
    return reader.readings, reader.problems


class _Reader:
    def __init__(self, path: Path) -> None:
        self.readings: list[Reading] = []
        self.problems: list[str] = []
        self._path = path
        self._tags: list[str] = []
        self._suites: list[_Suite] = []
        self._test: _Test | None = None
        self._parser = expat.ParserCreate()
        self._parser.XmlDeclHandler = self._encoded
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.StartDoctypeDeclHandler = self._declared
        self._parser.EntityDeclHandler = self._declared

    def read(self, chunks: Iterator[bytes]) -> None:
        size = 0
        try:
            for chunk in chunks:
                size += len(chunk)
                if size > FILE_BYTES_MAX:
                    self._refuse(f"is larger than {FILE_BYTES_MAX} bytes; split it by suite.")
                self._parser.Parse(chunk, False)
            self._parser.Parse(b"", True)
        except expat.ExpatError as error:
            words = expat.ErrorString(error.code)
            raise refusal(
                self._path,
                error.lineno,
                f"not well-formed XML ({words}); the writer may have died. Write it anew.",
            ) from None
        except (LookupError, ValueError, UnicodeError):
            self._refuse("is in an encoding that cannot be read; write it as UTF-8.")

    def _refuse(self, words: str) -> NoReturn:
        raise refusal(self._path, self._parser.CurrentLineNumber, words)

    def _encoded(self, version: str, encoding: str | None, standalone: int) -> None:  # noqa: ARG002  expat's
        if encoding is not None and not _ENCODING.fullmatch(encoding):
            self._refuse(f"is in encoding {encoding[:40]!r}; write it as UTF-8.")

    def _declared(self, *_: object) -> None:
        self._refuse("declares a DOCTYPE or an entity, which no test report needs; remove the declaration.")

    def _start(self, tag: str, given: dict[str, str]) -> None:
        if not self._tags and tag not in ("testsuites", "testsuite"):
            self._refuse(f"begins with <{tag}>, but a JUnit report with <testsuites> or <testsuite>.")
        self._tags.append(tag)
        if len(self._tags) > DEPTH_MAX:
            self._refuse(f"nests more than {DEPTH_MAX} elements deep, which no test report does.")
        if tag == "testsuite":
            self._suites.append(_Suite(given.get("name", ""), self._bad_declared(given)))
        elif tag == "testcase":
            self._start_test(given)
        elif self._test is None:
            if tag in ("failure", "error"):
                self.problems.append(
                    f"{self._path.name}:{self._parser.CurrentLineNumber}: <{tag}> outside any test case"
                )
        elif tag in _CHILDREN and len(self._tags) == self._test.depth + 1:
            self._test.outcomes.append(_CHILDREN[tag])
        elif tag == "property":
            self._test.named.append((given.get("name", ""), given.get("value", "")))

    def _bad_declared(self, given: dict[str, str]) -> int:
        total = 0
        for key in ("failures", "errors"):
            text = given.get(key) or "0"
            if not (text.isascii() and text.isdecimal() and len(text) < 10):
                self._refuse(f"{key}={text[:40]!r} is not a count; the report is not what a tool wrote.")
            total += int(text)
        return total

    def _start_test(self, given: dict[str, str]) -> None:
        if self._test is not None:
            self._refuse("a <testcase> inside a <testcase>; results nest only by <testsuite>.")
        name = given.get("name", "")
        if not name:
            self._refuse("a <testcase> without a name, so its result belongs to no case.")
        suite = self._suites[-1].name if self._suites else ""
        self._test = _Test(name=_case(name, given, suite), suite=suite, depth=len(self._tags))
        if _UNRUN & {given.get("status", "").lower(), given.get("result", "").lower()}:
            self._test.outcomes.append("skip")
        else:
            self._test.outcomes += [
                {"failed": "fail", "failure": "fail", "error": "unknown"}[word]
                for word in (given.get("status", "").lower(), given.get("result", "").lower())
                if word in ("failed", "failure", "error")
            ]

    def _end(self, tag: str) -> None:
        self._tags.pop()
        if tag == "testsuite":
            suite = self._suites.pop()
            if self._suites:
                self._suites[-1].bad += suite.bad
            if suite.declared > suite.bad:
                self.problems.append(
                    f"{self._path.name}: suite {suite.name!r} declares {suite.declared} failures and errors,"
                    f" but shows {suite.bad}"
                )
        elif tag == "testcase" and self._test is not None:
            test, self._test = self._test, None
            outcome = max(test.outcomes, key=BADNESS.__getitem__, default="pass")
            if self._suites:
                self._suites[-1].bad += sum(word in ("fail", "unknown") for word in test.outcomes)
            self.readings.append(reading_of(test.name, outcome, test.suite or None, test.named))


def _case(name: str, given: dict[str, str], suite: str) -> str:
    classname = given.get("classname", "")
    if suite == "pytest" or suite.startswith("pytest-"):
        return _node_id(name, classname, given.get("file"))
    return name if not classname or classname == name else f"{classname}::{name}"


def _node_id(name: str, classname: str, file: str | None) -> str:
    """The node id pytest had: of the dotted name, trailing words with a capital are classes."""
    if not classname:
        return name
    words = classname.split(".")
    classes: list[str] = []
    while len(words) > 1 and words[-1][:1].isupper():
        classes.insert(0, words.pop())
    return "::".join([file or "/".join(words) + ".py", *classes, name])
