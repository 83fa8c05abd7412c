"""May this be deployed? The conditions of the deploy job, each a reason to refuse."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from autobiz_gates.entry import UNVERSIONED

from .bundle import Bundle
from .override import SignedOverride, override_refusals

CLOCK_SKEW_MAX: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deploy:
    """What is about to be deployed, and how old its evidence may be."""

    commit: str
    gate_file_sha256: str
    now: datetime
    age_max: timedelta
    slice: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A condition that does not hold. Only those about decisions can be overridden."""

    condition: str
    reason: str
    can_be_overridden: bool = False

    def to_dict(self) -> dict[str, Any]:
        return {
            "condition": self.condition,
            "reason": self.reason,
            "can_be_overridden": self.can_be_overridden,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployAnswer:
    """Allowed only if nothing is left in `refusals`; `overridden` is what approvers took upon themselves."""

    refusals: tuple[Refusal, ...]
    overridden: tuple[Refusal, ...] = ()

    @property
    def allowed(self) -> bool:
        return not self.refusals


def answer_deploy(
    bundle: Bundle,
    deploy: Deploy,
    override: SignedOverride | None = None,
    logged: frozenset[str] = frozenset(),
) -> DeployAnswer:
    """Judge an authentic bundle; an override lifts shut and undecided gates and nothing else."""
    refusals = [
        *_commit(bundle, deploy),
        *_gate_file(bundle, deploy),
        *_freshness(bundle, deploy),
        *_whole(bundle, deploy),
        *_decisions(bundle),
    ]
    if override is None:
        return DeployAnswer(refusals=tuple(refusals))
    wrong = override_refusals(
        override,
        bundle_sha256=bundle.sha256,
        commit=bundle.statement.commit,
        now=deploy.now,
        logged=logged,
    )
    if wrong:
        refusals += [
            Refusal(condition="override", reason=f"the override does not count: {one}") for one in wrong
        ]
        return DeployAnswer(refusals=tuple(refusals))
    return DeployAnswer(
        refusals=tuple(one for one in refusals if not one.can_be_overridden),
        overridden=tuple(one for one in refusals if one.can_be_overridden),
    )


def _commit(bundle: Bundle, deploy: Deploy) -> list[Refusal]:
    tested = bundle.statement.commit
    if tested == deploy.commit and "+" not in tested and tested != UNVERSIONED:
        return []
    if tested == UNVERSIONED:
        words = "the evidence is about a tree without a commit"
    elif "+" in tested:
        words = (
            f"the evidence is about commit {tested.partition('+')[0]} with changes that were not committed"
        )
    else:
        words = f"the evidence is about commit {tested}, and {deploy.commit} is to be deployed"
    return [Refusal(condition="commit", reason=words)]


def _gate_file(bundle: Bundle, deploy: Deploy) -> list[Refusal]:
    judged = bundle.statement.gate_file_sha256
    if judged == deploy.gate_file_sha256:
        return []
    words = (
        f"judged by a gate file with hash {judged[:16]}, but {deploy.gate_file_sha256[:16]} was registered"
    )
    return [Refusal(condition="gate file", reason=words)]


def _freshness(bundle: Bundle, deploy: Deploy) -> list[Refusal]:
    # A new signature does not make old trials young: the age counts from the first of them.
    began, signed_at = bundle.statement.started_at, bundle.statement.signed_at
    if max(began, signed_at) > deploy.now + CLOCK_SKEW_MAX:
        words = f"from the future: the run began at {began.isoformat()}, signed at {signed_at.isoformat()}"
        return [Refusal(condition="freshness", reason=words)]
    if signed_at + CLOCK_SKEW_MAX < began:
        return [Refusal(condition="freshness", reason="signed before its run began")]
    age = deploy.now - began
    if age <= deploy.age_max:
        return []
    words = f"the run began {_hours(age)} ago, and evidence counts for {_hours(deploy.age_max)}"
    return [Refusal(condition="freshness", reason=words)]


def _whole(bundle: Bundle, deploy: Deploy) -> list[Refusal]:
    evidence = bundle.statement.evidence
    refusals = []
    if evidence["slice"] != deploy.slice:
        shown, wanted = (
            f"slice {one!r}" if one else "the whole project" for one in (evidence["slice"], deploy.slice)
        )
        refusals.append(
            Refusal(condition="whole", reason=f"the run was of {shown}, and {wanted} is asked for")
        )
    if evidence["shard"] is not None:
        refusals.append(Refusal(condition="whole", reason=f"the run was of shard {evidence['shard']} alone"))
    return refusals


def _decisions(bundle: Bundle) -> list[Refusal]:
    evidence = bundle.statement.evidence
    blocking = [gate for gate in evidence["gates"] if not gate["dry_run"]]
    refusals = [
        Refusal(
            condition="gates",
            reason=f"gate {gate['gate']} is {gate['decision']}: {gate['reason']}",
            can_be_overridden=True,
        )
        for gate in blocking
        if gate["decision"] != "open"
    ]
    if not blocking:
        words = "no gate that can block has decided"
        refusals.append(Refusal(condition="gates", reason=words, can_be_overridden=True))
    if not refusals and bundle.statement.decision != "open":
        words = f"the run is {bundle.statement.decision}: {evidence['sentence']}"
        refusals.append(Refusal(condition="gates", reason=words, can_be_overridden=True))
    return refusals


def _hours(span: timedelta) -> str:
    return f"{span.total_seconds() / 3600:.1f} hours"
