"""What a run had asked for before each of its calls, however its branches overtook each other."""

import pytest

from autobiz_kernel import History, TraceRow

pytestmark = [
    pytest.mark.priority("P0"),
    pytest.mark.requirement("P1-R04", "P1-R08", "INV-06"),
    pytest.mark.test_id("P1-T08", "P1-T15"),
]


def row(name: str, step: int, *, epoch: int = 1, guard: str = "") -> TraceRow:
    return TraceRow(
        path=name,
        tool=f"{name}@1",
        command=name.encode(),
        guard=guard,
        outcome="claimed",
        epoch=epoch,
        step=step,
    )


# Asked for as a, b, c, d; c was denied at once, and b ended last. Then another worker took over.
ROWS = (
    row("a", 1),
    row("c", 3, guard="loop"),
    row("d", 4, guard="approval"),
    row("b", 2),
    row("e", 5, epoch=2),
    row("g", 7, epoch=2),
    row("f", 6, epoch=2),
)


@pytest.mark.parametrize(
    ("name", "before"),
    [("a", ""), ("b", "a"), ("c", "ab"), ("d", "ab"), ("e", "adb"), ("f", "adbe"), ("g", "adbef")],
)
def test_a_call_knows_what_was_asked_for_before_it(name: str, before: str) -> None:
    """Own calls count in the order of asking, a predecessor's in that of ending, denied ones not at all."""
    history = History(ROWS)
    trace = next(each for each in ROWS if each.path == name)
    assert "".join(each.tool for each in history.before(trace, most=16)) == before


@pytest.mark.parametrize("most", range(1, 7))
def test_no_more_is_remembered_than_a_loop_needs(most: int) -> None:
    """Of a long history the last commands are given, across a change of hands too."""
    told = History(ROWS).before(ROWS[5], most=most)
    assert "".join(each.tool for each in told) == "adbef"[-most:]
