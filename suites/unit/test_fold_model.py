"""The fast fold against a slow one that anybody can read."""

from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autobiz_gates import Header, LedgerError, RunPlan, Trial, blocks, fold, ledger_files, read_lines

from ..ledger_lines import header, plan, trial, write_ledger

pytestmark = pytest.mark.priority("P0")

BADNESS = ["missing", "invalid", "skip", "pass", "unknown", "fail"]

runs = st.integers(1, 3)
names = st.sampled_from(["a", "b", "c", "d\u00e9", "e[1\n2]"])
outcomes = st.sampled_from(["pass", "fail", "unknown", "skip", "invalid"])
keys = st.sampled_from([None, None, "x", "y"])
lines = st.lists(
    st.one_of(
        st.tuples(
            st.just("trial"),
            names,
            outcomes,
            runs,
            st.sampled_from(["call", "setup", "collect", "of another writer"]),
            keys,
        ),
        st.tuples(st.just("plan"), st.lists(names), runs),
    ),
    max_size=12,
)


def model(folder: Path) -> tuple[dict[str, tuple[str, ...]], int]:
    """The fold as its definition reads: of each case and run, the worst of what the lines say."""
    lines = [line for path in ledger_files([folder]) for line in read_lines(path)]
    made = {line.run for line in lines if isinstance(line, Header)}
    tried = [line for line in lines if isinstance(line, Trial) and line.phase != "collect"]
    said = [
        (line.run, case.case, "missing") for line in lines if isinstance(line, RunPlan) for case in line.cases
    ]
    said += [(line.run, line.case, str(line.outcome)) for line in tried]
    seen: dict[tuple[int, str], str] = {}
    for run, case, word in said:
        seen[run, case] = max(seen.get((run, case), word), word, key=BADNESS.index)
    for (run, case), word in list(seen.items()):
        if said.count((run, case, "invalid")) >= 3 and word in ("pass", "skip"):
            seen[run, case] = "invalid"
    for case in {case for _, case, _ in said}:
        mine = [line for line in tried if line.case == case and line.outcome not in ("invalid", "skip")]
        replace_replays(seen, case, [(line.run, line.replay) for line in mine if line.replay is not None])
    rows = {case: tuple(seen[run, case] for run in sorted(made) if (run, case) in seen) for _, case in seen}
    return rows, len(made)


def replace_replays(seen: dict[tuple[int, str], str], case: str, pairs: list[tuple[int, str]]) -> None:
    """Runs of a case are alike when a chain of shared keys leads from one to the other."""
    group = {run: run for run, _ in pairs}
    for _ in pairs:
        for (run, key), (other, other_key) in product(pairs, pairs):
            if key == other_key:
                group[run] = group[other] = min(group[run], group[other])
    for first in set(group.values()):
        alike = [run for run in group if group[run] == first]
        worst = max((seen[run, case] for run in alike), key=BADNESS.index)
        seen.update({(run, case): "replay" for run in alike})
        seen[first, case] = worst


@given(
    files=st.lists(st.tuples(runs, lines), min_size=1, max_size=4),
    cut=st.integers(0, 60),
    decoder_pays=st.booleans(),
)
def test_the_fast_fold_is_the_simple_fold(
    files: list[tuple[int, list[tuple[object, ...]]]], cut: int, decoder_pays: bool
) -> None:
    """Whatever lines stand in whatever files, torn or whole, the counts are those of the plain definition."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        for number, (run, said) in enumerate(files):
            written = [
                plan(*line[1], run=line[2])  # type: ignore[misc, arg-type]  # drawn as one of two tuples
                if line[0] == "plan"
                else trial(line[1], line[2], run=line[3], phase=line[4], replay=line[5])  # type: ignore[arg-type]  # the same
                for line in said
            ]
            path = write_ledger(folder / f"{number}.jsonl", header(run=run), *written)
        if cut:
            path.write_bytes(path.read_bytes()[:-cut])

        expected, made = model(folder)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(blocks, "_DECODER_PAYS_BYTES", 0 if decoder_pays else 1_000_000)
            tallies = fold([folder])

    assert {tally.case: tally.outcomes for tally in tallies.cases} == expected
    assert tallies.runs == tuple(range(1, made + 1))


@pytest.mark.negative
@pytest.mark.parametrize(
    "spoil",
    [
        b"\n",
        b"{}\n",
        b'{"kind":"trial"}\n',
        b"\xff\n",
        b'{"kind":"plan","run_id":"r","run":1,"cases":[{}]}\n',
    ],
)
@pytest.mark.parametrize("place", [1, 2, 3])
def test_what_the_simple_reader_refuses_the_fold_refuses_in_the_same_words(
    tmp_path: Path, spoil: bytes, place: int
) -> None:
    """A spoilt line is named with file and line, in whichever block it stands."""
    path = write_ledger(tmp_path / "a.jsonl", header(), plan("a"), trial("a"))
    whole = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*whole[:place], spoil, *whole[place:]]))

    with pytest.raises(LedgerError) as simple:
        list(read_lines(path))
    with pytest.raises(LedgerError) as fast:
        fold([path])

    assert str(fast.value) == str(simple.value)
    assert f":{place + 1}:" in str(fast.value)


def test_a_ledger_of_many_blocks_is_folded_whole(tmp_path: Path) -> None:
    """Lines that lie across the borders of blocks are neither lost nor counted twice."""
    cases = [f"case-{number}" for number in range(7000)]
    path = write_ledger(tmp_path / "a.jsonl", header(), *(trial(case) for case in cases))
    assert path.stat().st_size > 2 * 1024 * 1024

    assert [tally.outcomes for tally in fold([path]).cases] == [("pass",)] * len(cases)
