"""Evidence beside the evidence: other names, other places and counts next to those that are asked for."""

from dataclasses import replace

import pytest

from autobiz_oracles import (
    Calibration,
    Outcome,
    PlainLogLine,
    PlainReceipt,
    PlainRequest,
    Rubric,
    RubricError,
    alike,
    became,
    equals,
    exactly,
    exactly_once,
    logged,
    no_new_effects,
    nothing_else_moved,
    receipts_agree,
    related,
    replay_agrees,
    same_result,
    scaled_amounts,
)
from autobiz_oracles.vote import Vote, majority

pytestmark = [pytest.mark.priority("P1"), pytest.mark.requirement("P1-TR05")]

RUBRIC = Rubric(name="truthful", question="Is it so?", examples_min=4)


def request(path: str = "/m", *, key: str = "k", method: str = "POST", accepted: bool = True) -> PlainRequest:
    return PlainRequest(method=method, path=path, accepted=accepted, headers={"K": key})


@pytest.mark.parametrize(
    "other", [request("/a", key="o"), request("/z", key="o"), request(key="o", method="A")]
)
def test_requests_to_other_operations_are_not_counted(other: PlainRequest) -> None:
    """Operations whose names come before or after the one that is meant have effects of their own."""
    seen = [request(), other]
    assert exactly_once(seen, method="POST", path="/m", header="K", key="k").outcome is Outcome.PASS
    assert exactly(1, seen, method="POST", path="/m", header="K").outcome is Outcome.PASS


def test_a_header_is_found_among_its_neighbours() -> None:
    """Names that sort before and after it are other headers, whatever their letters' case."""
    asked = PlainRequest(method="A", path="/", accepted=True, headers={"a": "1", "C": "3"})
    assert (asked.header("b"), asked.header("A"), asked.header("c")) == (None, "1", "3")


@pytest.mark.negative
def test_a_key_that_was_refused_while_another_was_accepted_is_told() -> None:
    """An effect under one key does not make good a refusal under another."""
    verdict = exactly(1, [request(), request(key="o", accepted=False)], method="POST", path="/m", header="K")
    assert (verdict.outcome, verdict.reason) == (Outcome.FAIL, "o: never accepted")


def test_one_empty_side_is_evidence() -> None:
    """Only where both sides are empty would it hold if nothing had been tried."""
    one, none = PlainReceipt(external_key="k"), {"amount": 0}
    assert receipts_agree([one], [request()], header="K").is_hollow is False
    assert equals([], [1]).is_hollow is False
    assert equals([1], []).is_hollow is False
    assert receipts_agree([], [request(accepted=False)], header="K").is_hollow is False
    assert alike({}, none, ignoring=["/amount"]).is_hollow is False
    assert alike(none, {}, ignoring=["/amount"]).is_hollow is False
    assert related([], {}, scaled_amounts(2, names=[])).outcome is Outcome.FAIL
    assert nothing_else_moved({}, {"m": 1}, "m").is_hollow is False
    assert nothing_else_moved({"m": 1}, {"m": 2}, "m").is_hollow is False


@pytest.mark.parametrize(("after", "outcome"), [({"m": 1}, "fail"), ({"m": 0}, "pass"), ({"m": -1}, "fail")])
def test_a_new_metric_moved_unless_it_stands_at_nought(after: dict[str, float], outcome: str) -> None:
    """A metric that nobody saw before counts from nought, and may have moved either way."""
    assert nothing_else_moved({}, after).outcome == outcome


@pytest.mark.negative
def test_a_metric_that_fell_or_is_gone_has_moved() -> None:
    """Down is as much a move as up, and so is being gone."""
    assert nothing_else_moved({"m": 2}, {"m": 1}).outcome is Outcome.FAIL
    assert nothing_else_moved({"m": 2}, {}).outcome is Outcome.FAIL


def test_a_name_that_never_existed_moves_nothing() -> None:
    """What is excepted and is no metric at all is no metric that moved."""
    assert nothing_else_moved({"m": 1}, {"m": 1}, "a", "z").outcome is Outcome.PASS


def test_events_of_other_names_are_not_counted() -> None:
    """A line whose event sorts before or after the one that is meant is another line."""
    lines = [PlainLogLine(event=event) for event in ("allowed", "denied", "ended")]
    assert logged(lines, "denied").outcome is Outcome.PASS


@pytest.mark.parametrize("results", [[{"id": 1}, {"id": 1}], [{}, {}]])
def test_an_empty_result_is_hollow_and_a_full_one_is_not(results: list[dict[str, object]]) -> None:
    """Twice nothing is the same, and shows nothing."""
    verdict = same_result(results)
    assert (verdict.outcome, verdict.is_hollow, verdict.diff) == (Outcome.PASS, results[0] == {}, "")


def test_effects_that_only_the_first_reading_shows_are_not_new() -> None:
    """A key that the second reading shows refused is no effect of the second time."""
    again = [request(key="a", accepted=False), request(key="b")]
    verdict = no_new_effects([request(key="a"), request(key="b")], again, header="K")
    assert verdict.outcome is Outcome.PASS


@pytest.mark.negative
@pytest.mark.parametrize("index", [2, 3, 9])
def test_a_place_beyond_a_list_is_absent(index: int) -> None:
    """An index behind the last is no place, and holds not even the last value."""
    assert became({"a": [1, 2]}, f"/a/{index}", 2).outcome is Outcome.FAIL


@pytest.mark.negative
@pytest.mark.parametrize(("recorded", "replayed"), [("", "a"), ("a", ""), ("", "")])
def test_an_empty_hash_on_either_side_is_unknown(recorded: str, replayed: str) -> None:
    """A hash that was not computed agrees with nothing."""
    assert replay_agrees(recorded, replayed).outcome is Outcome.UNKNOWN


@pytest.mark.parametrize(
    ("votes", "vote"),
    [("p", "pass"), ("pf", "abstain"), ("pff", "fail"), ("ppffa", "abstain"), ("pppff", "pass"),
     ("paa", "abstain"), ("pppfffa", "abstain"), ("ppppffa", "pass")],
)  # fmt: skip
def test_only_more_than_half_is_a_majority(votes: str, vote: str) -> None:
    """Half is none, and neither is the largest of three parts."""
    words = {"p": Vote.PASS, "f": Vote.FAIL, "a": Vote.ABSTAIN}
    assert majority(tuple(words[letter] for letter in votes)) == vote


@pytest.mark.parametrize("votes", [1, 3, 9, 15])
def test_any_odd_number_of_votes_is_one(votes: int) -> None:
    """Odd numbers are taken, multiples of three as well."""
    assert Rubric(name="n", question="q", votes=votes).votes == votes


@pytest.mark.negative
@pytest.mark.parametrize(
    "more", [{"votes": 2}, {"votes": 0}, {"votes": -1}, {"kappa_min": -0.1}, {"kappa_min": 1.1}]
)
def test_a_rubric_out_of_bounds_is_refused(more: dict[str, float]) -> None:
    """Even numbers of votes tie, and a floor of kappa lies between nought and one."""
    with pytest.raises(RubricError):
        Rubric(name="n", question="q", **more)  # type: ignore[arg-type]  # numbers of either kind are tried


def calibration(**counts: int) -> Calibration:
    told = {"pass_pass": 0, "pass_fail": 0, "fail_pass": 0, "fail_fail": 0, "abstained": 0, **counts}
    return Calibration(rubric=RUBRIC, **told)


def test_of_nothing_judged_every_figure_is_nought() -> None:
    """Without an example there is neither agreement nor bias."""
    none = calibration()
    assert (none.agreement, none.bias) == (0.0, 0.0)


@pytest.mark.parametrize(("abstained", "obstacle"), [(4, ""), (5, "abstained on 5 of 9 examples")])
def test_half_of_the_examples_may_be_abstained_from(abstained: int, obstacle: str) -> None:
    """Up to half is doubt; beyond it the judge has not judged."""
    assert calibration(pass_pass=2, fail_fail=2, abstained=abstained).obstacle == obstacle


def test_the_floors_themselves_suffice() -> None:
    """As many examples as are needed, and kappa at its floor, are enough; one step below is told."""
    assert calibration(pass_pass=2, fail_fail=2).obstacle == ""
    assert calibration(pass_pass=2, fail_fail=1).obstacle == "calibrated on 3 examples, and 4 are needed"
    exact = calibration(pass_pass=4, fail_fail=4, pass_fail=1, fail_pass=1)
    lenient, strict = (replace(RUBRIC, kappa_min=floor) for floor in (exact.kappa, exact.kappa + 1e-9))
    assert replace(exact, rubric=lenient).obstacle == ""
    assert replace(exact, rubric=strict).obstacle.startswith("kappa")
