"""The side-effect and idempotency oracles, on plain values: what they accept and which mutants they catch."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from autobiz_oracles import (
    Outcome,
    Verdict,
    exactly,
    exactly_once,
    no_new_effects,
    nothing_else,
    receipts_agree,
    same_result,
)


@dataclass(frozen=True)
class Seen:
    key: str | None = "k1"
    body: str = "amount=1"
    accepted: bool = True
    path: str = "/refunds"
    method: str = "POST"

    def header(self, name: str) -> str | None:
        return self.key if name == "Key" else None


@dataclass(frozen=True)
class Book:
    external_key: str


REJECTED = Seen(accepted=False)


def once(requests: list[Seen] | None) -> Verdict:
    return exactly_once(requests, method="POST", path="/refunds", header="Key")


@pytest.mark.parametrize(
    "requests",
    [
        [Seen()],
        [Seen(), Seen(), Seen()],
        [REJECTED, Seen()],
        [Seen(), Seen(path="/other", key="k9")],
        [Seen(), Seen(method="GET", key=None)],
    ],
    ids=["once", "repeated", "rejected_then_accepted", "other_path", "other_method"],
)
def test_one_effect_passes(requests: list[Seen]) -> None:
    """Repeats under one key and body are one effect; other operations are no concern of this oracle."""
    assert once(requests).outcome is Outcome.PASS


@pytest.mark.negative
@pytest.mark.parametrize(
    ("requests", "complaint"),
    [
        ([], "0 effects instead of 1"),
        ([REJECTED], "k1: never accepted"),
        ([Seen(), Seen(key="k2")], "2 effects instead of 1"),
        ([Seen(), Seen(key="k2", accepted=False)], "k2: never accepted"),
        ([Seen(), Seen(body="amount=2")], "2 different bodies"),
        ([Seen(key=None)], "asked without Key"),
        ([Seen(), Seen(key=None)], "asked without Key"),
    ],
    ids=["none", "only_rejected", "second_key", "second_try", "other_body", "no_key", "one_without_key"],
)
def test_anything_but_one_effect_fails(requests: list[Seen], complaint: str) -> None:
    """No effect, a second key, a second body or a missing key is a failure that says which."""
    verdict = once(requests)
    assert verdict.outcome is Outcome.FAIL
    assert complaint in verdict.reason


@pytest.mark.negative
@pytest.mark.parametrize(
    "judge",
    [
        lambda: once(None),
        lambda: exactly(2, None, method="POST", path="/", header="Key"),
        lambda: nothing_else(None, declared=[]),
        lambda: receipts_agree(None, [], header="Key"),
        lambda: receipts_agree([], None, header="Key"),
        lambda: same_result(None),
        lambda: same_result([]),
        lambda: same_result([{"id": 1}]),
        lambda: no_new_effects(None, [], header="Key"),
        lambda: no_new_effects([], None, header="Key"),
        lambda: no_new_effects([Seen()], [], header="Key"),
        lambda: once([object()]),  # type: ignore[list-item]  # evidence of the wrong shape
        lambda: same_result([{"id": object()}, {"id": 1}]),
    ],
)
def test_without_evidence_nothing_is_known(judge: Callable[[], Verdict]) -> None:
    """Evidence that is missing, too thin, shrunk or shapeless gives unknown, never a pass."""
    assert judge().outcome is Outcome.UNKNOWN


def test_several_effects_are_counted_by_key() -> None:
    """As many effects as different accepted keys, each with one body of its own."""
    requests = [Seen(), Seen(key="k2", body="amount=1"), Seen()]
    assert exactly(2, requests, method="POST", path="/refunds", header="Key").outcome is Outcome.PASS
    assert exactly(3, requests, method="POST", path="/refunds", header="Key").outcome is Outcome.FAIL
    assert exactly(1, requests, method="POST", path="/refunds", header="Key").outcome is Outcome.FAIL


@pytest.mark.negative
def test_an_undeclared_operation_fails() -> None:
    """A request that nobody declared is named."""
    requests = [Seen(), Seen(path="/transfers")]
    assert nothing_else([Seen()], declared=[("POST", "/refunds")]).outcome is Outcome.PASS
    verdict = nothing_else(requests, declared=[("POST", "/refunds")])
    assert (verdict.outcome, verdict.observed) == (Outcome.FAIL, "POST /transfers")


@pytest.mark.parametrize(
    ("receipts", "requests", "outcome"),
    [
        ([Book("k1")], [Seen(), Seen()], Outcome.PASS),
        ([], [], Outcome.PASS),
        ([], [REJECTED], Outcome.PASS),
        ([Book("k1"), Book("k1")], [Seen()], Outcome.FAIL),
        ([Book("k1"), Book("k2")], [Seen()], Outcome.FAIL),
        ([], [Seen()], Outcome.FAIL),
        ([Book("k1")], [REJECTED], Outcome.FAIL),
    ],
    ids=["one", "none", "rejected", "doubled", "invented", "forgotten", "receipt_for_refusal"],
)
def test_books_and_world_agree(receipts: list[Book], requests: list[Seen], outcome: Outcome) -> None:
    """One receipt for each accepted key; doubled, invented and forgotten receipts fail."""
    assert receipts_agree(receipts, requests, header="Key").outcome is outcome


@pytest.mark.parametrize(
    ("results", "outcome"),
    [
        ([{"a": 1, "b": 2}, {"b": 2, "a": 1}], Outcome.PASS),
        ([{"a": 1}, {"a": 2}], Outcome.FAIL),
        ([{"a": 1}, {"a": 1}, {"a": True}], Outcome.FAIL),
        ([{"a": 1}, None], Outcome.FAIL),
        ([None, None], Outcome.FAIL),
    ],
)
def test_results_are_compared_whole(results: list[dict[str, object] | None], outcome: Outcome) -> None:
    """Equal results pass whatever their order of members; a different or absent one fails."""
    assert same_result(results).outcome is outcome


def test_a_repeat_is_no_new_effect_but_a_new_key_is() -> None:
    """Asking again under a known key adds nothing; an accepted request under a new key does."""
    assert no_new_effects([Seen()], [Seen(), Seen()], header="Key").outcome is Outcome.PASS
    assert (
        no_new_effects([Seen()], [Seen(), Seen(key="k2", accepted=False)], header="Key").outcome
        is Outcome.PASS
    )
    verdict = no_new_effects([Seen()], [Seen(), Seen(key="k2")], header="Key")
    assert (verdict.outcome, verdict.observed) == (Outcome.FAIL, "k2")
