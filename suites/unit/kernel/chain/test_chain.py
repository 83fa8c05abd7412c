"""The hash chain of a run: every way to change history is named at its first bad row."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autobiz_kernel.chains import ChainError, Flaw, FlawKind, Head, Row, check_chains, link, next_row

from .histories_of_runs import OTHER, RUNS, TENANT, head_of, rows_of


def only_flaw(rows: list[Row]) -> Flaw:
    """The one flaw that a walk over the rows finds."""
    (flaw,) = check_chains(rows).flaws
    return flaw


def relinked(rows: list[Row], *, at: int, body: bytes) -> list[Row]:
    """What a forger with the code can do: change a row and make everything after it fit again."""
    forged = rows[: at - 1]
    for row in rows[at - 1 :]:
        said = body if row.seq == at else row.body
        forged.append(next_row(head_of(forged), tenant=row.tenant, run=row.run, body=said))
    return forged


@given(st.lists(st.integers(0, 12), min_size=1, max_size=5), st.randoms(use_true_random=False))
def test_untouched_runs_have_no_flaw(lengths: list[int], rng: object) -> None:
    """Runs of any length pass, and the survey ends at their heads."""
    runs = [rows_of(RUNS[index], length) for index, length in enumerate(lengths)]
    survey = check_chains(row for run in runs for row in run)
    assert (survey.rows, survey.flaws) == (sum(lengths), ())
    assert set(survey.heads) == {head_of(run) for run in runs if run}


def test_rows_of_different_runs_may_alternate() -> None:
    """Only the order inside a run matters."""
    left, right = rows_of(RUNS[0], 5), rows_of(RUNS[1], 5)
    assert check_chains(row for pair in zip(left, right, strict=True) for row in pair).flaws == ()


@pytest.mark.negative
@settings(max_examples=60)
@given(st.integers(1, 8), st.integers(0, 10_000), st.sampled_from(["body", "previous", "hash"]))
def test_one_flipped_bit_is_found_at_its_row(seq: int, bit: int, field: str) -> None:
    """Whichever bit of a row is flipped, the walk names exactly that row."""
    rows = rows_of(RUNS[0], 8)
    data = bytearray(getattr(rows[seq - 1], field))
    data[bit // 8 % len(data)] ^= 1 << bit % 8
    damaged: dict[str, Any] = {field: bytes(data)}
    rows[seq - 1] = replace(rows[seq - 1], **damaged)
    assert (only_flaw(rows).seq, only_flaw(rows).kind) == (seq, FlawKind.REWRITTEN)


@pytest.mark.negative
@pytest.mark.parametrize("gone", [1, 2, 7])
def test_a_dropped_row_is_named_by_the_one_behind_it(gone: int) -> None:
    """Where a row is missing, the next one is the first bad row."""
    rows = rows_of(RUNS[0], 8)
    del rows[gone - 1]
    flaw = only_flaw(rows)
    assert (flaw.kind, flaw.seq) == (FlawKind.MISSING, gone + 1)
    assert "1 row between" in flaw.says


@pytest.mark.negative
@pytest.mark.parametrize("seq", [1, 3, 7])
def test_two_swapped_rows_are_found(seq: int) -> None:
    """Rows in another order than they were written in are found at the first that came too early."""
    rows = rows_of(RUNS[0], 8)
    rows[seq - 1], rows[seq] = rows[seq], rows[seq - 1]
    assert (only_flaw(rows).kind, only_flaw(rows).seq) == (FlawKind.MISSING, seq + 1)


@pytest.mark.negative
def test_a_row_that_stands_twice_is_found() -> None:
    """A repeated row is out of order at its second place."""
    rows = rows_of(RUNS[0], 4)
    rows.insert(3, rows[1])
    assert (only_flaw(rows).kind, only_flaw(rows).seq) == (FlawKind.REORDERED, 2)


@pytest.mark.negative
def test_renumbered_rows_do_not_pass() -> None:
    """A row moved to another number is rewritten, because its number is under its hash."""
    rows = rows_of(RUNS[0], 4)
    del rows[1]
    rows = [replace(row, seq=seq) for seq, row in enumerate(rows, 1)]
    assert (only_flaw(rows).kind, only_flaw(rows).seq) == (FlawKind.REWRITTEN, 2)


@pytest.mark.negative
def test_a_row_put_in_whole_breaks_at_the_next() -> None:
    """A forger who rehashes one row is caught by the row that continues it."""
    rows = rows_of(RUNS[0], 5)
    rows[2] = relinked(rows, at=3, body=b'{"amount":1}')[2]
    assert (only_flaw(rows).kind, only_flaw(rows).seq) == (FlawKind.SPLICED, 4)


@pytest.mark.negative
@pytest.mark.parametrize(("run", "tenant"), [(RUNS[1], TENANT), (RUNS[0], OTHER)])
def test_rows_of_another_run_or_tenant_fit_nowhere(run: UUID, tenant: UUID) -> None:
    """History cannot be carried over: chains begin differently for each run and tenant."""
    mine, theirs = rows_of(RUNS[0], 6), rows_of(run, 6, tenant=tenant)
    for cut in (0, 3):
        carried = [replace(row, run=RUNS[0], tenant=TENANT) for row in theirs[cut:]]
        flaw = only_flaw(mine[:cut] + carried)
        assert (flaw.kind, flaw.seq) == (FlawKind.SPLICED, cut + 1)


@pytest.mark.negative
@pytest.mark.parametrize("seq", [0, -1, 2**63, 2**70])
def test_impossible_numbers_are_a_flaw_and_not_a_crash(seq: int) -> None:
    """A row number outside of what a row can have is reported like any other damage."""
    rows = rows_of(RUNS[0], 2)
    rows[1] = replace(rows[1], seq=seq)
    assert only_flaw(rows).kind in {FlawKind.REWRITTEN, FlawKind.REORDERED}


@pytest.mark.negative
def test_each_broken_run_is_named_once_and_whole_runs_are_not() -> None:
    """The first bad row of each run is told, however many follow it."""
    runs = [rows_of(run, 6) for run in RUNS[:3]]
    for row in range(2, 6):
        runs[1][row] = replace(runs[1][row], body=b"{}")
    survey = check_chains(row for run in runs for row in run)
    assert [(flaw.run, flaw.seq) for flaw in survey.flaws] == [(RUNS[1], 3)]
    assert {head.run for head in survey.heads} == {RUNS[0], RUNS[2]}


def test_parts_of_a_row_cannot_be_shifted_into_each_other() -> None:
    """Hash, number and body have fixed places, so no two rows are hashed from the same bytes."""
    assert link(b"\x00" * 32, 1, b"x") != link(b"\x00" * 32, 2, b"x") != link(b"\x00" * 32, 1, b"\x00x")


@pytest.mark.negative
def test_a_row_continues_only_its_own_run() -> None:
    """A head of another run, or one that is no hash, is refused."""
    head = head_of(rows_of(RUNS[0], 1))
    with pytest.raises(ChainError, match="is that of run"):
        next_row(head, tenant=TENANT, run=RUNS[1], body=b"{}")
    for length, end in ((1, b"abc"), (0, bytes(32)), (-1, bytes(32)), (2**63, bytes(32))):
        with pytest.raises(ChainError, match="is none"):
            Head(tenant=TENANT, run=RUNS[0], length=length, hash=end)
