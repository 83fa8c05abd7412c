"""Judge whether anything that was stored or sent holds what nobody may see, however it was wrapped."""

import re
from collections.abc import Collection, Mapping, Sequence
from urllib.parse import unquote_to_bytes

from .detectors import DETECTORS, Detector, literal
from .evidence import given, mapped
from .oracle import Finding, MissingEvidenceError, oracle
from .unfolding import DEPTH_MAX, Unfolding, packed_spans
from .verdict import OracleType


@oracle(OracleType.SECURITY)
def leaks_nothing(
    places: Mapping[str, bytes | str | None] | None,
    *,
    allowed: Collection[str] = (),
    secrets: Collection[str] = (),
    detectors: Sequence[Detector] = DETECTORS,
    depth_max: int = DEPTH_MAX,
) -> Finding:
    """No secret and no personal data is in these bytes, in JSON, URL encoding, base64 or hexadecimal either.

    `places` names what was read: a table, a journal, a log. Values that the trial planted, and that may be
    seen, are `allowed`, each as a whole; `secrets` must not be seen and have no shape of their own. What
    is wrapped too deep or is too large to be looked at is not known to be clean.
    """
    bodies = mapped(places, "the stored and sent bytes")
    if not bodies:
        raise MissingEvidenceError("no place was searched")
    if not all(value.strip() for value in (*secrets, *allowed)):
        raise MissingEvidenceError("an empty value is in everything")
    looked_for = (*detectors, *(literal("planted_secret", value) for value in secrets))
    if not looked_for:
        raise MissingEvidenceError("nothing was looked for")
    known = [form.encode() for value in allowed for form in {value, value.replace(" ", "+")}]
    unfolding = Unfolding(depth_max=depth_max)
    # What is found in a layer is often found in those inside of it, and by a coarser detector, once more.
    leaks: dict[tuple[str, bytes], str] = {}
    for place, body in bodies.items():
        for layer in unfolding.layers(_bytes_of(body, place)):
            where = " > ".join((place, *layer.way))
            harmless = [*_spans(layer.data, known), *packed_spans(layer.data)]
            for detector in looked_for:
                found = (layer.data[one] for one in detector.find(layer.data) if not _within(one, harmless))
                for one in found:
                    if not _is_allowed(one, known):
                        leaks.setdefault((place, one), f"{where}: {detector.name} {_masked(one)}")
    told = list(leaks.values())
    if not leaks and unfolding.unread:
        raise MissingEvidenceError("; ".join(dict.fromkeys(unfolding.unread)))
    return Finding(
        holds=not leaks,
        reason="; ".join(told) if leaks else f"{len(bodies)} places are clean",
        observed=f"{len(leaks)} leaks",
        expected=f"nothing that {len(looked_for)} detectors know",
        diff="\n".join(told),
        is_hollow=not any(bodies.values()),
    )


def _bytes_of(body: bytes | str | None, place: str) -> bytes:
    found: object = given(body, f"what is in {place}")
    if isinstance(found, str):
        return found.encode("utf-8", "surrogatepass")
    if isinstance(found, bytes | bytearray | memoryview):
        return bytes(found)
    raise MissingEvidenceError(f"what is in {place} is {type(found).__name__} and not bytes")


def _spans(data: bytes, known: Sequence[bytes]) -> list[slice]:
    """Where a planted value stands by itself; one that is a part of a longer word is not what was planted."""
    return [
        slice(*match.span())
        for value in known
        for match in re.finditer(rb"(?<![0-9A-Za-z])" + re.escape(value) + rb"(?![0-9A-Za-z])", data)
    ]


def _within(found: slice, spans: Sequence[slice]) -> bool:
    return any(span.start <= found.start and found.stop <= span.stop for span in spans)


def _is_allowed(found: bytes, known: Sequence[bytes]) -> bool:
    """Whether it is a planted value, with percent signs in it that belong to what stands before."""
    plain = unquote_to_bytes(found) if b"%" in found else b""
    return any(plain == value or plain.endswith((b"=" + value, b" " + value)) for value in known)


def _masked(found: bytes) -> str:
    """Enough to find it by, and not enough to use it: a report is read by many."""
    return f"{found[: min(4, len(found) // 4)].decode('ascii', 'replace')}... ({len(found)} bytes)"
