"""Signed anchors: what a chain alone cannot tell, and what may be done to the anchors themselves."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from autobiz_kernel.chains import (
    Anchor,
    AnchorFlawKind,
    ChainError,
    FlawKind,
    Head,
    Row,
    Window,
    anchor_of_line,
    check_anchors,
    check_chains,
    next_anchor,
    next_row,
)

from .histories_of_runs import KEY, KEYS, NOON, OTHER, RUNS, TENANT, anchored, head_of, rows_of, window

STRANGER = Ed25519PrivateKey.from_private_bytes(bytes(32))


def lines_of(anchors: list[Anchor]) -> list[bytes]:
    return [anchor.line() for anchor in anchors]


def history() -> tuple[list[list[Row]], list[Anchor]]:
    """Three runs that grow over three hours, the third run beginning late."""
    runs = [rows_of(RUNS[0], 9), rows_of(RUNS[1], 6), rows_of(RUNS[2], 3)]
    anchors = anchored([runs[0][:3], runs[1][:2]], [runs[0][:6]], [runs[0], runs[1], runs[2]])
    return runs, anchors


def flaws_with_anchors(runs: list[list[Row]], anchors: list[Anchor]) -> list[tuple[Any, ...]]:
    survey = check_anchors(lines_of(anchors), tenant=TENANT, keys=KEYS)
    assert survey.flaws == ()
    found = check_chains((row for run in runs for row in run), survey.marks).flaws
    return [(flaw.kind, flaw.run, flaw.seq, flaw.anchor) for flaw in found]


def anchor_flaws(lines: list[bytes], **given: Any) -> list[tuple[AnchorFlawKind, int]]:
    survey = check_anchors(lines, tenant=TENANT, keys=KEYS, **given)
    return [(flaw.kind, flaw.line) for flaw in survey.flaws]


def forged(run: list[Row], at: int) -> list[Row]:
    """The run with another past from one row on, consistent in itself."""
    rows = run[: at - 1]
    for row in run[at - 1 :]:
        rows.append(next_row(head_of(rows), tenant=row.tenant, run=row.run, body=row.body + b" "))
    return rows


def test_an_honest_history_agrees_with_its_anchors() -> None:
    """Runs that only grew have no flaw, also where they have grown since the last anchor."""
    runs, anchors = history()
    assert flaws_with_anchors(runs, anchors) == []
    assert flaws_with_anchors(runs, anchors[:2]) == []


@pytest.mark.negative
def test_a_cut_tail_is_found_by_the_anchor() -> None:
    """A chain whose end is gone is whole in itself; the first anchor that knows more rows says so."""
    runs, anchors = history()
    assert check_chains(runs[0][:7]).flaws == ()
    runs[0] = runs[0][:4]
    assert flaws_with_anchors(runs, anchors) == [(FlawKind.TRUNCATED, RUNS[0], 5, 2)]


@pytest.mark.negative
def test_a_vanished_run_is_found_by_the_anchor() -> None:
    """A run of which no row is left is named."""
    runs, anchors = history()
    del runs[1]
    assert flaws_with_anchors(runs, anchors) == [(FlawKind.VANISHED, RUNS[1], 1, 1)]


@pytest.mark.negative
@pytest.mark.parametrize(("at", "seq", "anchor"), [(1, 3, 1), (3, 3, 1), (4, 6, 2), (6, 6, 2), (7, 9, 3)])
def test_a_rewritten_past_is_found_at_the_first_anchor_after_it(at: int, seq: int, anchor: int) -> None:
    """Whoever rehashes a whole run meets the first anchor that was signed behind the change."""
    runs, anchors = history()
    runs[0] = forged(runs[0], at)
    assert check_chains(runs[0]).flaws == ()
    assert flaws_with_anchors(runs, anchors) == [(FlawKind.REPLACED, RUNS[0], seq, anchor)]


@pytest.mark.negative
def test_a_whole_table_replaced_is_found() -> None:
    """Every anchored run of a consistent table in the place of the true one is named."""
    runs, anchors = history()
    replaced = [rows_of(run[0].run, len(run), says="nothing to see") for run in runs]
    assert {flaw[0] for flaw in flaws_with_anchors(replaced, anchors)} == {FlawKind.REPLACED}
    assert len(flaws_with_anchors(replaced, anchors)) == 3
    assert {flaw[0] for flaw in flaws_with_anchors([], anchors)} == {FlawKind.VANISHED}


@pytest.mark.negative
def test_a_row_changed_before_an_anchor_is_named_by_the_chain() -> None:
    """Where the chain itself is broken, the row is named and no anchor needed."""
    runs, anchors = history()
    runs[0][1] = replace(runs[0][1], body=b"{}")
    assert flaws_with_anchors(runs, anchors) == [(FlawKind.REWRITTEN, RUNS[0], 2, None)]


def changed(**fields: Any) -> Callable[[list[bytes]], list[bytes]]:
    """A forger who edits the middle line."""

    def edit(lines: list[bytes]) -> list[bytes]:
        read = {**json.loads(lines[1]), **fields}
        line = json.dumps(read, sort_keys=True, separators=(",", ":")).encode() + b"\n"
        return [lines[0], line, lines[2]]

    return edit


K = AnchorFlawKind
TAMPERINGS: list[tuple[str, Callable[[list[bytes]], list[bytes]], list[tuple[AnchorFlawKind, int]]]] = [
    ("middle dropped", lambda lines: [lines[0], lines[2]], [(K.SPLICED, 2)]),
    ("first dropped", lambda lines: lines[1:], [(K.SPLICED, 1)]),
    ("two swapped", lambda lines: [lines[0], lines[2], lines[1]], [(K.SPLICED, 2), (K.SPLICED, 3)]),
    ("one twice", lambda lines: [*lines[:2], lines[1], lines[2]], [(K.SPLICED, 3)]),
    ("torn", lambda lines: [*lines[:2], lines[2][:50]], [(K.UNREADABLE, 3)]),
    ("empty line", lambda lines: [*lines, b"\n"], [(K.UNREADABLE, 4)]),
    ("not JSON", lambda lines: [lines[0], b"\xff\x00", lines[2]], [(K.UNREADABLE, 2), (K.SPLICED, 3)]),
    ("spaces", lambda lines: [lines[0], b" " + lines[1], lines[2]], [(K.UNREADABLE, 2), (K.SPLICED, 3)]),
    ("heads emptied", changed(heads=[]), [(K.REWRITTEN, 2), (K.SPLICED, 3)]),
    ("head changed", changed(heads=[[str(RUNS[0]), 6, "ab" * 32]]), [(K.REWRITTEN, 2), (K.SPLICED, 3)]),
    ("root changed", changed(root="ab" * 32), [(K.UNSIGNED, 2), (K.SPLICED, 3)]),
    ("number changed", changed(number=7), [(K.UNSIGNED, 2), (K.SPLICED, 3)]),
    ("tenant changed", changed(tenant=str(OTHER)), [(K.UNSIGNED, 2), (K.SPLICED, 3)]),
    ("key changed", changed(key_id="0" * 16), [(K.UNSIGNED, 2), (K.SPLICED, 3)]),
    ("signature short", changed(signature="ab"), [(K.UNSIGNED, 2), (K.SPLICED, 3)]),
    ("other schema", changed(schema="autobiz.anchor/2"), [(K.UNREADABLE, 2), (K.SPLICED, 3)]),
    ("field added", changed(note="x"), [(K.UNREADABLE, 2), (K.SPLICED, 3)]),
    ("length negative", changed(heads=[[str(RUNS[0]), -1, "ab"]]), [(K.UNREADABLE, 2), (K.SPLICED, 3)]),
    ("number huge", changed(number=10**30), [(K.UNREADABLE, 2), (K.SPLICED, 3)]),
    ("window of nothing", changed(to_at=NOON.isoformat()), [(K.UNREADABLE, 2), (K.SPLICED, 3)]),
]


@pytest.mark.negative
@pytest.mark.parametrize(
    ("tamper", "flaws"), [row[1:] for row in TAMPERINGS], ids=[row[0] for row in TAMPERINGS]
)
def test_tampering_with_the_anchors_is_named(
    tamper: Callable[[list[bytes]], list[bytes]], flaws: list[tuple[AnchorFlawKind, int]]
) -> None:
    """Each change to the anchor file is named with its line."""
    _, anchors = history()
    found = anchor_flaws(tamper(lines_of(anchors)))
    assert (found[:1], set(found)) == (flaws[:1], set(flaws) if len(found) > 1 else set(flaws[:1]))


@pytest.mark.negative
@settings(max_examples=60)
@given(st.integers(0, 2), st.integers(0, 100_000))
def test_no_flipped_bit_of_an_anchor_goes_unseen(line: int, bit: int) -> None:
    """Whatever bit of the file is flipped, some line is flawed."""
    lines = lines_of(history()[1])
    data = bytearray(lines[line].removesuffix(b"\n"))
    data[bit // 8 % len(data)] ^= 1 << bit % 8
    lines[line] = bytes(data) + b"\n"
    assert anchor_flaws(lines) != []


@pytest.mark.negative
def test_a_stranger_may_sign_what_they_like() -> None:
    """A whole file made anew under another key is refused line by line, and swears nothing."""
    runs, _ = history()
    survey = check_anchors(lines_of(anchored([runs[0]], key=STRANGER)), tenant=TENANT, keys=KEYS)
    assert [flaw.kind for flaw in survey.flaws] == [K.UNSIGNED]
    assert survey.marks == {}


@pytest.mark.negative
def test_a_cut_anchor_file_is_found_by_whoever_knows_its_last_number() -> None:
    """The newest number, kept in the database, tells that later anchors were removed."""
    _, anchors = history()
    assert anchor_flaws(lines_of(anchors), number_min=3) == []
    assert anchor_flaws(lines_of(anchors)[:2], number_min=3) == [(K.TRUNCATED, 3)]
    assert anchor_flaws([], number_min=1) == [(K.TRUNCATED, 1)]
    assert anchor_flaws([]) == []


@pytest.mark.negative
def test_another_tenants_anchors_are_foreign() -> None:
    """A rightly signed file of another tenant does not stand in for ours."""
    rows = rows_of(RUNS[0], 2, tenant=OTHER)
    head = head_of(rows)
    assert head is not None
    anchor = next_anchor(None, tenant=OTHER, heads=[head], window=window(0), key=KEY)
    assert anchor_flaws([anchor.line()]) == [(K.FOREIGN, 1)]


@pytest.mark.negative
def test_a_signer_that_saw_a_shorter_run_contradicts_itself() -> None:
    """A run that is shorter, or another of the same length, than an earlier anchor swore is named."""
    runs, _ = history()
    assert anchor_flaws(lines_of(anchored([runs[0]], [runs[0][:4]]))) == [(K.CONTRADICTED, 2)]
    assert anchor_flaws(lines_of(anchored([runs[0]], [forged(runs[0], 2)]))) == [(K.CONTRADICTED, 2)]
    assert anchor_flaws(lines_of(anchored([runs[0]], [runs[0]]))) == []


@pytest.mark.negative
def test_what_cannot_be_anchored_is_refused() -> None:
    """Foreign runs, two heads of one run, naive times and windows that go back are refused with a reason."""
    head = Head(tenant=TENANT, run=RUNS[0], length=1, hash=bytes(32))
    (first,) = anchored([rows_of(RUNS[0], 1)])
    refused: list[tuple[str, dict[str, Any]]] = [
        ("another tenant", {"heads": [replace(head, tenant=OTHER)]}),
        ("two heads", {"heads": [head, replace(head, length=2)]}),
        ("does not follow", {"last": first}),
    ]
    for words, fields in refused:
        last = fields.pop("last", None)
        given = {"tenant": TENANT, "heads": [head], "window": window(0), "key": KEY, **fields}
        with pytest.raises(ChainError, match=words):
            next_anchor(last, **given)
    with pytest.raises(ChainError, match="has no time zone"):
        Window(from_at=datetime(2026, 1, 1), to_at=NOON)  # noqa: DTZ001  # the refusal is what is tested
    with pytest.raises(ChainError, match="not after its beginning"):
        Window(from_at=NOON, to_at=NOON)


def test_an_anchor_is_read_back_as_it_was_written() -> None:
    """A line gives the anchor, and the anchor the line; heads come in any order."""
    runs, anchors = history()
    assert [anchor_of_line(anchor.line()) for anchor in anchors] == anchors
    heads = [head for head in map(head_of, runs) if head is not None]
    (one, two) = (
        next_anchor(None, tenant=TENANT, heads=order, window=window(0), key=KEY)
        for order in (heads, heads[::-1])
    )
    assert one == two
