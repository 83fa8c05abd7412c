"""What hostile inputs once got through with: a traceback or a hang came of each, and it is refused now."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from autobiz_gates import GateFileError, LedgerError, Shard, fold, read_gate_file, read_lines, tallies_from
from autobiz_gates.evidence import ChainError, EvidenceError, canonical, checked_evidence, read_log
from autobiz_gates.flakes import read_quarantine
from autobiz_gates.json_number import NumberError, read_number
from autobiz_gates.toml_file import FILE_BYTES_MAX, KEY_PARTS_MAX
from autobiz_harness.run.config import ConfigError, read_config

from ..evidence_cases import evidence, gate, stage
from ..ledger_lines import header, plan, trial, write_ledger
from ..quarantines import quarantine_text
from .hostile.signed_doors import _rehashed

pytestmark = [pytest.mark.priority("P0"), pytest.mark.negative]

METRIC = '[gate.a]\nkind = "metric"\nfile = "m.json"\npointer = ""\n'


def refused(folder: Path, text: str) -> str:
    path = folder / "gate.toml"
    path.write_text(text)
    with pytest.raises(GateFileError) as caught:
        read_gate_file(path)
    return str(caught.value)


@pytest.mark.parametrize("number", ["1" + "0" * 400, "-1" + "0" * 400, "nan", "inf", "-inf", "1e999"])
def test_a_limit_that_no_float_holds_is_refused(number: str, tmp_path: Path) -> None:
    """A whole number of four hundred digits is no limit for a metric, nor is what is no number."""
    assert "at_least must be a number" in refused(tmp_path, f"{METRIC}at_least = {number}\n")


@pytest.mark.parametrize("number", ["1" + "0" * 400, "-1" + "0" * 400, "NaN", "Infinity", "true"])
def test_a_metric_that_no_float_holds_is_no_number(number: str, tmp_path: Path) -> None:
    """What a JSON reader of Python takes for a number need not be one to compare with."""
    (tmp_path / "m.json").write_text(number)

    with pytest.raises(NumberError, match="not a number"):
        read_number(tmp_path, "m.json", "")


def test_the_largest_float_is_a_number(tmp_path: Path) -> None:
    """The limit is what a float holds, and not less."""
    (tmp_path / "m.json").write_text("1.7976931348623157e308")

    assert read_number(tmp_path, "m.json", "") > 1e308


@pytest.mark.parametrize(
    ("keys", "about"),
    [
        ('kind = "artifact"\npath = "a\\u0000b"', "path"),
        ('kind = "approval"\napprovals = "a"\nkeys = ["a\\u0000b"]', "keys"),
        ('kind = "command"\ncommand = ["true", "a\\u0000b"]', "command"),
    ],
)
def test_no_name_holds_a_nul(keys: str, about: str, tmp_path: Path) -> None:
    """The system ends a name at a NUL, so that what is read here would be another name there."""
    assert f"gate 'a': {about} must be" in refused(tmp_path, f"[gate.a]\n{keys}\n")


@pytest.mark.parametrize("before", ["", "[", "[[", "x = {", " [ "])
def test_a_key_of_very_many_parts_is_refused(before: str, tmp_path: Path) -> None:
    """A key of a hundred thousand parts would take hours to read, so that no more than a few are."""
    words = refused(tmp_path, f"\n{before}{'a . ' * 60_000}a = 1\n")

    assert words.endswith(f"gate.toml:2: a key of more than {KEY_PARTS_MAX} parts")


def test_a_key_of_as_many_parts_as_may_be_is_read(tmp_path: Path) -> None:
    """The limit itself is within it, quoted parts count as one, and text of many words is no key."""
    key = ".".join(["a", '"b.c"', "'d.e'", *["f"] * (KEY_PARTS_MAX - 3)])
    text = f"[tool]\n{key} = 1\n[tool.autobiz.gate.a]\nkind = 'p0'\nsuite = '{'a.' * 90}'\n"
    (tmp_path / "pyproject.toml").write_text(text)

    assert [one.name for one in read_gate_file(tmp_path / "pyproject.toml").gates] == ["a"]
    (tmp_path / "pyproject.toml").write_text(text.replace(key, f"{key}.g"))
    with pytest.raises(GateFileError, match=r":2: a key of more than"):
        read_gate_file(tmp_path / "pyproject.toml")


def test_a_file_of_more_tables_than_anybody_reads_is_refused(tmp_path: Path) -> None:
    """A thousand gates are read, one more is not."""
    gates = [f"[gate.g{number}]\nkind = 'p0'\n" for number in range(1001)]
    path = tmp_path / "gate.toml"
    path.write_text("".join(gates[:1000]))

    assert len(read_gate_file(path).gates) == 1000
    assert "holds 1001 tables of sort 'gate', 1000 at most" in refused(tmp_path, "".join(gates))


def test_all_unknown_keys_are_told_and_the_first_with_a_suggestion(tmp_path: Path) -> None:
    """Looking for what was meant takes a while, and after twenty of them nobody reads it."""
    lines = refused(tmp_path, "[gate.a]\nkind = 'p0'\n" + "".join(f"runz{n} = 1\n" for n in range(30))).split(
        "\n"
    )

    assert len(lines) == 30
    assert [line.endswith("Did you mean 'runs'?") for line in lines] == [True] * 20 + [False] * 10


def test_a_file_over_the_limit_is_refused(tmp_path: Path) -> None:
    """A file of just the limit is read, and one byte more is too large."""
    text = "[gate.a]\nkind = 'p0'\n#"
    path = tmp_path / "gate.toml"
    path.write_text(text + "x" * (FILE_BYTES_MAX - len(text)))

    assert len(read_gate_file(path).gates) == 1
    assert "is larger than" in refused(tmp_path, text + "x" * (FILE_BYTES_MAX - len(text) + 1))


@pytest.mark.parametrize(
    ("index", "count"), [(0, 1), (2, 1), (-1, 3), (1, -1), (1, 999_999_999_999), (1, 10_001)]
)
def test_a_shard_that_cannot_be_is_refused(index: int, count: int, tmp_path: Path) -> None:
    """A header that speaks of a million million shards was not written by the harness."""
    path = write_ledger(tmp_path / "a.jsonl", header(shard=Shard(index=index, count=count)), plan("a"))

    for read in (lambda: fold([path]), lambda: list(read_lines(path))):
        with pytest.raises(LedgerError, match=f"shard {index} of {count}: shards count from 1"):
            read()


def test_as_many_shards_as_may_be_are_read(tmp_path: Path) -> None:
    """The limit itself is within it."""
    path = write_ledger(tmp_path / "a.jsonl", header(shard=Shard(index=10_000, count=10_000)), plan("a"))

    assert "shard 1/10000" in fold([path]).problems[0]


@pytest.mark.parametrize("place", [0, 1, 2])
@pytest.mark.parametrize("opened", ["[", '{"a":'])
def test_a_ledger_line_that_nests_without_end_is_refused(place: int, opened: str, tmp_path: Path) -> None:
    """A line is passed over field by field, and one that nests deeper than can be followed is named."""
    path = write_ledger(tmp_path / "a.jsonl", header(), plan("a"), trial("a"))
    lines = path.read_text().splitlines()
    lines[place] = lines[place][:-1] + ',"more":' + opened * 100_000
    path.write_text("\n".join(lines) + "\n")

    for read in (lambda: fold([path]), lambda: list(read_lines(path))):
        with pytest.raises(LedgerError, match=rf"a\.jsonl:{place + 1}: not a ledger"):
            read()


def test_the_last_day_that_there_is_can_be_an_entrys(tmp_path: Path) -> None:
    """An entry may be opened on the last day of the calendar, and then it has no more days."""
    path = tmp_path / "quarantine.toml"
    text = quarantine_text("a", opened=date(9000, 1, 1)).replace("9000-01-01", "9999-12-31")
    path.write_text(text.replace("9000-01-08", "9999-12-31"))

    assert read_quarantine(path).entries[0].last_day == date.max


@pytest.mark.parametrize("kind", [[], {}, ["evidence"], None, 7, "", "open"])
def test_an_entry_of_no_known_kind_is_refused(kind: Any) -> None:
    """Whoever computes the hash anew may write anything for a kind, and it is still no entry."""
    entry = {
        "schema": "autobiz.chain/1", "index": 0, "prev_hash": "0" * 64, "kind": kind, "body": {},
        "at": "2026-01-01T00:00:00+00:00",
    }  # fmt: skip
    lines = list(_rehashed(b'{"entry":%b}\n' % canonical(entry, "test")))

    with pytest.raises(ChainError, match="chain entry 0: has a field of a wrong type"):
        read_log(lines)


@pytest.mark.parametrize("name", ["slice", "shard"])
def test_evidence_that_does_not_say_how_whole_it_is_is_refused(name: str) -> None:
    """Without the word that says whether the run was of a part, it is not taken for the whole."""
    value = evidence()
    del value[name]

    with pytest.raises(EvidenceError, match="slice or shard"):
        checked_evidence(value, "evidence")


@pytest.mark.parametrize(
    ("rows", "field"),
    [
        *(("gates", field) for field in ("gate", "decision", "dry_run", "reason")),
        *(("stages", field) for field in ("name", "run", "runs", "status", "reason")),
        *(("criteria", field) for field in ("criterion", "says", "decision", "reason")),
    ],
)
@pytest.mark.parametrize("value", [None, [[]], 0.5])
def test_a_row_of_evidence_without_one_of_its_fields_is_refused(rows: str, field: str, value: Any) -> None:
    """What is signed is checked row by row, so that no reader stumbles over what is not there."""
    row = {
        "gates": gate(),
        "stages": stage(),
        "criteria": {"criterion": "E-1", "says": "x", "decision": "open", "reason": "y"},
    }[rows]
    whole = {"criteria": [row]} if rows == "criteria" else [row]

    assert checked_evidence(evidence(**{rows: whole}), "evidence")
    for changed in ({**row, field: value}, {key: one for key, one in row.items() if key != field}):
        broken = {"criteria": [changed]} if rows == "criteria" else [row, changed]
        with pytest.raises(EvidenceError, match=rows):
            checked_evidence(evidence(**{rows: broken}), "evidence")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("tool = 7", "pyproject.toml:1: tool must be a table"),
        ("[tool]\nautobiz = []", "pyproject.toml:2: autobiz must be a table"),
        ("a = " + "9" * 5000, "not valid TOML"),
        ("a = " + "[" * 5000, "nests too deeply"),
        ("a." * 50_000 + "a = 1", "a key of more than"),
        ("\ufeff", "byte order mark"),
    ],
)
def test_a_hostile_pyproject_is_refused_in_words(text: str, told: str, tmp_path: Path) -> None:
    """What is wrong with the file as a whole is told as of any other file that people write."""
    (tmp_path / "pyproject.toml").write_text(text, encoding="utf-8")

    with pytest.raises(ConfigError, match=told):
        read_config(tmp_path)


def test_evidence_is_plain_json() -> None:
    """The rows above are those that a run writes."""
    assert json.loads(json.dumps(evidence())) == checked_evidence(evidence(), "evidence")


@pytest.mark.parametrize("encoding", ["unicode_escape", "idna", "rot13", "utf-7", "base64", "x" * 300])
def test_a_report_in_an_encoding_that_does_more_than_decode_is_refused(encoding: str, tmp_path: Path) -> None:
    """The name in the declaration never reaches Python's own list of codecs."""
    path = tmp_path / "a.xml"
    path.write_text(f"<?xml version='1.0' encoding='{encoding}'?><testsuite><testcase name='a'/></testsuite>")

    with pytest.raises(LedgerError, match=r"is in encoding .*; write it as UTF-8"):
        tallies_from([path])


@pytest.mark.parametrize(
    "encoding", ["utf-8", "UTF-16", "ISO-8859-15", "latin-1", "windows-1252", "US-ASCII"]
)
def test_a_report_in_an_encoding_that_tools_write_is_read(encoding: str, tmp_path: Path) -> None:
    """Reports of older tools name the encoding of the place they come from."""
    path = tmp_path / "a.xml"
    text = f"<?xml version='1.0' encoding='{encoding}'?><testsuite><testcase name='a'/></testsuite>"
    path.write_bytes(text.encode(encoding))

    assert [case.case for case in tallies_from([path]).cases] == ["a"]
