"""A process that has imported all of `gate` and forks once for each command that it is asked to run.

Started by its path, with a socket as its standard input. What starting and importing costs is paid once; each
command still has a process, a working directory, an environment and streams of its own.
"""

import importlib
import json
import os
import pkgutil
import signal
import socket
import sys

# What commands import only when they come to need it.
LATE = (
    "autobiz_gates.evidence",
    "autobiz_gates.flakes",
    "autobiz_gates.inputs",
    "autobiz_gates.kinds",
    "autobiz_harness.run.runner",
    "autobiz_harness.stack",
    "autobiz_reports.page",
    "cryptography.hazmat.primitives.serialization",
    "rich.console",
    "rich.table",
    "sqlite3",
)


def preload() -> None:
    """Import every module of the command, and what those import late."""
    package = importlib.import_module("autobiz_harness.cli")
    for module in pkgutil.iter_modules(package.__path__, "autobiz_harness.cli."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    for name in LATE:
        importlib.import_module(name)


def serve(asked: socket.socket) -> list[str]:
    """Fork for every request. It returns in the children only, with the arguments of the command."""
    while True:
        message, streams, _, _ = socket.recv_fds(asked, 1 << 20, 3)
        if not message:
            os._exit(0)
        wanted = json.loads(message)
        child = os.fork()
        if child == 0:
            asked.close()
            become(wanted, streams)
            arguments: list[str] = wanted["arguments"]
            return arguments
        for stream in streams:
            os.close(stream)
        _, status = os.waitpid(child, 0)
        asked.sendall(f"{os.waitstatus_to_exitcode(status)}\n".encode())


def become(wanted: dict[str, object], streams: list[int]) -> None:
    """Take the place that a process started for this command would have had."""
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    os.chdir(str(wanted["folder"]))
    environment = wanted["environment"]
    assert isinstance(environment, dict)
    os.environ.clear()
    os.environ.update(environment)
    signal.signal(signal.SIGINT, signal.default_int_handler)


if __name__ == "__main__":
    # Ctrl-C is meant for the tests and their commands; we end when nobody can ask any more.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with socket.socket(fileno=os.dup(0)) as asking:
        preload()
        sys.argv = ["gate", *serve(asking)]
    importlib.import_module("autobiz_harness.cli").main(prog_name="gate")
