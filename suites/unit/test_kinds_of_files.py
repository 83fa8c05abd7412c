"""Gates over something else than trials: numbers, counts, commands, files. Missing is never open."""

import hashlib
import json
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autobiz_gates import Decision, GateDecision, GateFileError, Tallies, decide_all, read_gate_file

pytestmark = pytest.mark.priority("P0")

TODAY = date(2026, 1, 1)
NOTHING = Tallies(cases=(), runs=())


def decided(root: Path, gate_file: str) -> GateDecision:
    """What the one gate of a gate file says of the files in a folder."""
    path = root / "gate.toml"
    path.write_text(gate_file, encoding="utf-8")
    (decision,) = decide_all(read_gate_file(path), NOTHING, TODAY, root)
    return decision


def metric(limits: str, pointer: str = "/latency/p95") -> str:
    return f'[gate.speed]\nkind = "metric"\nfile = "figures.json"\npointer = "{pointer}"\n{limits}\n'


@pytest.mark.parametrize(
    ("limits", "number", "expected"),
    [
        ("at_most = 250", 250, Decision.OPEN),
        ("at_most = 250", 250.0001, Decision.SHUT),
        ("at_least = 0.5", 0.5, Decision.OPEN),
        ("at_least = 0.5", 0.4999, Decision.SHUT),
        ("at_least = 1\nat_most = 2", 1.5, Decision.OPEN),
        ("at_least = 1\nat_most = 2", 3, Decision.SHUT),
        ("at_most = 0", -1, Decision.OPEN),
    ],
)
def test_a_metric_is_held_to_its_limits_inclusively(
    tmp_path: Path, limits: str, number: float, expected: Decision
) -> None:
    """The number itself at the limit is inside; beyond it the gate is shut."""
    (tmp_path / "figures.json").write_text(json.dumps({"latency": {"p95": number}}))

    assert decided(tmp_path, metric(limits)).decision is expected


@pytest.mark.negative
@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "figures.json does not exist"),
        (b"", "is not JSON"),
        (b"\xff", "is not JSON"),
        (b"[" * 100_000, "is not JSON"),
        (b"{}", "there is no 'latency'"),
        (b'{"latency": {"p95": "12"}}', 'is "12", not a number'),
        (b'{"latency": {"p95": true}}', "is true, not a number"),
        (b'{"latency": {"p95": null}}', "is null, not a number"),
        (b'{"latency": {"p95": NaN}}', "not a number"),
        (b'{"latency": {"p95": 1e999}}', "not a number"),
        (b'{"latency": [1]}', "there is no 'p95'"),
    ],
)
def test_a_number_that_is_not_there_leaves_the_metric_undecided(
    tmp_path: Path, content: bytes | None, words: str
) -> None:
    """Missing, malformed and non-finite numbers are undecided, and the reason says what stands there."""
    if content is not None:
        (tmp_path / "figures.json").write_bytes(content)

    decision = decided(tmp_path, metric("at_most = 250"))

    assert decision.decision is Decision.UNDECIDED
    assert words in decision.reason


@given(st.floats(allow_nan=False, allow_infinity=False), st.floats(allow_nan=False, allow_infinity=False))
def test_a_metric_opens_exactly_up_to_its_limit(number: float, limit: float) -> None:
    """For any number and limit, open is the same as not above."""
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "figures.json").write_text(json.dumps({"latency": {"p95": number}}))
        decision = decided(root, metric(f"at_most = {float(limit)!r}")).decision

    assert (decision is Decision.OPEN) == (number <= limit)
    assert decision is not Decision.UNDECIDED


@pytest.mark.parametrize(
    ("pointer", "document"),
    [("", 7), ("/a~1b", {"a/b": 7}), ("/m~0n", {"m~n": 7}), ("/list/1", {"list": [0, 7]}), ("/", {"": 7})],
)
def test_pointers_follow_the_standard(tmp_path: Path, pointer: str, document: Any) -> None:
    """Escapes, empty keys, list places and the whole document are found as RFC 6901 has them."""
    (tmp_path / "figures.json").write_text(json.dumps(document))

    assert decided(tmp_path, metric("at_least = 7", pointer)).decision is Decision.OPEN


RATCHET = '[gate.debt]\nkind = "ratchet"\nfile = "now.json"\npointer = "/todo"\nbaseline = "before.json"\n'


@pytest.mark.parametrize(("now", "expected"), [(9, Decision.OPEN), (10, Decision.OPEN), (11, Decision.SHUT)])
def test_a_ratchet_only_falls(tmp_path: Path, now: int, expected: Decision) -> None:
    """As many as before or fewer is open, one more is shut."""
    (tmp_path / "before.json").write_text('{"todo": 10}')
    (tmp_path / "now.json").write_text(json.dumps({"todo": now}))

    decision = decided(tmp_path, RATCHET)

    assert decision.decision is expected
    assert ("lower before.json" in decision.reason) == (now < 10)


@pytest.mark.negative
@pytest.mark.parametrize("absent", ["now.json", "before.json"])
def test_a_ratchet_without_both_counts_is_undecided(tmp_path: Path, absent: str) -> None:
    """A lost count or a lost baseline is not a fall."""
    for name in {"now.json", "before.json"} - {absent}:
        (tmp_path / name).write_text('{"todo": 1}')

    decision = decided(tmp_path, RATCHET)

    assert decision.decision is Decision.UNDECIDED
    assert f"{absent} does not exist" in decision.reason


def command(*words: str, more: str = "") -> str:
    return f'[gate.check]\nkind = "command"\ncommand = {json.dumps(words)}\n{more}\n'


@pytest.mark.parametrize(("code", "expected"), [(0, Decision.OPEN), (1, Decision.SHUT), (77, Decision.SHUT)])
def test_a_command_answers_with_its_exit_code(tmp_path: Path, code: int, expected: Decision) -> None:
    """Zero opens, everything else shuts, and the last line it said is the reason."""
    decision = decided(tmp_path, command(sys.executable, "-c", f"print('said'); raise SystemExit({code})"))

    assert decision.decision is expected
    assert (": said" in decision.reason) == (code != 0)


@pytest.mark.negative
def test_a_command_never_sees_the_signing_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The key that will sign the decision is not in the environment of what is decided about."""
    monkeypatch.setenv("AUTOBIZ_SIGNING_KEY", "secret")
    program = "import os; raise SystemExit(any(name.startswith('AUTOBIZ_SIGNING') for name in os.environ))"

    assert decided(tmp_path, command(sys.executable, "-c", program)).decision is Decision.OPEN


@pytest.mark.negative
def test_a_command_that_does_not_start_is_undecided(tmp_path: Path) -> None:
    """A program that is not there has answered nothing."""
    decision = decided(tmp_path, command("./no-such-program"))

    assert decision.decision is Decision.UNDECIDED
    assert "could not be started" in decision.reason


@pytest.mark.negative
def test_a_command_that_does_not_end_is_ended_with_its_children(tmp_path: Path) -> None:
    """Over its limit a command and what it started are killed, and the gate is undecided."""
    wait = "import signal; signal.pause()"
    program = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', '{wait}']); {wait}"

    decision = decided(tmp_path, command(sys.executable, "-c", program, more="limit_s = 0.5"))

    assert decision.decision is Decision.UNDECIDED
    assert "did not end within 0.5 s" in decision.reason


def artifact(more: str = "", path: str = "page.md") -> str:
    return f'[gate.docs]\nkind = "artifact"\npath = "{path}"\n{more}\n'


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ("See [there](there.md) and [out](https://example.com/x).", Decision.OPEN),
        ("See [there](there.md#part) and [here](#here).", Decision.OPEN),
        ("See [nowhere](nowhere.md).", Decision.SHUT),
        ("`[code](nowhere.md)` and\n```\n[code](nowhere.md)\n```\n", Decision.OPEN),
        ("~~~md\n```\n[code](nowhere.md)\n~~~\n[there](there.md)", Decision.OPEN),
        ("````\n```\n````\n[dead](nowhere.md)", Decision.SHUT),
        ("```\ncode\n```\n[dead]( <nowhere.md>)", Decision.SHUT),
        ("a single ` and [dead](nowhere.md)", Decision.SHUT),
    ],
)
def test_links_to_files_must_resolve(tmp_path: Path, document: str, expected: Decision) -> None:
    """Dead links to files shut; links to the web and text in code are left alone."""
    (tmp_path / "page.md").write_text(document)
    (tmp_path / "there.md").touch()

    assert decided(tmp_path, artifact("links = true")).decision is expected


def test_links_of_a_page_are_followed_too(tmp_path: Path) -> None:
    """href and src of an HTML file must lead to files."""
    (tmp_path / "page.html").write_text('<a href="there.md">x</a><img src="gone.png">')
    (tmp_path / "there.md").touch()

    decision = decided(tmp_path, artifact("links = true", "page.html"))

    assert decision.decision is Decision.SHUT
    assert "gone.png" in decision.reason
    assert "there.md" not in decision.reason


def test_an_artifact_must_have_its_digest(tmp_path: Path) -> None:
    """The right bytes open, any other bytes shut."""
    (tmp_path / "page.md").write_text("signed")
    digest = hashlib.sha256(b"signed").hexdigest()

    assert decided(tmp_path, artifact(f'sha256 = "{digest}"')).decision is Decision.OPEN
    (tmp_path / "page.md").write_text("signed!")
    assert decided(tmp_path, artifact(f'sha256 = "{digest}"')).decision is Decision.SHUT


@pytest.mark.negative
@pytest.mark.parametrize("content", [None, "", " \n"])
def test_an_absent_or_empty_artifact_is_undecided(tmp_path: Path, content: str | None) -> None:
    """What is not there proves nothing."""
    if content is not None:
        (tmp_path / "page.md").write_text(content)

    assert decided(tmp_path, artifact()).decision is Decision.UNDECIDED


@pytest.mark.negative
@pytest.mark.parametrize(
    ("gate_file", "words"),
    [
        (metric(""), "needs 'at_least', 'at_most' or both"),
        (metric("at_least = 3\nat_most = 2"), "no number satisfies both"),
        (metric("at_most = nan"), "must be a number"),
        (metric("at_most = 1", "latency"), "must be a JSON pointer"),
        (RATCHET.replace("before.json", "now.json"), "is the file itself"),
        (command(), "must be the program and its arguments"),
        ('[gate.c]\nkind = "command"\ncommand = "make check"\n', "no shell is involved"),
        (artifact('sha256 = "abc"'), "64 lower-case hexadecimal digits"),
        (artifact("floor = 0.9"), "is a key of kind"),
        (artifact("verifies = true"), "needs 'keys'"),
        (artifact("keys = 'ci.pub'"), "are for 'verifies = true'"),
    ],
)
def test_a_gate_that_cannot_decide_is_refused_when_read(tmp_path: Path, gate_file: str, words: str) -> None:
    """Mistakes in these kinds are told like all others: by line, before anything runs."""
    with pytest.raises(GateFileError) as caught:
        decided(tmp_path, gate_file)

    assert "gate.toml:" in str(caught.value)
    assert words in str(caught.value)
