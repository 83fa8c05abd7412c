"""Write this process's part of the ledger: one file, opened with the first line it has to hold."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from autobiz_gates import (
    LEDGER_SCHEMA,
    TRIES_MAX,
    Case,
    Header,
    LedgerWriter,
    Line,
    OracleVerdict,
    RunPlan,
    Torn,
    Trial,
    TrialOutcome,
    ledger_files,
    read_lines,
)

from .clock import utc_from_epoch, utc_now
from .identity import token
from .judging import Judgement
from .seeds import derive_seed
from .settings import Settings

# A reader holds a line in memory, and refuses one of 64 MiB.
_CASES_A_LINE = 50_000


class TrialWriter:
    """Appends plans and trials; once the disk refuses, it says so and stays silent."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        self._settings = settings
        self._folder = folder
        self._ledger: LedgerWriter | None = None
        self.broken: str | None = None

    def plan(self, cases: tuple[Case, ...]) -> None:
        """Say what is to be tried, so that a trial that never came is known to be missing."""
        for first in range(0, len(cases) or 1, _CASES_A_LINE):
            part = cases[first : first + _CASES_A_LINE]
            self._append(RunPlan.of(self._settings.run_id, self._settings.run, part))

    def trial(
        self,
        case: Case,
        judgement: Judgement,
        *,
        started: float,
        seconds: float,
        replay: str | None = None,
        oracles: tuple[OracleVerdict, ...] = (),
    ) -> None:
        """Append one entry."""
        settings = self._settings
        self._append(
            Trial(
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
                replay=replay,
                oracles=oracles,
            )
        )

    def untimed(self, case: Case, judgement: Judgement) -> None:
        """Append an entry for what never ran: a module that does not import, a test its worker died in."""
        self.trial(case, judgement, started=utc_now().timestamp(), seconds=0.0)

    def done(self, names: tuple[str, ...]) -> set[str]:
        """The cases of this run that the named files judge, or that were tried often enough in vain."""
        run = (self._settings.run_id, self._settings.run)
        judged: set[str] = set()
        invalid: Counter[str] = Counter()
        for name in names:
            for line in read_lines(self._folder / name):
                if not isinstance(line, Trial) or line.phase == "collect" or (line.run_id, line.run) != run:
                    continue
                if line.outcome is TrialOutcome.INVALID:
                    invalid[line.case] += 1
                else:
                    judged.add(line.case)
        return judged | {case for case, tries in invalid.items() if tries >= TRIES_MAX}

    def planned(self, nodeid: str) -> Case:
        """A test's case as some worker planned it; xdist's controller collects nothing itself."""
        names = (nodeid, nodeid.rpartition("@")[0])
        for line in self._lines():
            if isinstance(line, RunPlan):
                for case in line.cases:
                    if case.case in names:
                        return case
        return Case(case=nodeid)

    def close(self) -> None:
        if self._ledger is not None:
            try:
                self._ledger.close()
            except OSError as error:
                self._break(error)

    def _lines(self) -> Iterator[Line | Torn]:
        if any(self._folder.glob("*.jsonl")):
            for path in ledger_files([self._folder]):
                yield from read_lines(path)

    def _append(self, line: RunPlan | Trial) -> None:
        if self.broken is not None:
            return
        try:
            if self._ledger is None:
                self._ledger = self._open()
            self._ledger.append(line)
        except OSError as error:
            self._break(error)

    def _break(self, error: OSError) -> None:
        place = self._ledger.path if self._ledger is not None else self._folder
        self.broken = (
            f"the ledger {place} cannot be written ({error.strerror or error}); "
            "trials from here on have no evidence. Make room or name another --gate-ledger, then resume."
        )

    def _open(self) -> LedgerWriter:
        settings = self._settings
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
        return LedgerWriter(self._folder / name, header)
