"""WireMock: the providers' stand-in, a Java program that answers HTTP on loopback.

Options that matter: no gzip (it silently repairs the "short body" fault), no request log (the journal is the
record), templates only in stubs that ask for them, and files below its own directory. The first-tier
compiler and the serial collector bring it up in two thirds of the time on a small machine.
"""

import http.client
import json
import signal
from pathlib import Path
from urllib.parse import urlsplit

from .binaries import java, wiremock_jar
from .errors import StackError
from .service import Launch, Order, Recipe, Service

ANSWER_S_MAX = 5.0
READY_ANSWER_S_MAX = 1.0
HEAP_MIB_MAX = 1024
_OPTIONS = (
    "--disable-request-logging",
    "--disable-gzip",
    "--disable-banner",
    "--local-response-templating",
)


def _prepare(home: Path, port: int, order: Order) -> Launch:
    jar = wiremock_jar(Path(order.jar) if order.jar else None)
    # The server lists this file, and so proves that it is ours and not another one on the same port.
    proof = f"autobiz-{home.name}"
    (home / "__files").mkdir()
    (home / "__files" / proof).touch()
    (home / "mappings").mkdir()
    url = f"http://127.0.0.1:{port}"
    return Launch(
        argv=(
            *(str(java()), "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", f"-Xmx{HEAP_MIB_MAX}m"),
            *("-jar", str(jar), "--port", str(port), "--bind-address", "127.0.0.1"),
            *("--root-dir", str(home), *_OPTIONS),
        ),
        url=url,
        port=port,
        ready=lambda: _lists(url, proof),
        stop=signal.SIGTERM,
        orphaned=signal.SIGKILL,
    )


def _lists(url: str, proof: str) -> bool:
    try:
        return proof in _get(url, "/__admin/files", answer_s_max=READY_ANSWER_S_MAX)
    except StackError:
        return False


def _container(port: int) -> Recipe:
    return Recipe(
        image="wiremock/wiremock:3.13.2",
        port=8080,
        environment={},
        command=_OPTIONS,
        url=f"http://127.0.0.1:{port}",
    )


def check(url: str) -> None:
    """Ask for the list of stubs, which only a WireMock has."""
    body = _get(url, "/__admin/mappings?limit=1")
    try:
        known = "mappings" in json.loads(body)
    except ValueError:
        known = False
    if not known:
        raise StackError("something answers there, but it is not WireMock")


def _get(url: str, path: str, *, answer_s_max: float = ANSWER_S_MAX) -> str:
    """Fetch a page without looking at proxy settings, which have no business on loopback."""
    parts = urlsplit(url)
    kinds = {"http": http.client.HTTPConnection, "https": http.client.HTTPSConnection}
    if parts.scheme not in kinds or not parts.hostname:
        raise StackError(f"{url!r} is not an address; write http://host:port")
    try:
        connection = kinds[parts.scheme](parts.hostname, parts.port, timeout=answer_s_max)
        try:
            connection.request("GET", parts.path.rstrip("/") + path)
            body: bytes = connection.getresponse().read()
        finally:
            connection.close()
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise StackError(str(error) or type(error).__name__) from error
    return body.decode(errors="replace")


WIREMOCK = Service(name="wiremock", prepare=_prepare, container=_container, check=check)
