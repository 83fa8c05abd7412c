"""Look at recordings without playing them: whole, honest about where they come from, fresh, and clean."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from autobiz_kernel import Redactor

from .recording import KEPT_OF_REQUESTS, KEPT_OF_RESPONSES

AGE_DAYS_MAX: Final = 180
_PROVENANCE: Final = ("recorded_at", "source", "model", "prompt_sha256")
_SOURCES: Final = ("synthetic", "recorded")


@dataclass(frozen=True, slots=True, kw_only=True)
class CassetteFile:
    """One recording, as far as it could be read, and all that is wrong with it."""

    path: Path
    exchanges: int = 0
    source: str = ""
    model: str = ""
    recorded_at: str = ""
    problems: tuple[str, ...] = ()


def cassettes_in(folder: Path, *, today: date, age_days_max: int = AGE_DAYS_MAX) -> tuple[CassetteFile, ...]:
    """Read every recording below a folder."""
    return tuple(
        examined(path, today=today, age_days_max=age_days_max) for path in sorted(folder.rglob("*.json"))
    )


def examined(path: Path, *, today: date, age_days_max: int = AGE_DAYS_MAX) -> CassetteFile:
    """Read one recording, and say everything that is wrong with it at once."""
    try:
        told: Any = json.loads(path.read_text(encoding="utf-8"))
        interactions = [(each["request"], each["response"]) for each in told["interactions"]]
    except (OSError, ValueError, KeyError, TypeError) as error:
        return CassetteFile(path=path, problems=(f"cannot be read: {type(error).__name__}",))
    provenance = (told.get("metadata") or {}).get("provenance") or {}
    problems = [
        *_of_provenance(provenance, interactions, today, age_days_max),
        *(
            f"exchange {number}: {words}"
            for number, (request, response) in enumerate(interactions, 1)
            for words in _of_exchange(request, response)
        ),
    ]
    if not interactions:
        problems.append("holds no exchange")
    return CassetteFile(
        path=path,
        exchanges=len(interactions),
        source=str(provenance.get("source", "")),
        model=str(provenance.get("model", "")),
        recorded_at=str(provenance.get("recorded_at", "")),
        problems=tuple(problems),
    )


def prompt_sha256(body: str | bytes) -> str:
    """Return the digest of what a model was asked; it changes when the prompt, the model or its tools do."""
    return hashlib.sha256(json.dumps(json.loads(body), sort_keys=True).encode()).hexdigest()


def _of_provenance(told: Any, interactions: list[Any], today: date, age_days_max: int) -> Iterator[str]:
    lacking = [name for name in _PROVENANCE if not isinstance(told.get(name), str) or not told[name]]
    if lacking:
        yield f"provenance lacks {', '.join(lacking)}"
        return
    if told["source"] not in _SOURCES:
        yield f"source {told['source']!r} must be one of {', '.join(_SOURCES)}"
    try:
        age = (today - date.fromisoformat(told["recorded_at"])).days
    except ValueError:
        yield f"recorded_at {told['recorded_at']!r} is no day, as in 2026-01-31"
    else:
        if age < 0:
            yield "was recorded in the future"
        if age > age_days_max:
            yield f"is {age} days old, {age_days_max} at most; record it anew"
    try:
        asked = prompt_sha256(interactions[0][0]["body"]) if interactions else told["prompt_sha256"]
    except (ValueError, TypeError, KeyError):
        asked = ""
    if asked != told["prompt_sha256"]:
        yield "prompt_sha256 is not that of what it was asked; the prompt has changed, record it anew"


def _of_exchange(request: Any, response: Any) -> Iterator[str]:
    for what, holder, kept in (
        ("request", request, KEPT_OF_REQUESTS),
        ("response", response, KEPT_OF_RESPONSES),
    ):
        strangers = sorted(name for name in holder.get("headers", {}) if name.lower() not in kept)
        if strangers:
            yield f"its {what} keeps the headers {', '.join(strangers)}"
        content = holder.get("body")
        text = content.get("string", "") if isinstance(content, dict) else content
        hits = Redactor().clean(str(text or ""), name="body").hits
        if hits:
            yield f"its {what} holds what looks like {', '.join(sorted({hit.kind.value for hit in hits}))}"
