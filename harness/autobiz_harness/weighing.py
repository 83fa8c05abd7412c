"""Weigh what oracles said of a test: one that no oracle judged, or against what it said, does not pass.

A test may assert what it likes; where the project requires oracles, only their verdicts count. A verdict that
was given and not insisted on counts as well: nobody may look at a failure and go on.
"""

import inspect
import sys
from collections import Counter
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any

import pytest

from autobiz_gates import OracleVerdict

from .adoption import Adoption
from .allure_steps import steps_for
from .constancy import sees_constants_only
from .judging import mark_outcome

if TYPE_CHECKING:
    from autobiz_oracles import Verdict

VERDICTS = pytest.StashKey["list[Verdict]"]()
_ORACLES = "autobiz_oracles"


def verdicts_of(item: pytest.Item) -> tuple[OracleVerdict, ...]:
    """What the oracles said of a test, as the ledger keeps it."""
    return tuple(
        OracleVerdict(type=str(one.type), name=one.name, outcome=str(one.outcome), reason=one.reason)
        for one in item.stash.get(VERDICTS, ())
    )


class UnjudgedError(AssertionError):
    """A test ended without the judgement that it owes: it is unknown whether its promise holds."""


class Weighing:
    """Listens to the oracles of each test, and fails those that owe a judgement."""

    def __init__(self, adoption: Adoption, config: pytest.Config) -> None:
        self._required = frozenset(adoption.oracles_required)
        self._show = steps_for(config)
        self._counts: Counter[tuple[str, str]] = Counter()

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        heard: dict[int, Verdict] = {}
        verdicts = item.stash[VERDICTS] = []

        def add(verdict: "Verdict") -> None:
            # Insisting says again what the oracle said already.
            if id(verdict) not in heard:
                heard[id(verdict)] = verdict
                verdicts.append(verdict)
                if self._show is not None:
                    self._show(verdict)

        with _listening(add, wanted=self._is_judged(item)):
            return (yield)

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, object, object]:
        verdicts = item.stash.get(VERDICTS, [])
        try:
            result = yield
        except pytest.skip.Exception as skipped:
            # A test that has shown a failure cannot take it back by leaving.
            _raise_if_ignored(verdicts, skipped)
            raise
        _raise_if_ignored(verdicts)
        owed = [name for mark in item.iter_markers("oracle") for name in mark.args]
        missing = [name for name in owed if name not in {str(verdict.type) for verdict in verdicts}]
        if missing:
            raise UnjudgedError(
                f"UNKNOWN: no oracle of type {', '.join(missing)} judged, as its mark declares"
            )
        if self._requires(item):
            _raise_if_unproven(item, verdicts)
        return result

    def _requires(self, item: pytest.Item) -> bool:
        return not self._required.isdisjoint(mark.name for mark in item.iter_markers())

    def _is_judged(self, item: pytest.Item) -> bool:
        """Whether oracles will speak, though nobody may have loaded them yet."""
        named = "expect" in getattr(item, "fixturenames", ())
        return named or self._requires(item) or item.get_closest_marker("oracle") is not None

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: "pytest.CallInfo[None]"
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        if call.excinfo is not None and report.failed and _is_unknown(call.excinfo.value):
            mark_outcome(report, "unknown")
        if report.when == "call":
            verdicts = item.stash.get(VERDICTS, [])
            vars(report)["autobiz_verdicts"] = [[str(one.type), str(one.outcome)] for one in verdicts]
        return report

    def pytest_report_teststatus(self, report: Any) -> tuple[str, str, str] | None:
        if report.failed and getattr(report, "autobiz_outcome", None) == "unknown":
            return "failed", "?", "UNKNOWN"
        return None

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        for kind, outcome in getattr(report, "autobiz_verdicts", ()):
            self._counts[kind, outcome] += 1

    def pytest_terminal_summary(self, terminalreporter: Any, config: pytest.Config) -> None:
        if config.get_verbosity() < 1 or not self._counts:
            return
        terminalreporter.section("verdicts")
        for kind in sorted({kind for kind, _ in self._counts}):
            said = [
                f"{self._counts[kind, outcome]} {outcome}"
                for outcome in ("pass", "unknown", "fail")
                if self._counts[kind, outcome]
            ]
            terminalreporter.write_line(f"{kind}: {', '.join(said)}")


def _listening(listener: "Callable[[Verdict], None]", *, wanted: bool) -> AbstractContextManager[None]:
    """Listen where there is somebody to listen to: a project without oracles does not load them for this."""
    if not wanted and _ORACLES not in sys.modules:
        return nullcontext()
    from autobiz_oracles import listening

    return listening(listener)


def _raise_if_ignored(verdicts: "list[Verdict]", cause: BaseException | None = None) -> None:
    ignored = [verdict for verdict in verdicts if verdict.outcome != "pass"]
    if ignored:
        from autobiz_oracles import VerdictError

        raise VerdictError(tuple(ignored)) from cause


def _raise_if_unproven(item: pytest.Item, verdicts: "list[Verdict]") -> None:
    """Passes may have been cheap: given by nobody, over nothing, or over what the test made up."""
    __tracebackhide__ = True
    if not verdicts:
        raise UnjudgedError(
            "UNKNOWN: no oracle judged this test, and its suite requires one. "
            "Insist on a verdict about what it shows; plain asserts are not seen."
        )
    if all(verdict.is_hollow for verdict in verdicts):
        raise UnjudgedError(
            "UNKNOWN: all evidence of this test is empty, and would be if nothing had been tried. "
            "Judge something besides that is there because the test tried it."
        )
    if isinstance(item, pytest.Function):
        drawn = frozenset(item.callspec.params) if hasattr(item, "callspec") else frozenset()
        if sees_constants_only(inspect.unwrap(item.function), drawn | {"expect"}):
            raise UnjudgedError(
                "UNKNOWN: the oracles of this test saw only what the test itself wrote down. "
                "Ask the subject: use a fixture, or call what is to be judged."
            )


def _is_unknown(error: BaseException) -> bool:
    return isinstance(error, UnjudgedError) or str(getattr(error, "outcome", "")) == "unknown"
