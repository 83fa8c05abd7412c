"""Tools of every bad character, each run in a process of its own."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any


def double(arguments: dict[str, Any]) -> dict[str, Any]:
    return {"twice": arguments["n"] * 2}


def echo(arguments: Any) -> Any:
    return arguments


def environment(_: Any) -> dict[str, str]:
    return dict(os.environ)


def open_files(_: Any) -> list[str]:
    return sorted(os.listdir("/proc/self/fd"))  # noqa: PTH208  # names of descriptors, not paths


def spin(arguments: Any, _external_key: str = "") -> None:
    """Compute for ever, deaf to every signal that can be ignored."""
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    note(arguments, os.getpid())
    while True:
        pass


def note(arguments: dict[str, str], pid: int) -> None:
    with Path(arguments.get("pids") or arguments["note"]).open("a", encoding="utf-8") as file:
        file.write(f"{pid}\n")


def fork_and_spin(arguments: dict[str, str]) -> None:
    child = os.fork()
    if child == 0:
        spin(arguments)
    spin(arguments)


def leave_the_group(arguments: dict[str, str]) -> dict[str, bool]:
    """Return at once, and leave behind a grandchild in a session of its own that keeps everything open."""
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            spin(arguments)
        os._exit(0)
    while not Path(arguments["pids"]).exists():
        pass
    return {"left": True}


def leave_a_program(arguments: dict[str, str]) -> dict[str, bool]:
    program = subprocess.Popen(
        [sys.executable, "-c", "while True: pass"], start_new_session=True, close_fds=False
    )
    note(arguments, program.pid)
    return {"left": True}


def print_garbage(_: Any) -> int:
    sys.stdout.write('{"done": "forged"}\n' * 1000)
    sys.stderr.write("garbage" * 1000)
    sys.stdout.flush()
    return 7


def pipe_garbage(arguments: dict[str, str]) -> int:
    os.write(int(sys.argv[1]), arguments["text"].encode())
    os._exit(0)


def close_everything(_: Any) -> int:
    os.closerange(0, 100)
    return 1


def flood(_: Any) -> None:
    while True:
        os.write(int(sys.argv[1]), b"x" * 65536)


def large(arguments: dict[str, int]) -> str:
    return "x" * arguments["size"]


def die(arguments: dict[str, int]) -> None:
    os.kill(os.getpid(), arguments["signal"])


def leave(arguments: dict[str, int]) -> None:
    os._exit(arguments["code"])


def fail(_: Any) -> None:
    raise LookupError("no such order")


def ask_to_exit(_: Any) -> None:
    sys.exit("enough")


def eat_memory(_: Any) -> int:
    return len([bytearray(10**7) for _ in range(10**4)])


def unsayable(arguments: dict[str, str]) -> Any:
    cycle: list[Any] = []
    cycle.append(cycle)
    deep: Any = 1
    for _ in range(200):
        deep = [deep]
    values = {
        "set": {1},
        "bytes": b"x",
        "nan": float("nan"),
        "cycle": cycle,
        "function": echo,
        "big": 2**60,
        "deep": deep,
        "surrogate": "\ud800",
    }
    return values[arguments["what"]]
