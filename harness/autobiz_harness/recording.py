"""Record one trial entry per test, under xdist, reruns, crashes and Ctrl-C too. Hooks in running order."""

import json
from collections.abc import Generator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from autobiz_gates import (
    LEDGER_SCHEMA,
    Case,
    Header,
    LedgerWriter,
    Plan,
    Torn,
    Trial,
    TrialOutcome,
    ledger_files,
    read_lines,
)

from .clock import utc_from_epoch, utc_now
from .identity import token
from .judging import Judgement, judge, reason_of
from .marks import mark_problems, priority_of, suite_of, texts
from .seeds import derive_seed, shard_of, shuffle_key
from .settings import Settings, settings_from

CASE = pytest.StashKey[Case]()

# sysexits' EX_IOERR: pytest's own codes end at 5, so nobody mistakes a full disk for a failed test.
EXIT_LEDGER_BROKEN = 74


def recorder_for(config: pytest.Config) -> "Recorder":
    """The recorder of this process, from its options."""
    return Recorder(settings_from(config), strict=_adopted(config))


def _adopted(config: pytest.Config) -> bool:
    """A project with a [tool.autobiz] table means our marks; elsewhere they may be somebody else's."""
    path = config.rootpath / "pyproject.toml"
    try:
        return "[tool.autobiz" in path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return False


class Recorder:
    """Writes this process's part of the ledger; one process, one file."""

    def __init__(self, settings: Settings, *, strict: bool) -> None:
        self.settings = settings
        self._strict = strict
        self._writer: LedgerWriter | None = None
        self._broken: str | None = None
        self._reports: list[pytest.TestReport] = []

    def case_of(self, item: pytest.Item) -> str:
        """The case's name: its node id as collected, before any other plugin decorates it."""
        case = item.stash.get(CASE, None)
        return item.nodeid if case is None else case.case

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        subject = msgspec.to_builtins(self.settings.subject)
        context = {
            "run_id": self.settings.run_id,
            "subject": subject,
            "gate_file_sha256": self.settings.gate_file_sha256,
        }
        node.workerinput["autobiz_context"] = json.dumps(context)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed and self.settings.worker == "main" and self._has_ledger:
            case = Case(case=report.nodeid or ".")
            self._append(
                self._trial(
                    case,
                    Judgement(outcome="unknown", phase="collect", reason=reason_of(report)),
                    started=utc_now().timestamp(),
                    seconds=0.0,
                )
            )

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_collection_modifyitems(
        self, config: pytest.Config, items: list[pytest.Item]
    ) -> Generator[None, None, None]:
        named = [(item, item.nodeid) for item in items]
        result = yield
        for item, name in named:
            item.stash[CASE] = _case(item, name, config.rootpath)
        if self._strict and (problems := mark_problems(items)):
            raise pytest.UsageError(*problems)
        self._select(config, items)
        if self.settings.order == "random":
            items.sort(
                key=lambda item: shuffle_key(self.settings.seed, self.settings.run, self.case_of(item))
            )
        return result

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        if self._has_ledger and self.settings.is_first_writer and not session.config.option.collectonly:
            self._append(
                Plan(
                    run_id=self.settings.run_id,
                    run=self.settings.run,
                    cases=tuple(item.stash[CASE] for item in session.items),
                )
            )

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        self._reports = []
        result = yield
        reports = self._reports
        # Nothing is written for a trial that Ctrl-C cut off: it has no verdict, so it stays missing.
        if self._has_ledger and reports:
            case = item.stash.get(CASE, None) or _case(item, item.nodeid, item.config.rootpath)
            started = min(report.start for report in reports)
            self._append(
                self._trial(
                    case, judge(reports), started=started, seconds=sum(report.duration for report in reports)
                )
            )
        if self._broken is not None:
            item.session.shouldfail = self._broken
        return result

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if not hasattr(report, "node"):
            self._reports.append(report)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        if report.failed:
            report.sections.append(("how to repeat this trial", self._repeat(report.nodeid)))
        return report

    @pytest.hookimpl(optionalhook=True)
    def pytest_handlecrashitem(self, crashitem: str, report: pytest.TestReport) -> None:
        if self._has_ledger:
            reason = f"the worker died while running it: {reason_of(report)}"
            self._append(
                self._trial(
                    self._planned(crashitem),
                    Judgement(outcome="unknown", phase="crash", reason=reason),
                    started=utc_now().timestamp(),
                    seconds=0.0,
                )
            )

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        told = getattr(node, "workeroutput", {}).get("autobiz_broken")
        if told is not None:
            self._broken = told

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self._writer is not None:
            try:
                self._writer.close()
            except OSError as error:
                self._break(error)
        if self._broken is not None:
            session.exitstatus = EXIT_LEDGER_BROKEN
            workeroutput = getattr(session.config, "workeroutput", None)
            if workeroutput is not None:
                workeroutput["autobiz_broken"] = self._broken

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        if self._broken is not None:
            terminalreporter.write_line(f"autobiz: {self._broken}", red=True, bold=True)

    @property
    def _has_ledger(self) -> bool:
        return self.settings.ledger is not None

    def _select(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        kept = items[:]
        if (shard := self.settings.shard) is not None:
            kept = [item for item in kept if shard_of(self.case_of(item), shard.count) == shard.index]
        if self.settings.resume:
            done = self._done()
            kept = [item for item in kept if self.case_of(item) not in done]
        if len(kept) < len(items):
            keep = set(map(id, kept))
            config.hook.pytest_deselected(items=[item for item in items if id(item) not in keep])
            items[:] = kept

    def _done(self) -> set[str]:
        return {
            line.case
            for line in self._lines()
            if isinstance(line, Trial)
            and (line.run_id, line.run) == (self.settings.run_id, self.settings.run)
        }

    def _planned(self, nodeid: str) -> Case:
        """A crashed test's case: the controller never collected it, but the plan knows it."""
        for line in self._lines():
            if isinstance(line, Plan):
                for case in line.cases:
                    if case.case in (nodeid, nodeid.rpartition("@")[0]):
                        return case
        return Case(case=nodeid)

    def _lines(self) -> Generator[Header | Plan | Trial | Torn, None, None]:
        ledger = self.settings.ledger
        if ledger is not None and any(ledger.glob("*.jsonl")):
            for path in ledger_files([ledger]):
                yield from read_lines(path)

    def _trial(self, case: Case, judgement: Judgement, *, started: float, seconds: float) -> Trial:
        settings = self.settings
        return Trial(
            schema=LEDGER_SCHEMA,
            run_id=settings.run_id,
            run=settings.run,
            suite=case.suite,
            case=case.case,
            seed=derive_seed(settings.seed, settings.run, case.case),
            priority=case.priority,
            requirements=case.requirements,
            tests=case.tests,
            workflow=case.workflow,
            marks=case.marks,
            subject=settings.subject,
            outcome=TrialOutcome(judgement.outcome),
            phase=judgement.phase,
            reason=judgement.reason,
            started_at=utc_from_epoch(started),
            duration_ms=round(seconds * 1000, 3),
            worker=settings.worker,
            fingerprint=judgement.fingerprint,
        )

    def _append(self, line: Plan | Trial) -> None:
        if self._broken is not None:
            return
        try:
            if self._writer is None:
                self._writer = self._open()
            self._writer.append(line)
        except OSError as error:
            self._break(error)

    def _break(self, error: OSError) -> None:
        place = self._writer.path if self._writer is not None else self.settings.ledger
        self._broken = (
            f"the ledger {place} cannot be written ({error.strerror or error}); "
            "trials from here on have no evidence. Make room or name another --gate-ledger, then resume."
        )

    def _open(self) -> LedgerWriter:
        settings = self.settings
        name = f"{settings.stage or 'tests'}-r{settings.run}-{settings.worker}-{token()}.jsonl"
        header = Header(
            schema=LEDGER_SCHEMA,
            run_id=settings.run_id,
            run=settings.run,
            worker=settings.worker,
            seed=settings.seed,
            subject=settings.subject,
            created_at=utc_now(),
            stage=settings.stage,
            shard=settings.shard,
            gate_file_sha256=settings.gate_file_sha256,
        )
        return LedgerWriter(Path(settings.ledger or ".", name), header)

    def _repeat(self, nodeid: str) -> str:
        settings = self.settings
        return f"pytest '{nodeid}' --gate-seed {settings.seed} --gate-run {settings.run}"


def _case(item: pytest.Item, name: str, root: Path) -> Case:
    return Case(
        case=name,
        suite=suite_of(item, root),
        priority=priority_of(item),
        requirements=texts(item, "requirement"),
        tests=texts(item, "test_id"),
        workflow=next(iter(texts(item, "workflow")), None),
        marks=tuple(sorted({mark.name for mark in item.iter_markers()})),
    )
