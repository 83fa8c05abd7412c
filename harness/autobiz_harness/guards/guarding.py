"""Make the very test fail in which a guard refused something, whatever the code under test made of it."""

import os
import tempfile
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import pytest

from autobiz_harness.judging import mark_outcome

from .audit import WATCH, Guarded, with_child_folder
from .credentials import live_in_environment
from .databases import guard_databases
from .recordings import Recordings
from .settings import GuardSettings, guard_settings
from .traffic import payload_guard

_TOLD = "autobiz_guards"
_OUTSIDE = "autobiz: outside any test: "


def guarding_for(table: object, root: Path) -> "Guarding":
    """The guards that a project asks for, on from now on."""
    problems: list[str] = []
    settings = guard_settings(table, problems)
    if settings.credentials:
        problems += live_in_environment(os.environ)
    if problems:
        raise pytest.UsageError(*(f"pyproject.toml: {problem}" for problem in problems))
    guarding = Guarding(settings, root)
    guarding.begin()
    return guarding


class Guarding:
    """Turns refusals into failures: of the test during which they happened, or of the session."""

    def __init__(self, settings: GuardSettings, root: Path) -> None:
        self._settings = settings
        self._root = root
        self._heard: list[str] = []
        self._outside: list[str] = []
        descriptor, name = tempfile.mkstemp(prefix="autobiz_guard_", suffix=".report")
        os.close(descriptor)
        self._report = Path(name)
        self._read_bytes = 0
        self._environment: dict[str, str | None] = {}
        self._before: Guarded | None = None
        self._leave_off: Callable[[], None] = _nothing

    def begin(self) -> None:
        """Guard this process, and those that it starts."""
        guarded = Guarded(
            hosts=self._settings.network,
            hear=self._heard.append,
            report=str(self._report),
            payload=payload_guard(self._settings),
            files=self._files(),
        )
        if self._settings.databases is not None:
            self._leave_off = guard_databases(self._settings.databases, guarded)
        self._before = WATCH.guard(guarded)
        if guarded.hosts is not None:
            told = {**guarded.environment(), "PYTHONPATH": with_child_folder(os.environ.get("PYTHONPATH"))}
            self._environment = {name: os.environ.get(name) for name in told}
            os.environ.update(told)

    def _files(self) -> Callable[[str, tuple[object, ...]], str | None] | None:
        """Whoever records at home does so on purpose; in CI there is nobody to read what was recorded."""
        if not self._settings.cassettes or not os.environ.get("CI"):
            return None
        return Recordings(self._settings.cassettes, self._root).complaint

    def pytest_unconfigure(self) -> None:
        WATCH.guard(self._before)
        self._leave_off()
        for name, value in self._environment.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
        self._report.unlink(missing_ok=True)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self) -> Generator[None, object, object]:
        # What happened since the last test is not this one's doing.
        self._outside += self._news()
        return (yield)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: "pytest.CallInfo[None]"
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        news = self._news()
        if news:
            _fail(report, item.nodeid, news, call)
        return report

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        self._outside += self._news()
        workeroutput = getattr(session.config, "workeroutput", None)
        if workeroutput is not None:
            workeroutput[_TOLD] = self._outside
        if self._outside and session.exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        self._outside += getattr(node, "workeroutput", {}).get(_TOLD, [])

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        for words in self._outside:
            terminalreporter.write_line(f"{_OUTSIDE}{words}", red=True, bold=True)

    def _news(self) -> list[str]:
        """What was refused here and in children since the last time."""
        news, self._heard[:] = self._heard[:], []
        try:
            size = self._report.stat().st_size
        except OSError:
            return news
        if size > self._read_bytes:
            with self._report.open("rb") as report:
                report.seek(self._read_bytes)
                # A line that is still being written is read the next time.
                whole, newline, _ = report.read().rpartition(b"\n")
            self._read_bytes += len(whole + newline)
            news += whole.decode("utf-8", "replace").splitlines()
        return news


def _nothing() -> None:
    """There is nothing to undo."""


def _fail(report: pytest.TestReport, nodeid: str, news: list[str], call: "pytest.CallInfo[None]") -> None:
    """A refusal is a failure: not a skip, not an expected failure, not something that nobody could judge."""
    said = "\n".join(f"REFUSED in {nodeid}: {words}" for words in dict.fromkeys(news))
    before = "" if call.excinfo is None or report.longrepr is None else f"\n\n{report.longreprtext}"
    report.outcome = "failed"
    report.longrepr = f"{said}{before}"
    vars(report).pop("wasxfail", None)
    mark_outcome(report, "fail")
