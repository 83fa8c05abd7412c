"""The statement: readable by anybody who knows in-toto, and true in itself."""

import json
from typing import Any

import pytest

from autobiz_gates.evidence import EvidenceError, canonical, checked_evidence, read_statement, write_statement

from ...evidence_cases import COMMIT, EVIDENCE_HASH, GATE_HASH, evidence, gate, stage, statement, tallied

pytestmark = pytest.mark.priority("P0")

OWN = "autobiz.evidence/1"
CASES = tallied(("good", "pass"), ("bad", "fail"), ("odd", "unknown"), ("left", "skip"), ("lost", "missing"))


def written(**changed: Any) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(write_statement(statement(**changed)))
    return value


def test_what_is_written_is_read_back() -> None:
    """Reading gives the statement that was written."""
    one = statement(tallies=CASES, gates=[gate()], stages=[stage()])

    assert read_statement(write_statement(one)) == one


def test_it_is_a_test_result_for_readers_that_know_no_more() -> None:
    """Type, result, configuration and the three lists of cases are those of the public predicate."""
    value = written(tallies=CASES)

    assert value["_type"] == "https://in-toto.io/Statement/v1"
    assert value["predicateType"] == "https://in-toto.io/attestation/test-result/v0.1"
    predicate = value["predicate"]
    assert predicate["result"] == "PASSED"
    assert predicate["configuration"] == [{"name": "gate.toml", "digest": {"sha256": GATE_HASH}}]
    assert predicate["passedTests"] == ["good"]
    assert predicate["failedTests"] == ["bad", "odd"]
    assert predicate["warnedTests"] == ["left", "lost"]


@pytest.mark.parametrize("decision", ["shut", "undecided"])
def test_what_is_not_open_did_not_pass(decision: str) -> None:
    """There is no third word for undecided that a reader could take for a yes."""
    assert written(decision=decision)["predicate"]["result"] == "FAILED"


def test_it_is_about_the_files_and_the_commit() -> None:
    """Subjects are the plain evidence, each ledger file, the gate file and the commit, by their digests."""
    subjects = {one["name"]: one["digest"] for one in written()["subject"]}

    assert subjects == {
        "evidence.json": {"sha256": EVIDENCE_HASH},
        "ledger/a.jsonl": {"sha256": "ef" * 32},
        "gate.toml": {"sha256": GATE_HASH},
        "commit": {"gitCommit": COMMIT},
    }


@pytest.mark.negative
@pytest.mark.parametrize("commit", [f"{COMMIT}+0123456789abcdef", "unversioned"])
def test_a_changed_tree_is_not_given_out_as_its_commit(commit: str) -> None:
    """Evidence about changes that were not committed has no commit among its subjects."""
    assert "commit" not in {one["name"] for one in written(subject={"commit": commit})["subject"]}


def test_the_exit_criteria_say_what_holds() -> None:
    """Each stage and each gate is a row; failed trials of a repeated stage are left to its gate."""
    one = statement(stages=[stage(), stage("failed"), stage("failed", runs=3)], gates=[gate("a", "shut")])

    assert [row["holds"] for row in one.exit_criteria()] == [True, False, True, False]


def test_the_criteria_of_the_project_come_first() -> None:
    """Each criterion is a row with its sentence, before stages and gates."""
    criterion = {"criterion": "E-1", "says": "Written", "decision": "undecided", "reason": "not there"}
    one = statement(criteria={"file": "c.toml", "sha256": "ab" * 32, "criteria": [criterion]})

    assert one.exit_criteria()[0] == {"criterion": "E-1 Written", "holds": False, "reason": "not there"}
    assert len(one.exit_criteria()) == 2
    assert read_statement(write_statement(one)) == one


@pytest.mark.negative
@pytest.mark.parametrize("criteria", [7, [], {}, {"criteria": 7}, {"criteria": [7]}])
def test_criteria_of_a_wrong_type_are_no_evidence(criteria: Any) -> None:
    """Plain evidence with something else in the place of its criteria is refused."""
    with pytest.raises(EvidenceError) as caught:
        checked_evidence(evidence(criteria=criteria), "evidence")

    assert "criteria" in str(caught.value)


@pytest.mark.negative
@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("predicate", "result"), "FAILED"),
        (("predicate", "passedTests"), ["invented"]),
        (("predicate", "configuration"), []),
        (("predicate", OWN, "exit_criteria"), []),
        (("predicate", OWN, "chain"), {"index": -1, "prev_hash": "0" * 64}),
        (("predicate", OWN, "chain"), {"index": True, "prev_hash": "0" * 64}),
        (("predicate", OWN, "chain"), {"index": 0, "prev_hash": "0"}),
        (("predicate", OWN, "signed_at"), "2026-01-01T12:00:00"),
        (("predicate", OWN, "signed_at"), 7),
        (("predicate", OWN, "tallies"), ["x"]),
        (("predicate", OWN, "tallies"), [{}]),
        (("predicate", OWN, "evidence", "decision"), "shut"),
        (("predicate", OWN, "evidence", "gates"), [{}]),
        (("predicate", OWN, "evidence", "ledgers"), {}),
        (("predicate", OWN, "more"), 1),
        (("predicate", "more"), 1),
        (("more",), 1),
        (("subject",), []),
        (("subject",), [7]),
        (("subject",), None),
        (("_type",), "https://in-toto.io/Statement/v0.1"),
    ],
)
def test_a_statement_that_contradicts_itself_is_refused(path: tuple[str, ...], value: object) -> None:
    """Even signed, what does not follow from its own evidence is not read, and never breaks the reader."""
    changed = written()
    inside = changed
    for step in path[:-1]:
        inside = inside[step]
    inside[path[-1]] = value

    with pytest.raises(EvidenceError):
        read_statement(canonical(changed, "test"))


@pytest.mark.negative
@pytest.mark.parametrize(
    "name", ["run_id", "subject", "ledgers", "gates", "stages", "started_at", "decision"]
)
@pytest.mark.parametrize("value", [None, 7, [7]])
def test_plain_evidence_of_a_wrong_shape_is_refused(name: str, value: object) -> None:
    """A field that a statement needs must be there and of its type."""
    with pytest.raises(EvidenceError):
        checked_evidence(evidence(**{name: value}), "evidence")
