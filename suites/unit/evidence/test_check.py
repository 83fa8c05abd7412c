"""The deploy job's conditions: each alone refuses, and only the gates can be overridden."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from autobiz_gates.evidence import (
    Bundle,
    Deploy,
    EvidenceError,
    Override,
    SignedOverride,
    answer_deploy,
    by_id,
    generate_key,
    open_override,
    override_envelope,
    signed,
    write_envelope,
)

from ...evidence_cases import BEGAN, COMMIT, GATE_HASH, SIGNED, bundled, gate

pytestmark = pytest.mark.priority("P0")

KEY, ANN, BOB = generate_key(), generate_key(), generate_key()
NOW = datetime(2026, 1, 1, 14, tzinfo=UTC)
DAY = timedelta(hours=24)
REASON = "Refunds are blocked for all customers"


def deploy(**changed: Any) -> Deploy:
    given: dict[str, Any] = {"commit": COMMIT, "gate_file_sha256": GATE_HASH, "now": NOW, "age_max": DAY}
    return Deploy(**{**given, **changed})


def bundle(**changed: Any) -> Bundle:
    return bundled(KEY, **changed)[1]


def override(of: Bundle, *keys: Any, **changed: Any) -> SignedOverride:
    given: dict[str, Any] = {
        "bundle_sha256": of.sha256,
        "commit": of.statement.commit,
        "reason": REASON,
        "expires": NOW.date(),
        "requested_at": NOW,
    }
    envelope = override_envelope(Override(**{**given, **changed}))
    for key in keys or (ANN, BOB):
        envelope = signed(envelope, key)
    return open_override(write_envelope(envelope), by_id([ANN.public, BOB.public]))


def conditions(of: Bundle, **changed: Any) -> list[str]:
    return [one.condition for one in answer_deploy(of, deploy(**changed)).refusals]


def test_what_is_signed_fresh_and_open_is_allowed() -> None:
    """With every condition holding, the deploy is allowed."""
    assert answer_deploy(bundle(), deploy()).allowed


@pytest.mark.negative
@pytest.mark.parametrize(
    "commit",
    [COMMIT[:-1] + "e", COMMIT[:12], COMMIT.upper(), "", "unversioned", f"{COMMIT}+0123456789abcdef"],
)
def test_a_bundle_for_another_commit_is_refused(commit: str) -> None:
    """Only the very commit counts: no prefix, no other letters, no tree with changes."""
    assert conditions(bundle(), commit=commit) == ["commit"]


@pytest.mark.negative
@pytest.mark.parametrize("commit", ["unversioned", f"{COMMIT}+0123456789abcdef"])
def test_a_tree_that_is_no_commit_is_never_deployed(commit: str) -> None:
    """Evidence about changes that were not committed is refused even if the deployed tree is the same."""
    assert conditions(bundle(subject={"commit": commit}), commit=commit) == ["commit"]


@pytest.mark.negative
def test_another_gate_file_is_refused() -> None:
    """Gates that were lowered after the registration do not count."""
    assert conditions(bundle(), gate_file_sha256="00" * 32) == ["gate file"]


@pytest.mark.parametrize(
    ("now", "refused"),
    [
        (BEGAN + DAY, False),
        (BEGAN + DAY + timedelta(seconds=1), True),
        (SIGNED - timedelta(minutes=5), False),
        (SIGNED - timedelta(minutes=5, seconds=1), True),
    ],
)
def test_age_counts_from_the_beginning_of_the_run(now: datetime, refused: bool) -> None:
    """Exactly the maximum is fresh, a second more is not; clocks five minutes apart are forgiven, no more."""
    assert conditions(bundle(), now=now) == ["freshness"] * refused


@pytest.mark.negative
def test_a_run_that_began_after_it_was_signed_is_refused() -> None:
    """Dates that cannot be true are not fresh."""
    assert conditions(bundle(started_at=(SIGNED + timedelta(minutes=30)).isoformat())) == ["freshness"]


@pytest.mark.negative
def test_a_new_signature_does_not_make_old_trials_young() -> None:
    """A run of last week, signed today, is stale."""
    assert conditions(bundle(started_at=(NOW - 7 * DAY).isoformat())) == ["freshness"]


@pytest.mark.negative
def test_a_part_of_the_project_is_not_the_project() -> None:
    """A slice counts only where it is asked for by name, a shard never."""
    assert conditions(bundle(slice="demo")) == ["whole"]
    assert conditions(bundle(slice="demo"), slice="other") == ["whole"]
    assert conditions(bundle(), slice="demo") == ["whole"]
    assert conditions(bundle(slice="demo"), slice="demo") == []
    assert conditions(bundle(shard="1/2")) == ["whole"]


@pytest.mark.negative
@pytest.mark.parametrize(
    "changed",
    [
        {"decision": "shut", "gates": [gate(decision="shut")]},
        {"decision": "open", "gates": [gate(decision="undecided")]},
        {"decision": "undecided"},
        {"decision": "open", "gates": []},
        {"decision": "open", "gates": [gate(dry_run=True)]},
    ],
)
def test_anything_but_open_gates_is_refused(changed: dict[str, Any]) -> None:
    """Shut, undecided, none at all, only dry runs, or a run that contradicts its gates: refused."""
    assert conditions(bundle(**changed)) == ["gates"]


def test_a_dry_run_gate_does_not_refuse() -> None:
    """A gate that never blocks does not block here."""
    assert conditions(bundle(gates=[gate(), gate("b", "shut", dry_run=True)])) == []


@pytest.mark.negative
def test_all_reasons_are_told_at_once() -> None:
    """Whoever mends one thing is not sent back for the next."""
    bad = bundle(decision="shut", gates=[gate(decision="shut")], slice="demo")

    found = conditions(bad, commit="other", gate_file_sha256="00" * 32, now=BEGAN + 30 * DAY)

    assert found == ["commit", "gate file", "freshness", "whole", "gates"]


SHUT = {"decision": "shut", "gates": [gate(decision="shut")]}


def test_two_approvers_lift_a_shut_gate_and_it_is_told() -> None:
    """With an approved and logged override the deploy is allowed, and the answer says what was overridden."""
    one = bundle(**SHUT)
    approved = override(one)

    answer = answer_deploy(one, deploy(), approved, frozenset({approved.sha256}))

    assert answer.allowed
    assert [refusal.reason for refusal in answer.overridden] == ["gate a is shut: a is shut"]


@pytest.mark.negative
def test_an_override_lifts_nothing_but_gates() -> None:
    """A wrong commit, gate file, age or part stays a reason to refuse."""
    one = bundle(**SHUT, slice="demo")
    approved = override(one)

    answer = answer_deploy(
        one,
        deploy(commit="other", gate_file_sha256="00" * 32, age_max=timedelta(minutes=1)),
        approved,
        frozenset({approved.sha256}),
    )

    assert [refusal.condition for refusal in answer.refusals] == ["commit", "gate file", "freshness", "whole"]


@pytest.mark.negative
@pytest.mark.parametrize(
    ("changed", "keys", "now", "words"),
    [
        ({}, (ANN,), NOW, "2 approvers must sign it, and 1 did"),
        ({"bundle_sha256": "00" * 32}, (), NOW, "for another bundle"),
        ({"commit": "other"}, (), NOW, "for another bundle"),
        ({}, (), NOW + timedelta(hours=10), "expired after 2026-01-01"),
        ({"requested_at": NOW + timedelta(minutes=6)}, (), NOW, "requested in the future"),
    ],
)
def test_an_override_that_does_not_count_is_a_reason_to_refuse(
    changed: dict[str, Any], keys: tuple[Any, ...], now: datetime, words: str
) -> None:
    """One approver, another bundle or commit, a day too late, a date to come: refused and told."""
    one = bundle(**SHUT)
    given = override(one, *keys, **changed)

    answer = answer_deploy(one, deploy(now=now), given, frozenset({given.sha256}))

    assert not answer.allowed
    assert words in answer.refusals[-1].reason


@pytest.mark.negative
def test_an_override_outside_the_log_does_not_count() -> None:
    """What is not in the decision log was not approved in the open."""
    one = bundle(**SHUT)

    answer = answer_deploy(one, deploy(), override(one))

    assert "not in the decision log" in answer.refusals[-1].reason


@pytest.mark.negative
def test_a_stranger_cannot_approve() -> None:
    """One signature of a key that is no approver's makes the whole override refused."""
    with pytest.raises(EvidenceError, match="not among the allowed keys"):
        override(bundle(**SHUT), ANN, BOB, KEY)


@pytest.mark.negative
@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"reason": "because"}, "10 to 500 characters"),
        ({"reason": " " * 40}, "10 to 500 characters"),
        ({"reason": "x" * 501}, "10 to 500 characters"),
        ({"reason": "all is well \x1b[2J and open"}, "printable"),
        ({"reason": "two lines\nof which one hides"}, "printable"),
        ({"commit": "\x1b[2Jc0ffee"}, "commit must be printable"),
        ({"expires": (NOW + 31 * DAY).date()}, "next 30 days"),
        ({"expires": (NOW - DAY).date()}, "next 30 days"),
    ],
)
def test_an_override_needs_a_reason_and_a_near_end(changed: dict[str, Any], words: str) -> None:
    """No reason, a reason that plays with the terminal, and an end out of reach cannot be signed."""
    with pytest.raises(EvidenceError, match=words):
        override(bundle(**SHUT), **changed)
