"""What a stub server saw: one frozen value per request, with the stub that served it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from .stamping import VTIME_HEADER


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """One request and what became of it.

    `effect` is what the stub declares: `accept` (the provider did it, even if its answer was lost), `reject`,
    or `unstubbed`; empty if the stub declares nothing. `status` is 0 if no answer was sent. `at` is when
    it was sent, in virtual time, by its own word.
    """

    method: str
    url: str
    headers: Mapping[str, str]
    body: str
    status: int
    effect: str
    provider: str
    op: str
    fault: str
    at: datetime | None = None

    @property
    def path(self) -> str:
        return self.url.partition("?")[0]

    @property
    def accepted(self) -> bool:
        return self.effect == "accept"

    def header(self, name: str) -> str | None:
        """Return a header's value, whatever the letter case of its name."""
        return next((value for key, value in self.headers.items() if key.lower() == name.lower()), None)


def served(event: Mapping[str, Any]) -> Served:
    """Read one event of WireMock's journal."""
    request, answer = event["request"], event.get("responseDefinition", {})
    metadata = event.get("stubMapping", {}).get("metadata", {})
    headers = {name: _joined(value) for name, value in request["headers"].items()}
    stamp = next((value for name, value in headers.items() if name.lower() == VTIME_HEADER.lower()), None)
    return Served(
        method=request["method"],
        url=request["url"],
        headers=MappingProxyType(headers),
        body=request.get("body", ""),
        status=0 if "fault" in answer else answer.get("status", 0),
        effect=metadata.get("effect", "") if event.get("wasMatched", True) else "unstubbed",
        provider=metadata.get("provider", ""),
        op=metadata.get("op", ""),
        fault=metadata.get("fault", ""),
        at=None if stamp is None else datetime.fromisoformat(stamp),
    )


def _joined(value: object) -> str:
    return ", ".join(str(part) for part in value) if isinstance(value, list) else str(value)
