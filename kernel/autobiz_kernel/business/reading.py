"""Read a configuration file as plain data, and remember on which line each part stands.

YAML with what JSON has and no more: no tags, no anchors, no second meaning of a word like `no` or `1_000`. A
file that is JSON is such a file too.
"""

import re
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import yaml

BYTES_MAX: Final = 1_000_000
DEPTH_MAX: Final = 40
_INTEGER = re.compile(r"-?(0|[1-9][0-9]*)")
_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_WORDS: Final = {"true": True, "false": False, "null": None, "": None, "~": None}

Way: TypeAlias = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A file's data, the line of each of its parts, and what is wrong with its writing."""

    data: Any
    lines: dict[Way, int]
    complaints: tuple[tuple[int, str], ...] = ()

    def line_of(self, way: Way) -> int:
        """Return the line of a part, or of the nearest part around it that is there."""
        while way and way not in self.lines:
            way = way[:-1]
        return self.lines.get(way, 1)


def read_text(text: str) -> Read:
    """Read a file's text; whatever is wrong is told with its line."""
    if len(text.encode("utf-8", "surrogatepass")) > BYTES_MAX:
        return Read(data=None, lines={}, complaints=((1, f"takes more than {BYTES_MAX:,} bytes"),))
    try:
        loader = _Loader(text)
        try:
            node = loader.get_single_node()
        finally:
            loader.dispose()
        if loader.references:
            words = "anchors and aliases are not read; write the part out"
            return Read(data=None, lines={}, complaints=tuple((line, words) for line in loader.references))
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        words = " ".join(filter(None, (error.context, error.problem)))
        return Read(data=None, lines={}, complaints=((line, f"no YAML: {words}"),))
    except (yaml.YAMLError, RecursionError, UnicodeError, ValueError) as error:
        return Read(data=None, lines={}, complaints=((1, f"no YAML: {str(error).splitlines()[0]}"),))
    reader = _Reader()
    data = reader.read(node, (), 0)
    return Read(data=data, lines=reader.lines, complaints=tuple(reader.complaints))


class _Loader(yaml.SafeLoader):
    """Notes anchors and aliases, and resolves none; one pass, because a pass costs most of a compilation."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.references: list[int] = []

    def compose_node(self, parent: Any, index: Any) -> Any:
        event: Any = self.peek_event()  # type: ignore[no-untyped-call]  # the library's own lack
        if isinstance(event, yaml.AliasEvent):
            self.references.append(_line(event.start_mark))
            self.get_event()  # type: ignore[no-untyped-call]  # the same
            return yaml.ScalarNode("tag:yaml.org,2002:null", "")
        if event.anchor is not None:
            self.references.append(_line(event.start_mark))
            event.anchor = None
        return super().compose_node(parent, index)


class _Reader:
    def __init__(self) -> None:
        self.lines: dict[Way, int] = {}
        self.complaints: list[tuple[int, str]] = []

    def read(self, node: Any, way: Way, depth: int) -> Any:
        if node is None:
            return None
        line = node.start_mark.line + 1
        self.lines.setdefault(way, line)
        if depth > DEPTH_MAX:
            self.complaints.append((line, f"nested deeper than {DEPTH_MAX} levels"))
            return None
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, way, depth)
        if isinstance(node, yaml.SequenceNode):
            return [self.read(item, (*way, index), depth + 1) for index, item in enumerate(node.value)]
        if not node.tag.startswith("tag:yaml.org,2002:"):
            self.complaints.append((line, f"tag {node.tag!r} is not read; leave it away"))
        return _scalar(node)

    def _mapping(self, node: Any, way: Way, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode):
                self.complaints.append((line, "a name is a word and nothing else"))
                continue
            name = str(key.value)
            if name in found:
                self.complaints.append((line, f"{name!r} is given twice"))
            self.lines[*way, name] = line
            found[name] = self.read(value, (*way, name), depth + 1)
        return found


def _line(mark: Any) -> int:
    return 1 if mark is None else int(mark.line) + 1


def _scalar(node: Any) -> Any:
    text = node.value
    if node.style is not None:
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    return float(text) if _NUMBER.fullmatch(text) else text
