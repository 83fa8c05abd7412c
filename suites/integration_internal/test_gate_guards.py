"""`gate run` and the guards: a refusal shuts the gate, and a misspelt guard is a configuration error."""

from pathlib import Path

import pytest

from autobiz_harness.guards import GUARD_KEYS
from autobiz_oracles import expect

from ..ledgers import trials
from ..small_project import EIGHTY, ONE_RUN, small_project

pytestmark = [
    pytest.mark.priority("P0"),
    pytest.mark.requirement("P1-RH02"),
    pytest.mark.test_id("P1-H05"),
    pytest.mark.negative,
]

CRIME = (
    "\ndef test_reaches_out():\n"
    "    import socket\n"
    "    try: socket.gethostbyname('shop.invalid')\n"
    "    except Exception: pass\n"
)


def test_a_refusal_shuts_the_gate(tmp_path: Path) -> None:
    """A test that reaches out and swallows the refusal is a failed trial, and the run ends with 1."""
    guard = '[tool.autobiz.guard]\nnetwork = ["127.0.0.1"]\n'
    project = small_project(tmp_path, EIGHTY.replace("80", "20") + CRIME, tool=f"{guard}{ONE_RUN}")

    answer = project.gate("run")

    expect.program(answer).ended(1)
    (failed,) = [trial for trial in trials(project.ledger) if trial.outcome != "pass"]
    expect.value(failed.outcome).equals("fail")
    expect.value(failed.reason).matches(
        "^REFUSED in test_small.py::test_reaches_out: socket.gethostbyname of shop"
    )


def test_a_misspelt_guard_is_told_with_its_line(tmp_path: Path) -> None:
    """An unknown key of the table is exit 2, with its line and what was probably meant."""
    project = small_project(tmp_path, tool='[tool.autobiz.guard]\nnetworks = ["127.0.0.1"]\n')

    answer = project.gate("run")

    expect.program(answer).ended(2).said(
        "tool.autobiz.guard.networks: unknown key. Did you mean 'network'?", "pyproject.toml:", on="err"
    )


def test_every_guard_can_be_asked_for(tmp_path: Path) -> None:
    """`gate run` takes each key that the plugin guards by; no list of its own lags behind."""
    keys = "\n".join(f"{key} = {'true' if key == 'credentials' else '[]'}" for key in GUARD_KEYS)
    project = small_project(tmp_path, tool=f"[tool.autobiz.guard]\n{keys}\n{ONE_RUN}")

    answer = project.gate("run")

    expect.program(answer).ended(0)
