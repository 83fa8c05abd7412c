"""Ask the project's hooks why a case disagrees with itself. A session with this plugin runs no test."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from autobiz_gates import Trial, ledger_files, read_lines
from autobiz_gates.flakes import Disagreement, Finding, Regrade, Replay, classify


class CauseFinder:
    """Reads a disagreement from a file, and writes what was found beside it, whole."""

    def __init__(self, asked: Path) -> None:
        self._asked = asked

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self, session: pytest.Session) -> bool:
        session.items = []
        return True

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        asked = json.loads(self._asked.read_text(encoding="utf-8"))
        case = Disagreement(**asked["disagreement"])
        found = _find(session.config, case, _failures(Path(asked["ledger"]), case.case))
        half = self._asked.with_suffix(".half")
        half.write_text(json.dumps({"case": case.case, **asdict(found)}, indent=2), encoding="utf-8")
        half.replace(findings_of(self._asked))
        return True

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        # Nothing was collected, as it was meant to be.
        if session.exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED:
            session.exitstatus = pytest.ExitCode.OK


def _find(config: pytest.Config, case: Disagreement, failures: list[Trial]) -> Finding:
    return classify(
        case,
        regrade=_hook(config.hook.pytest_gate_regrade, failures),
        replay=_hook(config.hook.pytest_gate_replay, failures),
    )


def findings_of(asked: Path) -> Path:
    """Where the answer to a question is written."""
    return asked.with_name("findings.json")


def _hook(caller: Any, failures: list[Trial]) -> Regrade | Replay | None:
    if not caller.get_hookimpls():
        return None

    def ask(disagreement: Disagreement, times: int) -> Sequence[str]:
        return caller(case=disagreement.case, failures=failures, times=times) or ()

    return ask


def _failures(ledger: Path, case: str) -> list[Trial]:
    return [
        line
        for path in ledger_files([ledger])
        for line in read_lines(path)
        if isinstance(line, Trial) and line.case == case and line.outcome in ("fail", "unknown")
    ]
