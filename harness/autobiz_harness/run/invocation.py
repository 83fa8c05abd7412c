"""One pytest process for one run of one stage: start it, watch it, end it with everything it started."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from autobiz_harness.batch import Batch
from autobiz_harness.clock import monotonic
from autobiz_harness.lifeline import VARIABLE

from .config import Stage
from .rundir import RunDir

_LOOK_EVERY_S = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Invocation:
    """What one pytest process is asked to do."""

    root: Path
    stage: Stage
    run: int
    seed: int
    rundir: RunDir
    shard: str | None
    env: Mapping[str, str]
    limit_s: float
    batch: Batch | None = None
    causes: Path | None = None
    grace_s: float = 10.0

    def command(self) -> list[str]:
        stage = self.stage
        command = [sys.executable, "-m", "pytest", *stage.paths, "--color=no", *stage.pytest_args]
        if self.causes is not None:
            return [*command, f"--gate-causes={self.causes}"]
        command += [
            f"--gate-ledger={self.rundir.ledger}", f"--gate-context={self.rundir.context_file}",
            f"--gate-stage={stage.name}", f"--gate-run={self.run}", f"--gate-seed={self.seed}",
            f"--gate-order={stage.order}", "--gate-resume",
        ]  # fmt: skip
        if self.shard is not None:
            command.append(f"--gate-shard={self.shard}")
        if self.batch is not None:
            command.append(f"--gate-batch={self.batch}")
        if stage.workers:
            command += ["-n", str(stage.workers), "--dist=worksteal"]
        return command


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessEnd:
    """How the process ended: its code, or that its time was up."""

    code: int
    timed_out: bool
    seconds: float


def invoke(invocation: Invocation, look: Callable[[], None]) -> ProcessEnd:
    """Run pytest to its end. Whatever stops us, it and its children are gone when this returns."""
    began = monotonic()
    reader, writer = os.pipe()
    log = invocation.rundir.log(invocation.stage.name, invocation.run)
    try:
        with log.open("ab") as output:
            process = subprocess.Popen(
                invocation.command(),
                cwd=invocation.root,
                env={**invocation.env, VARIABLE: str(reader)},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                pass_fds=(reader,),
                start_new_session=True,
            )
        os.close(reader)
        timed_out = _wait(process, invocation, began + invocation.limit_s, look)
        return ProcessEnd(code=process.returncode, timed_out=timed_out, seconds=monotonic() - began)
    finally:
        # Closing the lifeline also ends whatever a killed pytest left in its group.
        os.close(writer)


def _wait(
    process: "subprocess.Popen[bytes]", invocation: Invocation, deadline: float, look: Callable[[], None]
) -> bool:
    try:
        while True:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=_LOOK_EVERY_S)
                return False
            look()
            if monotonic() >= deadline:
                _end(process, invocation.grace_s)
                return True
    except BaseException:
        _end(process, invocation.grace_s)
        raise
    finally:
        _kill_group(process)


def _end(process: "subprocess.Popen[bytes]", grace_s: float) -> None:
    """Ask as Ctrl-C would, so that fixtures tear down; then insist."""
    with contextlib.suppress(ProcessLookupError):
        process.send_signal(signal.SIGINT)
    try:
        process.wait(timeout=grace_s)
    except (subprocess.TimeoutExpired, KeyboardInterrupt):
        _kill_group(process)
        process.wait()


def _kill_group(process: "subprocess.Popen[bytes]") -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
