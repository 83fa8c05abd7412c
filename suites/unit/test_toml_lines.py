"""Lines of keys: every key of a TOML text is found where it stands."""

import tomllib
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from autobiz_gates.toml_lines import Path, lines_of_keys

SAMPLE = '''\
# a comment with [brackets], = signs and # another
top = 1
"quoted key" = 'lit # no comment'
a.b.c = "x"   # dotted
[gate.p0]
kind = "p0" # [not.a.table]
list = [
  1, # one
  { x = "}", "y" = [2, 3] },
  """a
multi ] line""",
]
text = """
[gate.false]
quote \\""" still inside """
raw = \'\'\'
[gate.false]
\'\'\'
[[gate.p1.waivers]]
case = "one"

[[ gate . "p1" . waivers ]]
case = "two"
[gate.p1.waivers.deep]
more = true
when = 2030-01-01 00:00:00
'''


def test_every_kind_of_key_is_found_on_its_line() -> None:
    """Comments, strings over several lines, inline tables and arrays of tables do not mislead it."""
    lines = lines_of_keys(SAMPLE)
    rows = SAMPLE.split("\n")

    def row(path: Path) -> str:
        return rows[lines[path] - 1]

    assert row(("quoted key",)).startswith('"quoted key"')
    assert row(("a", "b", "c")).startswith("a.b.c")
    assert row(("gate", "p0")) == "[gate.p0]"
    assert row(("gate", "p0", "list", 1, "y", 1)).startswith("  { x")
    assert row(("gate", "p0", "list", 2)) == '  """a'
    assert row(("gate", "p0", "raw")).startswith("raw")
    assert row(("gate", "p1", "waivers", 0, "case")) == 'case = "one"'
    assert row(("gate", "p1", "waivers", 1, "case")) == 'case = "two"'
    assert row(("gate", "p1", "waivers", 1, "deep", "more")) == "more = true"
    assert ("gate", "false") not in lines
    assert leaves(tomllib.loads(SAMPLE)) <= set(lines)


def test_windows_line_ends_do_not_shift_lines() -> None:
    """A file with CRLF has the same lines as one with LF."""
    assert lines_of_keys(SAMPLE.replace("\n", "\r\n")) == lines_of_keys(SAMPLE)


def leaves(value: Any, path: Path = ()) -> set[Path]:
    if isinstance(value, dict):
        return set().union({path} if path else set(), *(leaves(v, (*path, k)) for k, v in value.items()))
    if isinstance(value, list):
        return set().union({path}, *(leaves(v, (*path, i)) for i, v in enumerate(value)))
    return {path}


def basic(word: str) -> str:
    """Write a word as a basic string of TOML."""
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


KEYS = st.text(st.sampled_from("ab#=[]{}.\"'\\ \n é,"), min_size=0, max_size=4)
SCALARS = st.one_of(
    st.integers(-10, 10).map(str),
    st.booleans().map(lambda flag: str(flag).lower()),
    st.sampled_from(["1979-05-27", "1979-05-27 07:32:00", "1e3", "inf", "''", '"""\n#"x"\n"""', "'''\n]'''"]),
    KEYS.map(basic),
)


@st.composite
def values(draw: st.DrawFn, depth: int = 2) -> str:
    shape = draw(st.integers(0, 3)) if depth else 0
    if shape == 1:
        gap = draw(st.sampled_from(["", " ", "\n", " # ] }\n"]))
        items = draw(st.lists(values(depth - 1), max_size=3))
        return "[" + gap + ("," + gap).join(item + gap for item in items) + "]"
    if shape == 2:
        table = draw(st.dictionaries(KEYS, values(depth - 1), max_size=3))
        return "{ " + ", ".join(f"{basic(k)} = {v}" for k, v in table.items()) + " }"
    return draw(SCALARS)


@st.composite
def documents(draw: st.DrawFn) -> str:
    parts = []
    for k, v in draw(st.dictionaries(KEYS, values(), max_size=3)).items():
        parts.append(f"{basic(k)}={v}")
    for name in draw(st.lists(st.text("xyz", min_size=1, max_size=2), max_size=3, unique=True)):
        brackets = draw(st.sampled_from(["[t.{}]", "[[u.{}]]", "[[u.{}]]\nk=1\n[[u.{}]]\n[u.{}.in]"]))
        parts.append(brackets.replace("{}", name))
        for k, v in draw(st.dictionaries(KEYS, values(), max_size=2)).items():
            parts.append(f"  {basic(k)} = {v}  # note # x = [")
    return "\n\n".join(parts)


@given(documents())
def test_all_keys_of_any_document_are_found(text: str) -> None:
    """Whatever tomllib reads as a key, table or item has a line, and nothing else has."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    lines = lines_of_keys(text)
    assert set(lines) == leaves(table)
    assert all(1 <= line <= text.count("\n") + 1 for line in lines.values())
