"""Metrics in the Prometheus text format as evidence: each series by its name and its labels in order."""

import re
import urllib.request
from decimal import Decimal

from .gathering import EvidenceError

ANSWER_BYTES_MAX = 16 * 1024 * 1024
ANSWER_S_MAX = 10

_NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
_LABEL = r"[a-zA-Z_][a-zA-Z0-9_]*\s*=\s*\"(?:[^\"\\\n]|\\[\\n\"])*\""
_SAMPLE = re.compile(
    rf"(?P<name>{_NAME})\s*(?:\{{\s*(?P<labels>(?:{_LABEL}\s*(?:,\s*{_LABEL}\s*)*,?\s*)?)\}})?"
    r"\s+(?P<value>\S+)(?:\s+-?[0-9]+)?\s*",
    re.ASCII,
)
_ONE_LABEL = re.compile(_LABEL, re.ASCII)
_FINITE = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,6})?")
_INFINITE = {"+Inf": "Infinity", "Inf": "Infinity", "-Inf": "-Infinity", "NaN": "NaN"}


def metrics_of(text: str, *, where: str = "the metrics") -> dict[str, Decimal]:
    """Every sample, as `name{label="value",...}` with labels in alphabetical order."""
    found: dict[str, Decimal] = {}
    problems = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        match = _SAMPLE.fullmatch(line.strip())
        value = None if match is None else _number(match["value"])
        if match is None or value is None:
            problems.append(f"line {number} is no sample: {line.strip()[:80]!r}")
            continue
        named = _ONE_LABEL.findall(match["labels"] or "")
        labels = sorted(re.sub(r"\s*=\s*", "=", one, count=1) for one in named)
        series = f"{match['name']}{{{','.join(labels)}}}" if labels else match["name"]
        if series in found:
            problems.append(f"line {number} tells of {series} once more")
        found[series] = value
    if problems:
        raise EvidenceError(where, problems)
    return found


def metrics_at(url: str) -> dict[str, Decimal]:
    """Read what a service says of itself now."""
    if not url.startswith(("http://", "https://")):
        raise EvidenceError(url, ["is no http address of metrics"])
    with urllib.request.urlopen(url, timeout=ANSWER_S_MAX) as answer:  # noqa: S310  # the scheme is looked at above
        body: bytes = answer.read(ANSWER_BYTES_MAX + 1)
    if len(body) > ANSWER_BYTES_MAX:
        raise EvidenceError(url, [f"says more than {ANSWER_BYTES_MAX} bytes"])
    return metrics_of(body.decode("utf-8"), where=url)


def _number(text: str) -> Decimal | None:
    if text in _INFINITE:
        return Decimal(_INFINITE[text])
    return Decimal(text) if _FINITE.fullmatch(text) else None
