"""Loopback ports: which are free, and why one is not.

A free port can be taken by someone else before the server binds it, so whoever uses one must be ready to
try another.
"""

import socket

LOOPBACK = "127.0.0.1"


def free_port() -> int:
    """Let the operating system choose a port that is free now."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port


def refusal(port: int) -> OSError | None:
    """Give the reason why a server could not listen on the port now, if there is one."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError as error:
            return error
    return None
