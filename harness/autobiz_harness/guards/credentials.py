"""Find what looks like a live credential: a table of detectors, and one function that asks them all.

A detector knows the form that a provider gives its live keys. Where a provider's keys have no form of their
own, a detector is asked only beside the provider's name, and only believes what is random enough.
"""

import math
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

_DEV_SHOP = re.compile(r"\b[a-z0-9-]*-(?:dev|test|sandbox)\.myshopify\.com\b")
_PLACEHOLDER = re.compile(r"example|sandbox|dummy|x{8}|0{8}", re.IGNORECASE)
ENTROPY_BITS_MIN = 3.5
# The rest of a name that ends in key or token, and what stands between it and its value.
_ASSIGNED = r"""[\w-]*(?:key|token)["']?\s*[=:]\s*["']?"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Where something live was seen, and by which detector; never what it was."""

    detector: str
    line: int
    shown: str

    def __str__(self) -> str:
        return f"a live credential ({self.detector}: {self.shown})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Detector:
    """The form of one provider's live credentials, and when something of that form is none."""

    name: str
    pattern: re.Pattern[str]
    hint: str
    is_excused: Callable[[str, str], bool] = lambda found, _: _PLACEHOLDER.search(found) is not None


def _never(_found: str, _text: str) -> bool:
    return False


def _beside_dev_shop(found: str, text: str) -> bool:
    """A shop's token does not tell whose it is: it is a developer's where the text names such a shop."""
    return _DEV_SHOP.search(text) is not None or _PLACEHOLDER.search(found) is not None


def _dev_shop(found: str, _text: str) -> bool:
    return _DEV_SHOP.fullmatch(found.lower()) is not None


def _test_team(found: str, _text: str) -> bool:
    return found.partition("-")[2].startswith("test") or _PLACEHOLDER.search(found) is not None


def _predictable(found: str, _text: str) -> bool:
    return entropy_bits(found) < ENTROPY_BITS_MIN


def entropy_bits(text: str) -> float:
    """Bits for each character, were it drawn as often as it occurs."""
    return -sum(n / len(text) * math.log2(n / len(text)) for n in Counter(text).values()) if text else 0.0


def _form(
    name: str, pattern: str, hint: str, is_excused: Callable[[str, str], bool] | None = None
) -> Detector:
    compiled = re.compile(pattern)
    if is_excused is None:
        return Detector(name=name, pattern=compiled, hint=hint.lower())
    return Detector(name=name, pattern=compiled, hint=hint.lower(), is_excused=is_excused)


# The hint is a part that every match holds: nearly all text is dismissed by looking for it.
DETECTORS: tuple[Detector, ...] = (
    _form("stripe", r"\b(?:sk|rk|pk)_live_[0-9A-Za-z]{8,}", "k_live_", _never),
    _form("shopify token", r"\bshp(?:at|ca|pa|ss)_[0-9A-Fa-f]{32}\b", "shp", _beside_dev_shop),
    _form("shopify store", r"(?i)\b[a-z0-9][a-z0-9-]*\.myshopify\.com\b", ".myshopify.com", _dev_shop),
    _form("sendgrid", r"\bSG\.[\w-]{22}\.[\w-]{43}\b", "SG."),
    _form("slack token", r"\bxox[abeoprs]-[0-9A-Za-z-]{10,}", "xox", _test_team),
    _form("slack webhook", r"\bhooks\.slack\.com/services/T\w+/B\w+/\w{16,}", "hooks.slack.com"),
    _form("anthropic", r"\bsk-ant-[\w-]{20,}", "sk-ant-"),
    _form("openai", r"\bsk-(?:proj|svcacct|admin)-[\w-]{20,}", "sk-"),
    _form("openai, older", r"\bsk-[0-9A-Za-z]{48}\b", "sk-"),
    _form("aws", r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b", "IA"),
    _form("github", r"\bgh[oprsu]_[0-9A-Za-z]{36}\b", "gh"),
    _form("github, fine-grained", r"\bgithub_pat_\w{60,}", "github_pat_"),
    _form("google", r"\bAIza[\w-]{35}\b", "AIza"),
    _form("private key", r"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----\s+[0-9A-Za-z+/=\s]{40,}", "PRIVATE KEY"),
    _form("printful", rf"(?i)printful{_ASSIGNED}(\w{{40}})\b", "printful", _predictable),
)  # fmt: skip


def live_credentials(text: str) -> Iterator[Finding]:
    """Everything in a text that looks live."""
    lower = text.lower()
    for detector in DETECTORS:
        if detector.hint not in lower:
            continue
        for match in detector.pattern.finditer(text):
            found = match[match.lastindex or 0]
            if not detector.is_excused(found, text):
                line = text.count("\n", 0, match.start()) + 1
                yield Finding(detector=detector.name, line=line, shown=f"{found[:8]}...")


def live_in_environment(environment: Mapping[str, str]) -> list[str]:
    """Each variable that holds something live, named without its value."""
    return [
        f"the environment variable {name} holds {finding}"
        for name, value in sorted(environment.items())
        for finding in live_credentials(f"{name}={value}")
    ]
