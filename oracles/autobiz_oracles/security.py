"""Judge whether anything that was stored or sent holds what nobody may see, however it was wrapped."""

from collections.abc import Collection, Mapping, Sequence
from urllib.parse import unquote_to_bytes

from .detectors import DETECTORS, Detector, literal
from .evidence import given, mapped
from .oracle import Finding, MissingEvidenceError, oracle
from .unfolding import DEPTH_MAX, Unfolding
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
    known = {value.encode() for value in allowed}
    unfolding = Unfolding(depth_max=depth_max)
    leaks: dict[str, None] = {}
    for place, body in bodies.items():
        for layer in unfolding.layers(_bytes_of(body, place)):
            where = " > ".join((place, *layer.way))
            for detector in looked_for:
                found = (one for one in detector.find(layer.data) if not _is_allowed(one, known))
                leaks.update((f"{where}: {detector.name} {_masked(one)}", None) for one in found)
    if not leaks and unfolding.unread:
        raise MissingEvidenceError("; ".join(dict.fromkeys(unfolding.unread)))
    return Finding(
        holds=not leaks,
        reason=f"{len(leaks)} leaks: {', '.join(leaks)}" if leaks else f"{len(bodies)} places are clean",
        observed=f"{len(leaks)} leaks",
        expected=f"nothing that {len(looked_for)} detectors know",
        diff="\n".join(leaks),
    )


def _bytes_of(body: bytes | str | None, place: str) -> bytes:
    found: object = given(body, f"what is in {place}")
    if isinstance(found, str):
        return found.encode("utf-8", "surrogatepass")
    if isinstance(found, bytes | bytearray | memoryview):
        return bytes(found)
    raise MissingEvidenceError(f"what is in {place} is {type(found).__name__} and not bytes")


def _is_allowed(found: bytes, known: Collection[bytes]) -> bool:
    """Whether all of it is a planted value, be it after a percent sign has swallowed what stands before."""
    if found in known:
        return True
    plain = unquote_to_bytes(found) if b"%" in found else b""
    return any(plain == value or plain.endswith((b"=" + value, b" " + value)) for value in known)


def _masked(found: bytes) -> str:
    """Enough to find it by, and not enough to use it: a report is read by many."""
    return f"{found[: min(4, len(found) // 4)].decode('ascii', 'replace')}... ({len(found)} bytes)"
