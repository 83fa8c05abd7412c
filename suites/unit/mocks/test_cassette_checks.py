"""What is wrong with a cassette is said, by name and by exit code."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from autobiz_harness.cli.cassettes import cassettes
from autobiz_mocks.cassettes import (
    Provenance,
    examined,
)

from ...live_looking import LIVE
from .shipped_cassettes import DAY, ROOT, SCRIPTS, SHIPPED

pytestmark = [pytest.mark.requirement("P1-TR02"), pytest.mark.test_id("P1-H06")]

ORIGIN = Provenance(recorded_at=DAY.isoformat(), source="synthetic", model="m", prompt_sha256="0" * 64)


def _spoiled(change: Callable[[Any], None], tmp_path: Path) -> tuple[str, ...]:
    told = json.loads(SHIPPED[0].read_text())
    change(told)
    file = tmp_path / "spoiled.json"
    file.write_text(json.dumps(told))
    return examined(file, today=DAY).problems


def _set(*way: str | int, value: Any) -> Callable[[Any], None]:
    def change(told: Any) -> None:
        for name in way[:-1]:
            told = told[name]
        told[way[-1]] = value

    return change


_AT = ("metadata", "provenance")


@pytest.mark.negative
@pytest.mark.parametrize(
    ("change", "says"),
    [
        (_set("metadata", value={}), "provenance lacks recorded_at, source, model, prompt_sha256"),
        (_set(*_AT, "source", value="a model, honestly"), "must be one of"),
        (_set(*_AT, "recorded_at", value="yesterday"), "is no day"),
        (_set(*_AT, "recorded_at", value="2026-01-01"), "332 days old, 180 at most"),
        (_set(*_AT, "recorded_at", value="2027-01-01"), "in the future"),
        (_set(*_AT, "prompt_sha256", value="0" * 64), "the prompt has changed"),
        (_set("interactions", 0, "request", "body", value='{"model":"x"}'), "the prompt has changed"),
        (
            _set("interactions", 0, "request", "headers", "authorization", value=["x"]),
            "keeps the headers authorization",
        ),
        (
            _set("interactions", 0, "response", "headers", "set-cookie", value=["x"]),
            "keeps the headers set-cookie",
        ),
        (
            _set("interactions", 0, "response", "body", value={"string": LIVE["stripe"]}),
            "looks like stripe_key",
        ),
        (_set("interactions", value=[]), "holds no exchange"),
        (_set("interactions", value=None), "cannot be read"),
    ],
)
def test_what_is_wrong_is_said(change: Callable[[Any], None], says: str, tmp_path: Path) -> None:
    """Unknown origin, age, a changed prompt, a stranger's header, a secret, a torn file: each is named."""
    problems = _spoiled(change, tmp_path)
    assert any(says in problem for problem in problems), problems
    assert not any(LIVE["stripe"] in problem for problem in problems)


def test_the_command_says_what_is_there(tmp_path: Path) -> None:
    """`gate cassettes` lists, checks and writes; it answers 0, 1 for something wrong, 2 for a wrong use."""
    run = CliRunner().invoke
    where = ["--root", str(ROOT), "--today", "2026-11-29"]
    assert run(cassettes, ["check", *where]).exit_code == 0
    listed = run(cassettes, ["list", *where])
    assert "cassettes/approval_summary/v1.json  1  claude-test  synthetic  2026-11-29" in listed.output
    stale = run(cassettes, ["check", "--root", str(ROOT), "--today", "2027-11-29"])
    assert (stale.exit_code, "365 days old" in stale.output) == (1, True)
    assert run(cassettes, ["check", "--root", str(tmp_path)]).exit_code == 2
    written = run(cassettes, ["record", str(SCRIPTS[0]), "--root", str(tmp_path), "--today", "2026-11-29"])
    assert (written.exit_code, "v1.json" in written.output) == (0, True)
    again = run(cassettes, ["record", str(SCRIPTS[0]), "--root", str(tmp_path)])
    assert (again.exit_code, "is there already" in again.output) == (2, True)
    (tmp_path / "bad.toml").write_text('api = "x"\nanswer = 1\n')
    wrong = run(cassettes, ["record", str(tmp_path / "bad.toml"), "--root", str(tmp_path)])
    assert wrong.exit_code == 2
    assert all(
        words in wrong.output for words in ("unknown key 'answer'", "lacks model", "api must be one of")
    )


def test_age_is_counted_to_the_day() -> None:
    """On its last day a cassette is fresh, and on the next it is not."""
    last = DAY + timedelta(days=180)
    assert examined(SHIPPED[0], today=last).problems == ()
    assert examined(SHIPPED[0], today=last + timedelta(days=1)).problems != ()
