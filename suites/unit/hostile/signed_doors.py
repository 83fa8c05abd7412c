"""The ways in of signed evidence: bundles, what is in them, the decision log, overrides, approvals, keys."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from autobiz_gates.evidence import (
    Bundle,
    ChainError,
    Deploy,
    Envelope,
    EvidenceError,
    KeyFileError,
    SigningKey,
    answer_deploy,
    by_id,
    canonical,
    checked_evidence,
    open_approval,
    open_bundle,
    open_override,
    read_chain_lines,
    read_envelope,
    read_log,
    read_public_key,
    read_signing_key,
    sign_bundle,
    signed,
    unverified_override,
    write_envelope,
)

from ...evidence_cases import COMMIT, GATE_HASH, SIGNED, statement
from . import signed_corpus as corpus
from .door import READ, REFUSED, Door, demand

ALLOWED: Final = by_id([corpus.KEY.public])
PEOPLE: Final = by_id([corpus.ANN.public, corpus.BOB.public])
DEPLOY: Final = Deploy(
    commit=COMMIT, gate_file_sha256=GATE_HASH, now=SIGNED + timedelta(hours=1), age_max=timedelta(hours=24)
)
_STATEMENT: Final = "application/vnd.in-toto+json"
_OVERRIDE: Final = "application/vnd.autobiz.override+json"
_APPROVAL: Final = "application/vnd.autobiz.approval+json"


def signed_doors(folder: Path) -> tuple[Door, ...]:
    """All of them; `folder` is where a hostile input lies while a command reads it."""
    keys = folder / "keys"
    keys.mkdir(exist_ok=True)
    for name, key in (("ci", corpus.KEY), ("ann", corpus.ANN), ("bob", corpus.BOB)):
        (keys / f"{name}.pub").write_bytes(key.public.pem)
    allow = ("--allow", str(keys / "ci.pub"))
    check = (*allow, "--commit", COMMIT, "--gate-hash", GATE_HASH, "--max-age", "2160")
    (data, bundle), *_ = corpus.bundles()
    (folder / "authentic.json").write_bytes(data)
    return (
        _bundle(folder / "bundle.json", allow, check),
        _payload(),
        _evidence(),
        *_chains(folder / "chain.jsonl"),
        *_override(folder, bundle, check),
        *_approval(),
        _key(folder / "hostile.pub", str(folder / "authentic.json")),
    )


def _refused(enter: Callable[[], object]) -> bool:
    try:
        enter()
    except EvidenceError:
        return True
    return False


def _never_deployed(bundle: Bundle) -> None:
    """An authentic bundle about a run that is shut, asked and logged in every way."""
    answer = answer_deploy(bundle, DEPLOY)
    demand(not answer.allowed, f"a run that is shut may be deployed: {bundle.statement.evidence}")
    for refusal in answer.refusals:
        refusal.to_dict()
    line = bundle.entry().line()
    demand(line.endswith(b"\n"), "an entry without its newline")


def _bundle(path: Path, allow: tuple[str, ...], check: tuple[str, ...]) -> Door:
    known = tuple(data for data, _ in corpus.bundles())

    def attempt(data: bytes) -> str:
        path.write_bytes(data)
        try:
            bundle = open_bundle(data, ALLOWED)
        except EvidenceError:
            return REFUSED
        demand(data in known, "a changed bundle is believed")
        _never_deployed(bundle)
        return READ

    return Door(
        name="bundle",
        corpus=known,
        attempt=attempt,
        commands=(("check", str(path), *check),),
        bombs=(b"[" * 400_000, b'{"a":' * 100_000, b'"' * 500_000, b"9" * 500_000, known[0] * 500),
    )


def _canonical_or_same(data: bytes) -> bytes:
    """Written as the reader wants it, so that what is wrong inside is looked at."""
    try:
        return canonical(json.loads(data), "hostile")
    except (ValueError, RecursionError, EvidenceError):
        return data


def _sealed(kind: str, payload: bytes, *keys: SigningKey) -> bytes:
    envelope = Envelope(payload_type=kind, payload=payload)
    for key in keys:
        envelope = signed(envelope, key)
    return write_envelope(envelope)


def _payload() -> Door:
    """A signer who may sign, and signs whatever comes."""

    def attempt(data: bytes) -> str:
        payload = _canonical_or_same(data)
        try:
            bundle = open_bundle(_sealed(_STATEMENT, payload, corpus.KEY), ALLOWED)
        except EvidenceError:
            return REFUSED
        _never_deployed(bundle)
        foreign = _sealed(_STATEMENT, payload, corpus.FOREIGN)
        demand(_refused(lambda: open_bundle(foreign, ALLOWED)), "signed by a foreign key, and believed")
        return READ

    return Door(name="payload", corpus=corpus.payloads(), attempt=attempt)


def _evidence() -> Door:
    """The evidence of a run, changed before it is signed: refused, or signed and never deployed."""

    def attempt(data: bytes) -> str:
        try:
            value = checked_evidence(json.loads(data), "evidence")
            ledgers = {f"ledger/{name}": digest for name, digest in value["ledgers"].items()}
            plain = statement()
            files = {**ledgers, "evidence.json": plain.files["evidence.json"]}
            _, bundle = sign_bundle(replace(plain, evidence=value, files=files), corpus.KEY)
        except (ValueError, RecursionError, EvidenceError):
            return REFUSED
        _never_deployed(bundle)
        return READ

    return Door(name="evidence", corpus=corpus.plain_evidence(), attempt=attempt)


def _chains(path: Path) -> tuple[Door, ...]:
    known = [b"".join(lines) for lines, _ in corpus.chains()]
    bundle = corpus.chains()[0][1]
    command = (("verify", "--chain", str(path), "--head", bundle.entry().prev_hash),)

    def attempt(data: bytes) -> str:
        path.write_bytes(data)
        try:
            read_log(read_chain_lines(path))
        except ChainError:
            return REFUSED
        whole = [one for one in known if one.startswith(data)]
        demand(whole and data[-1:] in (b"", b"\n"), "a changed log is believed")
        try:
            read_log(read_chain_lines(path), bundle=bundle)
        except ChainError:
            return REFUSED
        demand(data == known[0], "a log that was cut short or replaced is believed in spite of its bundle")
        return READ

    def forged(data: bytes) -> str:
        path.write_bytes(b"".join(_rehashed(data)))
        try:
            log = read_log(read_chain_lines(path))
            for one in log.overrides:
                unverified_override(one.data)
                open_override(one.data, PEOPLE)
        except EvidenceError:
            return REFUSED
        return READ

    return (
        Door(
            name="chain",
            corpus=tuple(known),
            attempt=attempt,
            commands=command,
            lenient=True,
            bombs=(b"x" * 2_000_000, b"\n" * 400_000, b'{"entry":{' * 90_000 + b"\n"),
        ),
        Door(name="forged-chain", corpus=tuple(known), attempt=forged, commands=command, lenient=True),
    )


def _rehashed(data: bytes) -> Iterator[bytes]:
    """The lines of a log, each with the hash of what it holds now and linked to the one before it."""
    before = "0" * 64
    for line in data.splitlines(keepends=True):
        try:
            entry: Any = json.loads(line)["entry"]
            if isinstance(entry, dict) and isinstance(entry.get("prev_hash"), str):
                entry = {**entry, "prev_hash": before}
            inner = canonical(entry, "hostile")
        except (ValueError, TypeError, KeyError, IndexError, RecursionError, EvidenceError):
            yield line
            continue
        before = sha256(inner).hexdigest()
        yield b'{"entry":%b,"hash":"%b"}\n' % (inner, before.encode())


def _override(folder: Path, bundle: Bundle, check: tuple[str, ...]) -> tuple[Door, ...]:
    path, chain = folder / "override.json", folder / "authentic.jsonl"
    chain.write_bytes(b"".join(corpus.chains()[0][0]))

    def attempt(data: bytes, tried: bytes | None = None) -> str:
        path.write_bytes(data if tried is None else tried)
        try:
            override = open_override(data if tried is None else tried, PEOPLE)
        except EvidenceError:
            return REFUSED
        demand(tried is not None or data in corpus.overrides(), "a changed override is believed")
        answer = answer_deploy(bundle, DEPLOY, override, frozenset({override.sha256}))
        demand(not answer.allowed, "an override of another bundle counts")
        return READ

    def resigned(data: bytes) -> str:
        return attempt(data, _sealed(_OVERRIDE, _canonical_or_same(data), corpus.ANN, corpus.BOB))

    people = [
        word for name in ("ann", "bob") for word in ("--approver", str(folder / "keys" / f"{name}.pub"))
    ]
    with_chain = (*check, "--chain", str(chain), "--override", str(path), *people)
    commands = (("check", str(folder / "authentic.json"), *with_chain),)
    payloads = tuple(read_envelope(data).payload for data in corpus.overrides())
    return (
        Door(name="override", corpus=corpus.overrides(), attempt=attempt, commands=commands),
        Door(name="override-payload", corpus=payloads, attempt=resigned, commands=commands),
    )


def _approval() -> tuple[Door, ...]:
    def attempt(data: bytes) -> str:
        if _refused(lambda: open_approval(data, PEOPLE)):
            return REFUSED
        demand(data in corpus.approvals(), "a changed approval is believed")
        return READ

    def resigned(data: bytes) -> str:
        sealed = _sealed(_APPROVAL, _canonical_or_same(data), corpus.ANN)
        return REFUSED if _refused(lambda: open_approval(sealed, PEOPLE)) else READ

    payloads = tuple(read_envelope(data).payload for data in corpus.approvals())
    return (
        Door(name="approval", corpus=corpus.approvals(), attempt=attempt),
        Door(name="approval-payload", corpus=payloads, attempt=resigned),
    )


def _key(path: Path, bundle: str) -> Door:
    own = corpus.FOREIGN.pem(), corpus.FOREIGN.public.pem

    def attempt(data: bytes) -> str:
        path.write_bytes(data)
        answer = REFUSED
        for read in (read_public_key, read_signing_key):
            try:
                read(data, "hostile")
            except KeyFileError:
                continue
            answer = READ
        return answer

    return Door(name="key", corpus=own, attempt=attempt, commands=(("verify", bundle, "--allow", str(path)),))
