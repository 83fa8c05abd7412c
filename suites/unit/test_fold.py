"""The fold: ledgers in, tallies out, and every gap in the evidence told."""

from itertools import permutations, product
from pathlib import Path

import msgspec
import pytest

from autobiz_gates import Shard, Subject, Tallies, fold

from ..ledger_lines import header, plan, trial, write_ledger

pytestmark = pytest.mark.priority("P0")

WORST = {"skip": 0, "pass": 1, "unknown": 2, "fail": 3}


def outcomes(tallies: Tallies) -> dict[str, tuple[str, ...]]:
    return {tally.case: tally.outcomes for tally in tallies.cases}


def test_each_case_has_its_outcome_of_each_run(tmp_path: Path) -> None:
    """Three runs in three files become three outcomes a case, in run order."""
    for run, outcome in ((3, "unknown"), (1, "pass"), (2, "fail")):
        write_ledger(
            tmp_path / f"{run}.jsonl", header(run=run), plan("a", run=run), trial("a", outcome, run=run)
        )

    tallies = fold([tmp_path])

    assert outcomes(tallies) == {"a": ("pass", "fail", "unknown")}
    assert tallies.runs == (1, 2, 3)
    assert tallies.problems == ()


def test_planned_without_a_trial_is_missing(tmp_path: Path) -> None:
    """A case that was to be tried and left no entry is missing, not absent."""
    write_ledger(tmp_path / "1.jsonl", header(), plan("a", "b"), trial("a"))

    assert outcomes(fold([tmp_path])) == {"a": ("pass",), "b": ("missing",)}


def test_a_torn_tail_makes_its_trial_missing(tmp_path: Path) -> None:
    """An entry cut in half is as good as none."""
    path = write_ledger(tmp_path / "1.jsonl", header(), plan("a"), trial("a"))
    path.write_bytes(path.read_bytes()[:-30])

    assert outcomes(fold([tmp_path])) == {"a": ("missing",)}


@pytest.mark.parametrize(("first", "second"), list(product(WORST, repeat=2)))
def test_of_two_entries_for_one_trial_the_worst_stays(tmp_path: Path, first: str, second: str) -> None:
    """Entries pool and never replace: whatever the order, the worse outcome counts."""
    write_ledger(tmp_path / "1.jsonl", header(), plan("a"), trial("a", first))
    write_ledger(tmp_path / "2.jsonl", header(), trial("a", second))

    assert outcomes(fold([tmp_path])) == {"a": (max(first, second, key=WORST.__getitem__),)}


def test_the_order_of_files_does_not_matter(tmp_path: Path) -> None:
    """Any order of the same ledgers folds to the same tallies."""
    files = [
        write_ledger(tmp_path / "x.jsonl", header(), plan("a", "b"), trial("a", "fail")),
        write_ledger(tmp_path / "y.jsonl", header(), trial("b"), trial("a")),
        write_ledger(tmp_path / "z.jsonl", header(run=2), plan("b", run=2), trial("b", run=2)),
    ]

    assert len({fold(order) for order in permutations(files)}) == 1


def test_another_run_id_adds_trials_and_replaces_none(tmp_path: Path) -> None:
    """Running a blocked subject again adds its trials to those that blocked it."""
    for run_id, outcome in (("run-a", "fail"), ("run-b", "pass")):
        write_ledger(
            tmp_path / f"{run_id}.jsonl",
            header(run_id=run_id),
            plan("a", run_id=run_id),
            trial("a", outcome, run_id=run_id),
        )

    assert outcomes(fold([tmp_path])) == {"a": ("fail", "pass")}


@pytest.mark.parametrize("others", [("run-b", "run-a"), ("run-a", "run-b"), ("run-0", "run-a")])
def test_invocations_that_take_turns_in_one_file_are_told_apart(
    tmp_path: Path, others: tuple[str, str]
) -> None:
    """Trials of the same run number belong to the invocation that each line names, whichever came before."""
    first, second = others
    write_ledger(tmp_path / "1.jsonl", header(run_id=first), plan("a", "b", run_id=first))
    write_ledger(
        tmp_path / "2.jsonl",
        header(run_id=second),
        plan("a", "b", run_id=second),
        trial("a", run_id=second),
        trial("a", "fail", run_id=first),
        trial("b", run_id=second),
        trial("b", "skip", run_id=first),
    )

    found = {case.case: sorted(case.outcomes) for case in fold([tmp_path]).cases}

    assert found == {"a": ["fail", "pass"], "b": ["pass", "skip"]}


def test_shards_are_one_run(tmp_path: Path) -> None:
    """Shards from several machines, each with a run id of its own, fold into one run."""
    for index, case in ((1, "a"), (2, "b")):
        run_id = f"machine-{index}"
        write_ledger(
            tmp_path / f"{index}.jsonl",
            header(run_id=run_id, shard=Shard(index=index, count=2)),
            plan(case, run_id=run_id),
            trial(case, run_id=run_id),
        )

    tallies = fold([tmp_path])

    assert outcomes(tallies) == {"a": ("pass",), "b": ("pass",)}
    assert (tallies.runs, tallies.problems) == ((1,), ())


@pytest.mark.negative
def test_an_absent_shard_is_a_problem(tmp_path: Path) -> None:
    """Two of three shards are not the whole."""
    for index in (1, 3):
        run_id = f"machine-{index}"
        write_ledger(
            tmp_path / f"{index}.jsonl",
            header(run_id=run_id, shard=Shard(index=index, count=3)),
            plan(run_id=run_id),
        )

    assert fold([tmp_path]).problems == ("run 1 of 3 shards with seed 0: shard 2/3 is absent",)


@pytest.mark.negative
def test_an_absent_shard_is_told_with_its_stage(tmp_path: Path) -> None:
    """Where stages are sharded, the stage that lacks one is named with its run."""
    shard = Shard(index=1, count=2)
    first = msgspec.structs.replace(header(run=4, run_id="m", shard=shard), stage="golden")
    write_ledger(tmp_path / "1.jsonl", first, plan("a", run_id="m", run=4))

    assert fold([tmp_path]).problems == ("run 4 of 2 shards with seed 0, stage golden: shard 2/2 is absent",)


@pytest.mark.negative
@pytest.mark.parametrize(
    ("seen", "count", "absent"),
    [
        ((1,), 2, "shard 2/2 is absent"),
        ((1, 2), 3, "shard 3/3 is absent"),
        ((2, 3), 3, "shard 1/3 is absent"),
        ((3,), 4, "shard 1/4, 2/4, 4/4 is absent"),
        ((1, 2, 3), 3, ""),
        ((1, 2, 3, 4), 4, ""),
    ],
)
def test_every_shard_is_asked_for_from_the_first_to_the_last(
    tmp_path: Path, seen: tuple[int, ...], count: int, absent: str
) -> None:
    """Whichever is lacking is named, and where none is nothing is said."""
    for index in seen:
        shard = Shard(index=index, count=count)
        first, asked = header(run_id=f"m{index}", shard=shard), plan("a", run_id=f"m{index}")
        write_ledger(tmp_path / f"{index}.jsonl", first, asked)

    problems = fold([tmp_path]).problems

    assert [problem.partition(": ")[2] for problem in problems] == ([absent] if absent else [])


@pytest.mark.parametrize("digests", [("aa", None), (None, None), ("aa", "aa")])
def test_one_gate_file_and_runs_that_name_none_are_no_problem(
    tmp_path: Path, digests: tuple[str | None, ...]
) -> None:
    """Only two that differ are a change; a run without a gate file has seen none."""
    for run, digest in enumerate(digests, start=1):
        write_ledger(tmp_path / f"{run}.jsonl", header(run=run, gate_file_sha256=digest), plan("a", run=run))

    assert fold([tmp_path]).problems == ()


@pytest.mark.negative
def test_trials_without_a_plan_are_a_problem(tmp_path: Path) -> None:
    """Without the plan nobody knows what is missing."""
    write_ledger(tmp_path / "1.jsonl", header(), trial("a"))

    assert fold([tmp_path]).problems == (
        "run 1 of run-a has no plan, so what is missing from it cannot be known",
    )


@pytest.mark.negative
def test_two_subjects_are_a_problem(tmp_path: Path) -> None:
    """Evidence about two subjects never mixes quietly."""
    write_ledger(tmp_path / "1.jsonl", header(), plan("a"), trial("a"))
    write_ledger(tmp_path / "2.jsonl", header(run=2, subject=Subject(commit="other")), plan("a", run=2))

    assert fold([tmp_path]).problems == (
        "the ledgers speak of 2 different subjects (1.jsonl: c0ffee; 2.jsonl: other)",
    )


@pytest.mark.negative
def test_a_long_subject_is_told_by_its_commit_alone(tmp_path: Path) -> None:
    """Of a dirty tree the forty digits of the commit are told, and not the fingerprint of the changes."""
    write_ledger(tmp_path / "1.jsonl", header(), plan("a"), trial("a"))
    dirty = Subject(commit=f"{'d' * 40}+changes")
    write_ledger(tmp_path / "2.jsonl", header(run=2, subject=dirty), plan("a", run=2))

    assert fold([tmp_path]).problems[0].endswith(f"; 2.jsonl: {'d' * 40})")


@pytest.mark.negative
def test_a_gate_file_changed_between_runs_is_a_problem(tmp_path: Path) -> None:
    """A floor moved while the evidence came in is told."""
    for run, digest in ((1, "aa"), (2, "bb")):
        write_ledger(tmp_path / f"{run}.jsonl", header(run=run, gate_file_sha256=digest), plan("a", run=run))

    assert any("the gate file changed between the runs" in problem for problem in fold([tmp_path]).problems)


@pytest.mark.negative
def test_a_module_that_could_not_be_collected_is_a_problem(tmp_path: Path) -> None:
    """Its cases are unknown, so every gate hears of it."""
    write_ledger(tmp_path / "1.jsonl", header(), plan(), trial("test_x.py", "unknown", phase="collect"))

    tallies = fold([tmp_path])

    assert outcomes(tallies) == {}
    assert "test_x.py could not be collected" in tallies.problems[0]
