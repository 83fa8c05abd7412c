"""Kind artifact: a file is there, is the one it should be, verifies, and its links lead somewhere."""

import re
from dataclasses import dataclass
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, ClassVar, Final
from urllib.parse import unquote, urlsplit

from autobiz_gates.decision import Condition, Decision, GateDecision
from autobiz_gates.fields import Complaints, Field, KeyPath, flag, text
from autobiz_gates.gate import DRY_RUN, Gate
from autobiz_gates.given import Given

from .keyring import KeyringError, keys_field, read_keys
from .kind import Kind, decision_of

# Possessive, and lines one by one: a document of any shape is read in a time that grows as it does.
_MARKDOWN_LINK = re.compile(r"\]\(\s*+<?+([^)\s>]++)")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_CODE = re.compile(r"`[^`]*+`")
_NAMES_MAX = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class ArtifactGate(Gate):
    """A file that the deploy needs or that an auditor will ask for."""

    kind: ClassVar[str] = "artifact"

    path: str
    sha256: str | None = None
    links: bool = False
    verifies: bool = False
    keys: tuple[str, ...] = ()


def judge_artifact(gate: ArtifactGate, given: Given) -> GateDecision:
    """A missing or empty file is missing evidence; a wrong one shuts."""
    path = given.root / gate.path
    try:
        content = path.read_bytes()
    except OSError as error:
        return _answer(gate, [_no(Decision.UNDECIDED, "file", f"{gate.path}: {error.strerror or error}")])
    conditions = [_no(Decision.OPEN, "file", f"{gate.path} is there with {len(content)} bytes")]
    if not content.strip():
        conditions.append(_no(Decision.UNDECIDED, "content", f"{gate.path} is empty"))
    if gate.sha256 is not None:
        conditions.append(_digest(gate, content))
    if gate.links:
        conditions.append(_links(gate, path, content))
    if gate.verifies:
        conditions.append(_signature(gate, given.root, content))
    return _answer(gate, conditions)


def _signature(gate: ArtifactGate, root: Path, content: bytes) -> Condition:
    """Whether the file is a bundle of signed evidence, by one of the gate's keys, byte for byte."""
    try:
        keys = read_keys(root, gate.keys)
    except KeyringError as error:
        return _no(Decision.UNDECIDED, "keys", str(error))
    from autobiz_gates.evidence import EvidenceError, open_bundle

    try:
        bundle = open_bundle(content, keys)
    except EvidenceError as error:
        return _no(Decision.SHUT, "signature", f"{gate.path} does not verify: {error}")
    said = f"{gate.path} verifies, signed by key {bundle.keyid[:16]} over run {bundle.statement.run_id}"
    return _no(Decision.OPEN, "signature", said)


def _digest(gate: ArtifactGate, content: bytes) -> Condition:
    found = sha256(content).hexdigest()
    if found == gate.sha256:
        return _no(Decision.OPEN, "digest", f"{gate.path} has the digest it should have")
    return _no(Decision.SHUT, "digest", f"{gate.path} has sha256 {found}, not {gate.sha256}")


def _links(gate: ArtifactGate, path: Path, content: bytes) -> Condition:
    """Only links to files are followed: no gate goes out to the network."""
    document = content.decode("utf-8", "replace")
    found = _html_links(document) if path.suffix in (".html", ".htm") else _markdown_links(document)
    dead = [link for link in found if not _leads_somewhere(link, path)]
    if not dead:
        return _no(Decision.OPEN, "links", f"all {len(found)} links of {gate.path} that name files resolve")
    more = f" and {len(dead) - _NAMES_MAX} more" if len(dead) > _NAMES_MAX else ""
    return _no(
        Decision.SHUT, "links", f"{gate.path} links to {', '.join(dead[:_NAMES_MAX])}{more}, not found"
    )


def _leads_somewhere(link: str, source: Path) -> bool:
    parts = urlsplit(link)
    if parts.scheme or parts.netloc or not parts.path:
        return True
    return (source.parent / unquote(parts.path)).exists()


def _markdown_links(document: str) -> list[str]:
    """Links of the text, but for what stands in code."""
    fence, kept = "", []
    for line in document.splitlines():
        begins = _FENCE.match(line)
        if not fence:
            fence = begins[1] if begins else ""
            if not begins:
                kept.append(_CODE.sub("", line))
        elif begins and begins[1].startswith(fence) and not line[begins.end() :].strip():
            fence = ""
    return _MARKDOWN_LINK.findall("\n".join(kept))


def _html_links(document: str) -> list[str]:
    found: list[str] = []

    class Links(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002  the parser's signature
            found.extend(value for name, value in attrs if name in ("href", "src") and value)

    Links().feed(document)
    return found


def _no(decision: Decision, name: str, reason: str) -> Condition:
    return Condition(name=name, decision=decision, reason=reason)


def _answer(gate: ArtifactGate, conditions: list[Condition]) -> GateDecision:
    asked = (
        "a file"
        + (" with this digest" if gate.sha256 else "")
        + (" without dead links" if gate.links else "")
        + (" that verifies" if gate.verifies else "")
    )
    when_open = "; ".join(condition.reason for condition in conditions)
    seen = "nothing" if conditions[0].decision is Decision.UNDECIDED else "a file"
    return decision_of(gate, conditions, None, when_open, asked=asked, seen=seen)


def _hex(value: Any, at: KeyPath, complaints: Complaints) -> str | None:
    if isinstance(value, str) and re.fullmatch(r"[0-9a-f]{64}", value):
        return value
    complaints.say(at, "must be 64 lower-case hexadecimal digits, as sha256sum prints them")
    return None


_FIELDS: Final[tuple[Field, ...]] = (
    text("path", "The file, relative to the project.", required=True),
    Field(
        name="sha256",
        doc="The digest that its bytes must have.",
        read=_hex,
        schema={"type": "string", "pattern": "^[0-9a-f]{64}$"},
    ),
    flag("links", "Every link of this Markdown or HTML file that names a file must resolve."),
    flag("verifies", "The file must be a signed bundle of evidence; one of `keys` signed it."),
    keys_field("Public keys of those whose bundles verify: FILE, or FILE#ID."),
    DRY_RUN,
)


def _build(name: str, values: dict[str, Any], complaints: Complaints) -> ArtifactGate | None:
    if values.get("verifies") and "keys" not in values:
        complaints.say(("verifies",), "needs 'keys': public key files of those whose bundles verify")
    if "keys" in values and not values.get("verifies"):
        complaints.say(("keys",), "are for 'verifies = true', which is not there")
    return None if complaints.found else ArtifactGate(name=name, **values)


ARTIFACT: Final = Kind(
    name="artifact",
    doc="A file exists, has the digest it should have, verifies, and its links resolve.",
    fields=_FIELDS,
    build=_build,
    judge=judge_artifact,
)
