"""Record exchanges so that nothing is kept that must not be: of headers only those on a list, and no secret."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, Literal
from urllib.parse import urlsplit, urlunsplit

import vcr
from vcr.record_mode import RecordMode

from autobiz_kernel import Redactor

from .errors import CassetteError
from .replaying import MATCHED

KEPT_OF_REQUESTS: Final = frozenset({"content-type"})
KEPT_OF_RESPONSES: Final = frozenset({"content-type", "request-id", "retry-after", "x-request-id"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """Where a recording comes from. `synthetic` was written by a person and never said by a model."""

    recorded_at: str
    source: Literal["synthetic", "recorded"]
    model: str
    prompt_sha256: str


@contextmanager
def recording(file: Path, provenance: Provenance, *, as_host: str) -> Iterator[None]:
    """Record what any HTTP client exchanges in this block, as if it had been with another host."""
    if file.exists():
        raise CassetteError(f"{file}: is there already; remove it first, so that nothing is mixed")
    redactor = Redactor()

    def kept_request(request: Any) -> Any:
        parts = urlsplit(request.uri)
        request.uri = urlunsplit(("https", as_host, parts.path, parts.query, ""))
        request.headers = {
            name: value for name, value in request.headers.items() if name.lower() in KEPT_OF_REQUESTS
        }
        _refuse_secrets(redactor, request.body, file)
        return request

    def kept_response(response: dict[str, Any]) -> dict[str, Any]:
        headers = response["headers"].items()
        response["headers"] = {
            name: value for name, value in headers if name.lower() in KEPT_OF_RESPONSES
        }
        _refuse_secrets(redactor, response["body"]["string"], file)
        return response

    recorder = vcr.VCR(
        serializer="json",
        record_mode=RecordMode.ONCE,
        before_record_request=kept_request,
        before_record_response=kept_response,
    )
    for matcher in MATCHED:
        recorder.register_matcher(matcher.__name__, matcher)
    with recorder.use_cassette(
        str(file), match_on=[matcher.__name__ for matcher in MATCHED], record_on_exception=False
    ) as cassette:
        cassette.get_metadata("provenance", asdict(provenance))
        yield


def _refuse_secrets(redactor: Redactor, content: Any, file: Path) -> None:
    text = content.decode("utf-8", "replace") if isinstance(content, bytes) else str(content or "")
    hits = redactor.clean(text, name="body").hits
    if hits:
        raise CassetteError(f"{file}: not recorded, since a body holds {', '.join(hit.kind for hit in hits)}")
