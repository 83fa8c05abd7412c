"""Kind approval: people who may do so have signed that they reviewed these files as they are."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final

from autobiz_gates.decision import Condition, Decision, GateDecision
from autobiz_gates.fields import Complaints, text, texts, whole
from autobiz_gates.gate import DRY_RUN, Gate
from autobiz_gates.given import Given

from .keyring import KeyringError, keys_field, read_keys
from .kind import Kind, decision_of

if TYPE_CHECKING:
    from autobiz_gates.evidence import PublicKey, SignedApproval

APPROVALS_MAX: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalGate(Gate):
    """A review that no program can make: of a design, a dashboard, a runbook."""

    kind: ClassVar[str] = "approval"

    approvals: str
    keys: tuple[str, ...]
    files: tuple[str, ...] = ()
    approvers_min: int = 1


def judge_approval(gate: ApprovalGate, given: Given) -> GateDecision:
    """What is not authentic, or is of files that were changed since, shuts; what is wanting is undecided."""
    digests, conditions = _reviewed(gate, given.root)
    try:
        keys = read_keys(given.root, gate.keys)
    except KeyringError as error:
        conditions.append(_condition("keys", Decision.UNDECIDED, str(error)))
        return _answer(gate, conditions, 0)
    approvals, refused = _opened(gate, given.root, keys)
    conditions += refused
    notes = {one.keyid: _lapse(one, digests, given) for one in approvals}
    counted = [one for one in approvals if notes[one.keyid] is None]
    lapsed = [note for note in notes.values() if note is not None]
    people = _people(counted)
    if people >= gate.approvers_min:
        names = " and ".join(one.approval.reviewer for one in counted)
        conditions.append(_condition("approvers", Decision.OPEN, f"approved by {names}"))
        return _answer(gate, conditions, people)
    has = f"needs {_approvers(gate.approvers_min)}, has {people}"
    if people < len(counted):
        has += "; approvals that share a key or a name are one person's"
    # Somebody did approve, and something else lies there now: that is not a lack of reviewers.
    decision = Decision.SHUT if any(changed for _, changed in lapsed) else Decision.UNDECIDED
    reason = "; ".join([has, *(words for words, _ in lapsed)])
    conditions.append(_condition("approvers", decision, reason))
    return _answer(gate, conditions, people)


def _reviewed(gate: ApprovalGate, root: Path) -> tuple[dict[str, str], list[Condition]]:
    digests, wanting = {}, []
    for name in gate.files:
        try:
            digests[name] = sha256((root / name).read_bytes()).hexdigest()
        except OSError as error:
            wanting.append(_condition("files", Decision.UNDECIDED, f"{name}: {error.strerror or error}"))
    return digests, wanting


def _opened(
    gate: ApprovalGate, root: Path, keys: "Mapping[str, PublicKey]"
) -> "tuple[list[SignedApproval], list[Condition]]":
    """Every file of the folder must be an approval of this gate by an allowed key; a key's latest counts."""
    from autobiz_gates.evidence import EvidenceError, open_approval

    latest: dict[str, SignedApproval] = {}
    refused = []
    paths = sorted((root / gate.approvals).glob("*.json"))
    if len(paths) > APPROVALS_MAX:
        words = f"{gate.approvals} holds {len(paths)} approvals, {APPROVALS_MAX} at most are read"
        return [], [_condition("folder", Decision.UNDECIDED, words)]
    for path in paths:
        name = f"{Path(gate.approvals) / path.name}"
        try:
            one = open_approval(path.read_bytes(), keys)
        except EvidenceError as error:
            refused.append(_condition("signature", Decision.SHUT, f"{name}: {error}"))
            continue
        except OSError as error:
            refused.append(_condition("folder", Decision.UNDECIDED, f"{name}: {error.strerror or error}"))
            continue
        if one.approval.gate != gate.name:
            words = f"{name}: is an approval of gate {one.approval.gate!r}, not of {gate.name!r}"
            refused.append(_condition("signature", Decision.SHUT, words))
            continue
        before = latest.get(one.keyid)
        if before is None or before.approval.approved_at < one.approval.approved_at:
            latest[one.keyid] = one
    return list(latest.values()), refused


def _lapse(one: "SignedApproval", digests: Mapping[str, str], given: Given) -> tuple[str, bool] | None:
    """Say why an authentic approval does not count today, and whether that is because a file was changed."""
    approval = one.approval
    if approval.approved_at.astimezone(UTC).date() > given.today:
        return f"{approval.reviewer} approved in the future, on {approval.approved_at.isoformat()}", False
    if given.today > approval.expires:
        return f"the approval of {approval.reviewer} expired after {approval.expires}", False
    for name, digest in digests.items():
        if name not in approval.files:
            return f"{approval.reviewer} did not review {name}", False
        if approval.files[name] != digest:
            return f"{name} was changed since it was approved by {approval.reviewer}", True
    return None


def _people(approvals: "Sequence[SignedApproval]") -> int:
    """Count people; whoever shares a name with another key is taken for the same person."""
    return len({_folded(one.approval.reviewer) for one in approvals})


def _folded(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def _condition(name: str, decision: Decision, reason: str) -> Condition:
    return Condition(name=name, decision=decision, reason=reason)


def _answer(gate: ApprovalGate, conditions: list[Condition], people: int) -> GateDecision:
    asked = _approvers(gate.approvers_min)
    return decision_of(gate, conditions, None, conditions[-1].reason, asked=asked, seen=str(people))


def _approvers(count: int) -> str:
    return f"{count} approver" + ("s" if count > 1 else "")


def _build(name: str, values: dict[str, Any], complaints: Complaints) -> ApprovalGate | None:
    keys, least = set(values.get("keys") or ()), values.get("approvers_min") or 1
    if keys and len(keys) < least:
        complaints.say(
            ("approvers_min",), f"asks for {least} people, but 'keys' names {len(keys)}, one a person"
        )
    return None if complaints.found else ApprovalGate(name=name, **values)


APPROVAL: Final = Kind(
    name="approval",
    doc="Enough people have signed that they reviewed the named files, and these are still the same.",
    fields=(
        text("approvals", "The folder where `gate approve` puts signed approvals (*.json).", required=True),
        keys_field("Public keys of those who may approve, one a person: FILE, or FILE#ID.", required=True),
        texts("files", "What must be reviewed; without it, the approval is of the gate itself."),
        whole("approvers_min", "How many different people must approve (1).", least=1, most=APPROVALS_MAX),
        DRY_RUN,
    ),
    build=_build,
    judge=judge_approval,
)
