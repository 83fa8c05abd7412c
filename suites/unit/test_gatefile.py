"""Gate files: what is read, and how every mistake is named."""

import contextlib
import hashlib
import os
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autobiz_gates import GateFileError, P0Gate, P1Gate, Selection, Waiver, read_gate_file

FULL = """
[gate.p0]
kind = "p0"
priority = "P0"

[gate.refunds]
kind = "p1"
floor = 0.95
confidence = 0.9
sided = 1
runs = 5
profile = "default"
cases_min = 80
suite = ["golden", "soak"]
requirement = "P1-R12"
workflow = "WF03"
marks = "not slow"
veto = "money"
dry_run = true
waivers = [{ case = "g-1", reason = "provider bug", expires = 2030-01-31 }]
"""

ANY_KIND = (
    "'p0', 'p1', 'count', 'regression', 'coverage', 'metric', 'ratchet', 'command', 'artifact', 'approval' "
    "or 'soak'"
)


def write(folder: Path, text: str, name: str = "gate.toml") -> Path:
    path = folder / name
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    return path


def complaints(path: Path) -> list[str]:
    with pytest.raises(GateFileError) as caught:
        read_gate_file(path)
    assert str(caught.value) == "\n".join(map(str, caught.value.problems))
    assert all(problem.path == str(path) for problem in caught.value.problems)
    return [str(problem).removeprefix(str(path.parent) + os.sep) for problem in caught.value.problems]


def test_every_key_is_read(tmp_path: Path) -> None:
    """A full file becomes frozen gates in the order of the file."""
    path = write(tmp_path, FULL)
    gate_file = read_gate_file(path)
    p0, refunds = gate_file.gates
    assert p0 == P0Gate(name="p0", selection=Selection(priority=("P0",)))
    assert isinstance(refunds, P1Gate)
    assert (refunds.floor, refunds.confidence, refunds.sided, refunds.runs) == (0.95, 0.9, 1, 5)
    assert (refunds.profile, refunds.cases_min, refunds.dry_run) == ("default", 80, True)
    assert refunds.selection.suite == ("golden", "soak")
    assert refunds.waivers == (Waiver(case="g-1", reason="provider bug", expires=date(2030, 1, 31)),)
    assert refunds.veto is not None
    assert refunds.veto.text == "money"
    assert gate_file.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_pyproject_holds_gates_under_its_tool_table(tmp_path: Path) -> None:
    """In a pyproject.toml the same gates stand under tool.autobiz, beside everything else."""
    text = "[project]\nname = 'x'\n[tool.autobiz]\nother = 1\n" + FULL.replace(
        "[gate.", "[tool.autobiz.gate."
    )
    path = write(tmp_path, text, "pyproject.toml")
    assert [gate.name for gate in read_gate_file(path).gates] == ["p0", "refunds"]


@pytest.mark.parametrize(
    ("profile", "sided", "cases_min"), [("default", 2, 59), ("literal", 2, 1), ("strict", 1, 1)]
)
def test_profile_sets_defaults_that_a_key_overrides(
    tmp_path: Path, profile: str, sided: int, cases_min: int
) -> None:
    """Each profile has its own sides and fewest cases, and a written key wins."""
    text = f'[gate.a]\nkind = "p1"\nfloor = 0.95\nprofile = "{profile}"\n'
    text += 'baseline = "before"\n' if profile == "strict" else ""
    (gate,) = read_gate_file(write(tmp_path, text)).gates
    assert isinstance(gate, P1Gate)
    assert (gate.sided, gate.cases_min) == (sided, cases_min)
    (gate,) = read_gate_file(write(tmp_path, text + "sided = 2\ncases_min = 7\n")).gates
    assert isinstance(gate, P1Gate)
    assert (gate.sided, gate.cases_min) == (2, 7)


def test_all_mistakes_are_named_at_once_with_their_lines(tmp_path: Path) -> None:
    """One reading names every mistake of the file with its line and what to write instead."""
    text = """\
gats = 1
[gate.refunds]
kind = "p1"
floot = 0.95
runs = "3"
profile = "strickt"
priority = "p1"
waivers = [
  { case = "a", reason = "x", expires = "2030-01-01" },
  { case = "b", raison = "x" },
]
[gate.other]
kind = "p9"
flor = 1
"""
    assert complaints(write(tmp_path, text)) == [
        "gate.toml:1: unknown key 'gats'; gates are tables named [gate.NAME]. Did you mean 'gate'?",
        "gate.toml:2: gate 'refunds': 'floor' is missing: The rate that the lower bound must reach.",
        "gate.toml:4: gate 'refunds': unknown key 'floot'. Did you mean 'floor'?",
        "gate.toml:5: gate 'refunds': runs must be a whole number from 1 to 1000, not '3' (a string)",
        (
            "gate.toml:6: gate 'refunds': profile must be 'default', 'literal' or 'strict', "
            "not 'strickt' (a string). Did you mean 'strict'?"
        ),
        "gate.toml:7: gate 'refunds': priority must be one of P0, P1, P2, not 'p1'. Did you mean 'P1'?",
        (
            "gate.toml:9: gate 'refunds': waivers[0].expires must be a date without quotes, "
            "as in 2030-12-31, not '2030-01-01' (a string)"
        ),
        "gate.toml:10: gate 'refunds': waivers[1]: unknown key 'raison'. Did you mean 'reason'?",
        "gate.toml:10: gate 'refunds': waivers[1]: 'reason' is missing: why it may be broken, in a sentence",
        "gate.toml:10: gate 'refunds': waivers[1]: 'expires' is missing: the last day on which it counts",
        f"gate.toml:13: gate 'other': kind must be {ANY_KIND}, not 'p9' (a string)",
        "gate.toml:14: gate 'other': unknown key 'flor'. Did you mean 'floor'?",
    ]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("floor = 0", "floor must be a number in (0, 1], not 0 (a whole number)"),
        ("floor = -0.5", "not -0.5 (a number)"),
        ("floor = 1.01", "floor must be a number in (0, 1]"),
        ("floor = nan", "not nan (a number)"),
        ("floor = inf", "not inf (a number)"),
        ("floor = true", "not true (a boolean)"),
        ('floor = "0.95"', "not '0.95' (a string)"),
        ("floor = 1.0", "out of reach for any bound; use kind = 'p0'"),
        ("floor = 0x" + "f" * 5000, "not a whole number of more than 30 digits"),
        ("floor = 1", "out of reach for any bound; use kind = 'p0'"),
        ("floor = 0.9\nconfidence = 0.05", "confidence must be a number in (0.5, 1), not 0.05"),
        ("floor = 0.9\nconfidence = 1.0", "confidence must be a number in (0.5, 1)"),
        ("floor = 0.9\nsided = true", "sided must be 1 or 2, not true (a boolean)"),
        ("floor = 0.9\nsided = 2.0", "sided must be 1 or 2, not 2.0 (a number)"),
        ("floor = 0.9\nruns = 0", "runs must be a whole number from 1 to 1000"),
        ("floor = 0.9\nruns = true", "runs must be a whole number"),
        ("floor = 0.9\ndry_run = 1", "dry_run must be true or false, not 1 (a whole number)"),
        ("floor = 0.9\nsuite = []", "suite must name at least one value"),
        ("floor = 0.9\nsuite = ['a', 2]", "suite must be a string or an array of strings"),
        ("floor = 0.9\nsuite = ' '", "suite must be a string or an array of strings"),
        ("floor = 0.9\nmarks = 'a or'", "marks cannot be read: expected a mark name"),
        ("floor = 0.9\nmarks = ['a']", "marks must be an expression over mark names in a string"),
        ("floor = 0.9\nveto = '('", "veto cannot be read"),
        ("floor = 0.9\nbaseline = 'main'", "baseline is read by profile 'strict' alone"),
        ("floor = 0.9\nprofile = 'strict'", "'baseline' is missing: profile strict is held against a folder"),
        ("floor = 0.9\nwaivers = 3", "waivers must be an array of tables, not 3"),
        ("floor = 0.9\nwaivers = [3]", "waivers[0] must be a table of keys, not 3"),
        (
            "floor = 0.9\nwaivers = [{case = 'a', reason = '', expires = 2030-01-01}]",
            "waivers[0].reason must be a string that says something",
        ),
        (
            "floor = 0.9\nwaivers = [{case = 'a', reason = 'r', expires = 2030-01-01T00:00:00Z}]",
            "waivers[0].expires must be a date without quotes",
        ),
        (
            "floor = 0.9" + 2 * "\n[[gate.g.waivers]]\ncase='a'\nreason='r'\nexpires=2030-01-01",
            "waivers name the case 'a' 2 times; keep one",
        ),
    ],
)
def test_wrong_value_is_named_with_what_would_be_right(tmp_path: Path, line: str, words: str) -> None:
    """A value of the wrong type or range says what it is and what it must be."""
    found = complaints(write(tmp_path, f'[gate.g]\nkind = "p1"\n{line}\n'))
    assert len(found) == 1
    assert words in found[0]
    assert found[0].startswith("gate.toml:")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "gate.toml:1: no gate: nothing would be decided"),
        ("# only a comment\n", "gate.toml:1: no gate: nothing would be decided"),
        ("[gate]\n", "gate.toml:1: no gate: nothing would be decided"),
        ("gate = 3", "gate.toml:1: gate must hold tables named [gate.NAME], not 3 (a whole number)"),
        ("[gate]\np1 = 5", "gate.toml:2: gate 'p1': must be a table of keys, not 5 (a whole number)"),
        ("[[gate]]\nkind = 'p0'", "gate.toml:1: gate must hold tables named [gate.NAME]"),
        ("[gate.a]", "gate.toml:1: gate 'a': 'kind' is missing: one of p0, p1, count"),
        ("[gate.'a b']\nkind = 'p0'", "a gate's name has 1 to 64 letters"),
        ("[gate.'']\nkind = 'p0'", "a gate's name has 1 to 64 letters"),
        (
            "[gate.a]\nkind = 'P0'",
            f"kind must be {ANY_KIND}, not 'P0' (a string). Did you mean 'p0'?",
        ),
        (
            "[gate.a]\nkind = 'p0'\ncases_min = 1",
            "'cases_min' is a key of kind 'p1' or 'count', not of kind 'p0'",
        ),
        (
            "[gate.a]\nkind = 'p0'\nfloor = 1.0",
            "gate 'a': 'floor' is a key of kind 'p1' or 'soak', not of kind 'p0'",
        ),
        ("[gate.a]\nkind = 'p0'\n[gate.a]\n", "gate.toml:3: gate 'a' is declared twice; rename one"),
        ("[gate.a]\nkind = 'p0'\nkind = 'p1'\n", "gate.toml:3: not valid TOML: Cannot overwrite a value"),
        ("[gate.a\n", "gate.toml:1: not valid TOML"),
        ("[gate.a]\nkind = 'p0", "gate.toml:2: not valid TOML"),
        ('[gate.a]\nkind = """p0', "gate.toml:2: not valid TOML"),
        ("a = " + "[" * 50000, "gate.toml"),
        ("a = " + "9" * 5000, "gate.toml: not valid TOML: Exceeds the limit"),
        ("\ufeff[gate.a]\nkind = 'p0'", "gate.toml:1: begins with a byte order mark"),
        ("[gate.a]\nkind = 'p0' # \udcff\n", "gate.toml:2: byte 0xff is not UTF-8; save the file as UTF-8"),
        ("[gate.a]\nkind = 'p0\x00'", "gate.toml:2: not valid TOML"),
    ],
)
def test_broken_file_is_refused_in_one_sentence(tmp_path: Path, text: str, words: str) -> None:
    """A file that holds no gate, or is no TOML, is refused with the line and the reason."""
    found = complaints(write(tmp_path, text))
    assert len(found) == 1
    assert words in found[0]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[project]\nname = 'x'", "pyproject.toml:1: no gate: nothing would be decided"),
        (
            "[tool]\nautobiz = 3",
            "pyproject.toml:2: tool.autobiz must hold tables named [tool.autobiz.gate.NAME], not 3",
        ),
        ("tool = 3", "pyproject.toml:1: tool must hold tables named"),
        ("[tool.autobiz]\ngate = 3", "must hold tables named [tool.autobiz.gate.NAME], not 3"),
        ("[tool.autobiz.gate.a]\nkind = 'p0'\nx = 1", "pyproject.toml:3: gate 'a': unknown key 'x'"),
        ("[tool.autobiz.gate.a]\n[tool.autobiz.gate.a]\n", "pyproject.toml:2: gate 'a' is declared twice"),
    ],
)
def test_broken_pyproject_is_refused_in_one_sentence(tmp_path: Path, text: str, words: str) -> None:
    """A pyproject.toml without gates, or with broken ones, is refused in the same way."""
    (found,) = complaints(write(tmp_path, text, "pyproject.toml"))
    assert words in found


def test_missing_file_directory_and_pipe_are_refused(tmp_path: Path) -> None:
    """What is not a regular file is refused without being opened."""
    assert "no such file; create it" in complaints(tmp_path / "gate.toml")[0]
    assert "is a directory; name the file in it" in complaints(tmp_path)[0]
    os.mkfifo(tmp_path / "pipe")
    assert "is not a regular file" in complaints(tmp_path / "pipe")[0]
    write(tmp_path, "#" * 1_000_001)
    assert "is larger than 262144 bytes" in complaints(tmp_path / "gate.toml")[0]
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    assert len(complaints(tmp_path / "loop")) == 1


@given(st.text(max_size=200) | st.text(st.sampled_from('[gate.p1]\nkd="=3{},'), max_size=60))
def test_any_text_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    """No text makes the reader do anything but return gates or name mistakes."""
    path = tmp_path_factory.getbasetemp() / "gate.toml"
    path.write_bytes(text.encode("utf-8", "replace"))
    with contextlib.suppress(GateFileError):
        assert read_gate_file(path).gates
