"""Show a run while it runs: live on a terminal, plain lines elsewhere. All of it goes to stderr."""

from typing import Protocol

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from autobiz_harness.clock import monotonic

from .stage_end import StageEnd, StageStatus
from .watch import Watch

_HEARTBEAT_S = 15.0
_SIGN = {
    StageStatus.PASSED: "[green]✔[/]",
    StageStatus.NOT_RUN: "[dim]·[/]",
    StageStatus.EMPTY: "[yellow]∅[/]",
}


class View(Protocol):
    """Somebody who looks on."""

    def say(self, words: str) -> None: ...

    def started(self, name: str, run: int, runs: int) -> None: ...

    def looked(self, watch: Watch) -> None: ...

    def ended(self, end: StageEnd) -> None: ...


def view_for(*, live: bool) -> View:
    """The live view on a terminal, plain lines elsewhere."""
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    return LiveView(console) if live and console.is_terminal else PlainView(console)


class PlainView:
    """A line when a stage starts, one every few seconds, one when it ends."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._label = ""
        self._said_at = 0.0

    def say(self, words: str) -> None:
        self._console.print(words, markup=False)

    def started(self, name: str, run: int, runs: int) -> None:
        self._label = label(name, run, runs)
        self._said_at = monotonic()

    def looked(self, watch: Watch) -> None:
        if monotonic() - self._said_at >= _HEARTBEAT_S:
            self._said_at = monotonic()
            self.say(f"  {self._label}: {watch.done}/{len(watch.planned)} {_figures(watch)}")

    def ended(self, end: StageEnd) -> None:
        self.say(f"{label(end.name, end.run, end.runs)}: {end.status}, {sentence(end)}")


class LiveView:
    """One bar for the stage that runs; ended stages stay above it."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._bar: Progress | None = None
        self._task: TaskID | None = None
        self._label = ""

    def say(self, words: str) -> None:
        self._console.print(words, markup=False)

    def started(self, name: str, run: int, runs: int) -> None:
        self._stop_bar()
        self._label = label(name, run, runs)
        self._bar = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(bar_width=28),
            TextColumn("{task.completed:.0f}/{task.total:.0f}"),
            TextColumn("{task.fields[figures]}"),
            TimeElapsedColumn(),
            TextColumn("eta"),
            TimeRemainingColumn(),
            console=self._console,
            transient=True,
        )
        self._task = self._bar.add_task(self._label, total=0, figures="starting")
        self._bar.start()

    def looked(self, watch: Watch) -> None:
        if self._bar is not None and self._task is not None:
            self._bar.update(
                self._task, completed=watch.done, total=len(watch.planned), figures=_figures(watch)
            )

    def ended(self, end: StageEnd) -> None:
        self._stop_bar()
        sign = _SIGN.get(end.status, "[red]✘[/]")
        self._console.print(f"{sign} {label(end.name, end.run, end.runs)}  [dim]{sentence(end)}[/]")

    def _stop_bar(self) -> None:
        if self._bar is not None:
            self._bar.stop()
            self._bar = None


def label(name: str, run: int, runs: int) -> str:
    """A stage's run as people say it."""
    return f"{name} run {run} of {runs}" if runs > 1 else name


def sentence(end: StageEnd) -> str:
    """The counts that are not zero, the time, and the reason if there is one."""
    counts = (
        ("passed", end.passed), ("failed", end.failed), ("unknown", end.unknown),
        ("skipped", end.skipped), ("missing", end.missing), ("invalid", end.invalid),
    )  # fmt: skip
    said = ", ".join(f"{count} {word}" for word, count in counts if count) or "no trial"
    reason = f": {end.reason}" if end.reason else ""
    return f"{said} in {end.seconds:.1f} s{reason}"


def _figures(watch: Watch) -> str:
    bound = watch.lower_bound
    bad = watch.count("fail", "unknown")
    return f"{bad} bad" + (f", LCB {bound:.3f}" if bound is not None else "")
