"""Hear every attempt of this interpreter to reach the network, and refuse what is not on the list.

The interpreter itself announces such attempts to audit hooks, so that no library, thread or event loop
escapes by bringing its own client. A hook cannot be taken out again: there is one in a process, and it is
silent until told what to guard. Child processes load this very file by its path, without the package around
it, so it imports nothing but what an interpreter has at hand when it starts.
"""

import os
import sys
from collections.abc import Callable
from types import FrameType  # noqa: TC003  # typing would cost each child far more than this module

HOSTS_VARIABLE = "AUTOBIZ_GUARD_NETWORK"
REPORT_VARIABLE = "AUTOBIZ_GUARD_REPORT"
_REPORT_LINE_BYTES_MAX = 2000
_HERE = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100, PTH120  # loading pathlib costs a child more
CHILD_FOLDER = os.path.join(_HERE, "child")  # noqa: PTH118  # as above


class GuardError(Exception):
    """What a guard refuses. Swallowing it does not help: the test fails all the same."""


class Guarded:
    """What is guarded, and who hears of it; forked children tell the report instead."""

    def __init__(
        self,
        *,
        hosts: frozenset[str] | None,
        hear: Callable[[str], None],
        report: str | None,
        payload: Callable[[bytes, str], str | None] | None = None,
        files: Callable[[str, tuple[object, ...]], str | None] | None = None,
    ) -> None:
        self.hosts = None if hosts is None else frozenset(map(_plain, hosts))
        self.report = report
        self.payload = payload
        self.files = files
        self._hear = hear
        self._names = tuple(
            host for host in self.hosts or () if not _is_address(host) and host != "localhost"
        )
        self._resolved: frozenset[str] | None = None
        self._pid = os.getpid()

    def is_allowed(self, host: object) -> bool:
        """Whether this host is on the list, or an address of a name on it."""
        plain = _plain(host)
        if self.hosts is None or plain in self.hosts or not plain:
            return True
        if not self._names or not _is_address(plain):
            return False
        if self._resolved is None:
            self._resolved = _addresses_of(self._names)
        return plain in self._resolved

    def refuse(self, words: str) -> None:
        """Tell who has to know, and raise at the very call."""
        said = f"{words}, at {_place()}"
        if os.getpid() == self._pid:
            self._hear(said)
        else:
            write_report(self.report, f"a forked child: {said}")
        raise GuardError(said)

    def environment(self) -> dict[str, str]:
        """What a child's environment says so that it is guarded like us."""
        hosts = {} if self.hosts is None else {HOSTS_VARIABLE: ",".join(sorted(self.hosts))}
        return {**hosts, **({} if self.report is None else {REPORT_VARIABLE: self.report})}

    def of_child(self, environment: dict[str, str]) -> dict[str, str]:
        """An environment that a child is to have, with the guard in it."""
        path = with_child_folder(environment.get("PYTHONPATH"))
        return {**environment, **self.environment(), "PYTHONPATH": path}


class Watch:
    """What is guarded in this process now; there is one, since the hook that asks it stays for good."""

    def __init__(self) -> None:
        self.guarded: Guarded | None = None
        self._is_hooked = False

    def guard(self, guarded: Guarded | None) -> Guarded | None:
        """Guard this from now on, or nothing; what was guarded before comes back, to be put back."""
        before, self.guarded = self.guarded, guarded
        if guarded is not None and not self._is_hooked:
            self._is_hooked = True
            _install()
        return before


def write_report(path: str | None, words: str) -> None:
    """Append one line that the process which started us will read; nobody may be left to read it."""
    if path is None:
        return
    line = " ".join(words.split()).encode("utf-8", "replace")[:_REPORT_LINE_BYTES_MAX] + b"\n"
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND)
    except OSError:
        return
    try:
        os.write(descriptor, line)
    finally:
        os.close(descriptor)


def with_child_folder(path: str | None) -> str:
    """A PYTHONPATH with our folder first, so that Python children load the guard when they start."""
    others = [one for one in (path or "").split(os.pathsep) if one and one != CHILD_FOLDER]
    return os.pathsep.join([CHILD_FOLDER, *others])


def guard_child() -> None:
    """Called in a child when it starts: guard what the environment says, and report to its file."""
    hosts = os.environ.get(HOSTS_VARIABLE)
    if hosts is None:
        return
    report = os.environ.get(REPORT_VARIABLE)

    def hear(words: str) -> None:
        write_report(report, f"a child process ({_command()}): {words}")

    WATCH.guard(Guarded(hosts=frozenset(hosts.split(",")), hear=hear, report=report))


def _command() -> str:
    given = " ".join(sys.orig_argv[1:])
    return f"python {given if len(given) <= 100 else given[:97] + '...'}"


WATCH = Watch()


def _on_address(guarded: Guarded, event: str, arguments: tuple[object, ...]) -> None:
    # An address that is no tuple is a path: a Unix socket, which leads nowhere but to this machine.
    address = arguments[1]
    if isinstance(address, tuple) and len(address) >= 2 and not guarded.is_allowed(address[0]):
        guarded.refuse(f"{event} to {_shown(address[0])}:{address[1]}, which is not an allowed host")


def _on_name(guarded: Guarded, event: str, arguments: tuple[object, ...]) -> None:
    host = arguments[0]
    if host is not None and not guarded.is_allowed(host):
        guarded.refuse(f"{event} of {_shown(host)}, which is not an allowed host")


def _on_socket_name(guarded: Guarded, event: str, arguments: tuple[object, ...]) -> None:
    address = arguments[0]
    if isinstance(address, tuple) and address:
        _on_name(guarded, event, (address[0],))


def _on_payload(guarded: Guarded, event: str, arguments: tuple[object, ...]) -> None:
    data = arguments[1]
    if guarded.payload is not None and isinstance(data, str | bytes | bytearray):
        host = str(getattr(arguments[0], "host", ""))
        complaint = guarded.payload(data.encode() if isinstance(data, str) else bytes(data), host)
        if complaint is not None:
            guarded.refuse(f"{event} of {complaint}")


def _on_file(guarded: Guarded, event: str, arguments: tuple[object, ...]) -> None:
    complaint = None if guarded.files is None else guarded.files(event, arguments)
    if complaint is not None:
        guarded.refuse(complaint)


def _on_program(guarded: Guarded, event: str, arguments: tuple[object, ...]) -> None:  # noqa: ARG001  # one shape
    """A child that is given an environment of its own is guarded like one that inherits ours."""
    environment = arguments[-1]
    if guarded.hosts is None or not isinstance(environment, dict):
        return
    if all(isinstance(name, str) for name in environment):
        environment.update(guarded.of_child(environment))


def _on_bare_program(guarded: Guarded, event: str, arguments: tuple[object, ...]) -> None:
    """Here the environment is copied already: one that came past our wrapper cannot be mended any more."""
    environment = arguments[-1]
    if guarded.hosts is not None and isinstance(environment, dict) and HOSTS_VARIABLE not in environment:
        guarded.refuse(f"{event} of {_shown(arguments[0])} with an environment in which the guard is not")


_HEARD: dict[str, Callable[[Guarded, str, tuple[object, ...]], None]] = {
    "socket.connect": _on_address,
    "socket.sendto": _on_address,
    "socket.sendmsg": _on_address,
    "socket.getaddrinfo": _on_name,
    "socket.gethostbyname": _on_name,
    "socket.gethostbyaddr": _on_name,
    "socket.getnameinfo": _on_socket_name,
    "http.client.send": _on_payload,
    "smtplib.send": _on_payload,
    "subprocess.Popen": _on_program,
    "open": _on_file,
    "os.rename": _on_file,
    "os.remove": _on_file,
    "os.truncate": _on_file,
    "os.exec": _on_bare_program,
    "os.posix_spawn": _on_bare_program,
}


def _install() -> None:
    watch = WATCH
    heard = _HEARD

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        # Called for every import and every opened file as well: one look into a table has to do.
        if event in heard and (guarded := watch.guarded) is not None:
            heard[event](guarded, event, arguments)

    sys.addaudithook(hook)
    # The event for these comes when their environment is copied, so it is completed before.
    for name in ("execve", "posix_spawn", "posix_spawnp"):
        if hasattr(os, name):
            setattr(os, name, _completing(getattr(os, name)))


def _completing(start: Callable[..., object]) -> Callable[..., object]:
    def complete(*given: object, **named: object) -> object:
        guarded = WATCH.guarded
        environment = given[2] if len(given) > 2 else named.get("env")
        if guarded is None or guarded.hosts is None or not isinstance(environment, dict):
            return start(*given, **named)
        if not all(isinstance(name, str) for name in environment):
            return start(*given, **named)
        ours = guarded.of_child(environment)
        if len(given) > 2:
            return start(*given[:2], ours, *given[3:], **named)
        return start(*given, **{**named, "env": ours})

    complete.__name__, complete.__doc__ = start.__name__, start.__doc__
    return complete


def _plain(host: object) -> str:
    """A host as the list writes it."""
    words = host.decode("ascii", "replace") if isinstance(host, bytes | bytearray) else str(host)
    words = words.strip().lower().rstrip(".")
    return words.partition("%")[0].removeprefix("::ffff:")


def _is_address(host: str) -> bool:
    return ":" in host or host.replace(".", "").isdecimal()


def _addresses_of(names: tuple[str, ...]) -> frozenset[str]:
    """Where the names of the list lead to; a name of the list may be resolved, so this is not refused."""
    import socket

    found: set[str] = set()
    for name in names:
        try:
            found.update(_plain(answer[4][0]) for answer in socket.getaddrinfo(name, None))
        except OSError:
            continue
    return frozenset(found)


def _shown(host: object) -> str:
    return host.decode("ascii", "replace") if isinstance(host, bytes | bytearray) else str(host)


def _place() -> str:
    """The innermost line of the project's own code, or of any code where that has none on the stack."""
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001  # the only way to see who calls, without loading inspect
    library = os.path.dirname(os.__file__)  # noqa: PTH120  # as at the top
    innermost = None
    while frame is not None:
        name = frame.f_code.co_filename
        if not name.startswith(_HERE):
            innermost = innermost or f"{name}:{frame.f_lineno}"
            if not name.startswith((library, "<frozen")) and "site-packages" not in name:
                return f"{name}:{frame.f_lineno}"
        frame = frame.f_back
    return innermost or "an unknown place"
