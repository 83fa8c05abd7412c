"""Record one trial entry per test, under xdist, reruns, crashes and Ctrl-C too. Hooks in running order."""

import json
from collections.abc import Generator
from typing import Any

import msgspec
import pytest

from autobiz_gates import Case

from .adoption import adoption_of
from .cases import case_of_item, mark_problems
from .infrastructure import is_infrastructure
from .judging import Judgement, judge, mark_outcome, reason_of
from .marks import suite_of_path
from .seeds import shard_of, shuffle_key
from .settings import Settings, settings_from
from .trial_writer import TrialWriter
from .weighing import verdicts_of

CASE = pytest.StashKey[Case]()

# A test that answers from a recording says which: record_property("cassette", its fingerprint).
CASSETTE_PROPERTY = "cassette"

# sysexits' EX_IOERR: pytest's own codes end at 5, so nobody mistakes a full disk for a failed test.
EXIT_LEDGER_BROKEN = 74


def recorder_for(config: pytest.Config) -> "Recorder":
    """The recorder of this process, from its options."""
    return Recorder(settings_from(config), strict=adoption_of(config).adopted)


class Recorder:
    """Selects the trials of this process and records them; one process, one file."""

    def __init__(self, settings: Settings, *, strict: bool) -> None:
        self.settings = settings
        self._strict = strict
        self._writer = None if settings.ledger is None else TrialWriter(settings, settings.ledger)
        self._broken_elsewhere: str | None = None
        self._reports: list[pytest.TestReport] = []
        self._crashed: set[str] = set()
        self._whole: list[pytest.Item] = []

    def case_of(self, item: pytest.Item) -> str:
        """The case's name: its node id as collected, before any other plugin decorates it."""
        case = item.stash.get(CASE, None)
        return item.nodeid if case is None else case.case

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        context = {
            "run_id": self.settings.run_id,
            "subject": msgspec.to_builtins(self.settings.subject),
            "gate_file_sha256": self.settings.gate_file_sha256,
        }
        node.workerinput["autobiz_context"] = json.dumps(context)
        node.workerinput["autobiz_resume_from"] = self.settings.resume_from

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        # Every worker collects the same; the controller hears of each failure and tells it once.
        if report.failed and self._writer is not None and self.settings.worker == "main":
            judgement = Judgement(outcome="unknown", phase="collect", reason=reason_of(report))
            self._writer.untimed(Case(case=report.nodeid or "."), judgement)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_collection_modifyitems(
        self, config: pytest.Config, items: list[pytest.Item]
    ) -> Generator[None, None, None]:
        named = [(item, item.nodeid) for item in items]
        result = yield
        suites = {path: suite_of_path(path, config.rootpath) for path in {item.path for item in items}}
        for item, name in named:
            item.stash[CASE] = case_of_item(item, name, suites.get(item.path))
        if self._strict and (problems := mark_problems(items)):
            raise pytest.UsageError(*problems)
        self._select(config, items)
        if self.settings.order == "random":
            items.sort(
                key=lambda item: shuffle_key(self.settings.seed, self.settings.run, self.case_of(item))
            )
        return result

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        if self._writer is None or not self.settings.is_first_writer or session.config.option.collectonly:
            return
        # Of a batch the whole is planned: what is behind it is known to be missing, as long as it is.
        items = session.items if self.settings.batch is None else self._whole
        cases = [item.stash.get(CASE, None) for item in items]
        # Where another plugin broke the collection there is nothing to plan, and its error must be seen.
        if None not in cases:
            self._writer.plan(tuple(case for case in cases if case is not None))

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        self._reports = []
        result = yield
        reports = self._reports
        # Nothing is written for a trial that Ctrl-C cut off: it has no verdict, so it stays missing.
        if self._writer is not None and reports:
            case = item.stash.get(CASE, None) or case_of_item(item, item.nodeid, None)
            self._writer.trial(
                case,
                judge(reports),
                started=min(report.start for report in reports),
                seconds=sum(report.duration for report in reports),
                replay=self._replay(item, reports[-1]),
                oracles=verdicts_of(item),
            )
            if self._writer.broken is not None:
                item.session.shouldfail = self._writer.broken
        return result

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        # Reports with a node are a worker's; it has recorded them itself.
        if hasattr(report, "node"):
            return
        self._reports.append(report)
        if report.failed:
            report.sections.append(("how to repeat this trial", self._repeat(report.nodeid)))

    def pytest_exception_interact(
        self,
        call: "pytest.CallInfo[object]",
        report: pytest.CollectReport | pytest.TestReport,
    ) -> None:
        names = self.settings.infrastructure_errors
        if call.excinfo is not None and is_infrastructure(call.excinfo.value, names):
            mark_outcome(report, "invalid")

    @pytest.hookimpl(optionalhook=True)
    def pytest_handlecrashitem(self, crashitem: str, report: pytest.TestReport) -> None:
        # With --dist=loadgroup xdist gives the same deadly test to one worker after another.
        if self._writer is not None and crashitem not in self._crashed:
            self._crashed.add(crashitem)
            reason = f"the worker died while running it: {reason_of(report)}"
            judgement = Judgement(outcome="unknown", phase="crash", reason=reason)
            self._writer.untimed(self._writer.planned(crashitem), judgement)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        told = getattr(node, "workeroutput", {}).get("autobiz_broken")
        if told is not None:
            self._broken_elsewhere = told

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self._writer is not None:
            self._writer.close()
        if self._broken is not None:
            session.exitstatus = EXIT_LEDGER_BROKEN
            workeroutput = getattr(session.config, "workeroutput", None)
            if workeroutput is not None:
                workeroutput["autobiz_broken"] = self._broken

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        if self._broken is not None:
            terminalreporter.write_line(f"autobiz: {self._broken}", red=True, bold=True)

    @property
    def _broken(self) -> str | None:
        here = None if self._writer is None else self._writer.broken
        return here or self._broken_elsewhere

    def _select(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        kept = items[:]
        if (shard := self.settings.shard) is not None:
            kept = [item for item in kept if shard_of(self.case_of(item), shard.count) == shard.index]
        self._whole = kept
        if (batch := self.settings.batch) is not None:
            taken = batch.take(map(self.case_of, kept), self.settings.seed)
            kept = [item for item in kept if self.case_of(item) in taken]
        if self.settings.resume_from is not None and self._writer is not None:
            done = self._writer.done(self.settings.resume_from)
            kept = [item for item in kept if self.case_of(item) not in done]
        if len(kept) < len(items):
            keep = set(map(id, kept))
            config.hook.pytest_deselected(items=[item for item in items if id(item) not in keep])
            items[:] = kept

    def _replay(self, item: pytest.Item, report: pytest.TestReport) -> str | None:
        """What the trial followed from, if the test says by which recorded answers it went."""
        for name, value in report.user_properties:
            if name == CASSETTE_PROPERTY:
                # A test that draws from its seed has other inputs in each run, whatever it is answered.
                drawn = "seed" in getattr(item, "fixturenames", ())
                return f"{value}/{self.settings.seed}/{self.settings.run}" if drawn else str(value)
        return None

    def _repeat(self, nodeid: str) -> str:
        settings = self.settings
        return f"pytest '{nodeid}' --gate-seed {settings.seed} --gate-run {settings.run}"
