"""Drawings of workflows: every way that a step can go is an arrow, and what it says is true."""

from xml.etree import ElementTree

import pytest

from autobiz_kernel.expressions import Scope
from autobiz_kernel.graphs import Call, CallStep, Choice, ChooseStep, EndStep, Graph, RunStep, Step, svg

pytestmark = [pytest.mark.priority("P1"), pytest.mark.requirement("P1-R18")]

LONG = Scope({"input.amount": "INT"}).compile("input.amount <= 1000000000000000000")
CALL = Call(tool="llm", operation="sort", version="1", arguments={})
ENDS = {name: EndStep(name=name, completes=True) for name in ("done", "late", "lost")}


def arrows(*steps: Step) -> tuple[int, list[str]]:
    """How many arrows a drawing has, and what they say."""
    root = drawn(*steps)
    return len(paths_of(root)), [str(word.text) for word in words_of(root)]


def paths_of(root: ElementTree.Element) -> list[ElementTree.Element]:
    return [each for each in root if each.tag.endswith("path")]


def words_of(root: ElementTree.Element) -> list[ElementTree.Element]:
    return [each for each in root if each.tag.endswith("text")]


def points_of(path: ElementTree.Element) -> list[tuple[float, float]]:
    """Where a curve begins, what it is drawn to, and where it ends."""
    pairs = (pair.strip("MC").split(",") for pair in str(path.get("d")).split())
    return [(float(x), float(y)) for x, y in pairs]


def middle_of(path: ElementTree.Element) -> tuple[float, float]:
    """Where a curve is half-way."""
    xs, ys = zip(*points_of(path), strict=True)
    x, y = ((each[0] + 3 * each[1] + 3 * each[2] + each[3]) / 8 for each in (xs, ys))
    return x, y


def drawn(*steps: Step) -> ElementTree.Element:
    graph = Graph(
        name="sort",
        start=steps[0].name,
        steps={step.name: step for step in steps} | ENDS,
        input_schema={},
        output={},
    )
    return ElementTree.fromstring(svg(graph))  # noqa: S314  # our own drawing, and no stranger's


@pytest.mark.parametrize(
    ("on_error", "said"),
    [
        ({}, (1, [])),
        ({"transient": "late"}, (2, ["on transient"])),
        ({"denied": "late", "refused": "late"}, (2, ["on denied, refused"])),
        ({"any": "late"}, (2, ["on any failure"])),
        ({"any": "late", "denied": "late"}, (2, ["on any failure"])),
        ({"any": "late", "denied": "lost"}, (3, ["on any other failure", "on denied"])),
        ({"any": "done"}, (1, ["also on any failure"])),
        ({"quota": "done"}, (1, ["also on quota"])),
        ({"any": "done", "denied": "lost"}, (2, ["also on any other failure", "on denied"])),
    ],
)
def test_a_step_shows_where_it_falls_back(on_error: dict[str, str], said: tuple[int, list[str]]) -> None:
    """Each fallback is an arrow that says for what; one to where the step goes anyway hides neither."""
    assert arrows(CallStep(name="sort", call=CALL, next="done", on_error=on_error)) == said
    each = RunStep(name="all", workflow="one", input={}, next="done", on_error=on_error)
    assert arrows(each) == said


def test_a_fallback_in_the_same_row_is_drawn_past_the_boxes() -> None:
    """Steps beside each other are joined below their row, with the word where the curve is lowest."""
    root = drawn(
        ChooseStep(name="which", choices=(Choice(when=LONG, next="first"),), otherwise="second"),
        CallStep(name="first", call=CALL, next="done", on_error={"any": "second"}),
        CallStep(name="second", call=CALL, next="done"),
    )
    (beside,) = (each for each in paths_of(root) if each.get("stroke-dasharray"))
    (word,) = (each for each in words_of(root) if each.text == "on any failure")
    (start, *_, end), (x, y) = points_of(beside), middle_of(beside)
    assert start[1] == end[1]
    assert (float(str(word.get("x"))), float(str(word.get("y")))) == (x, y)
    assert start[1] + 12 < y < start[1] + 56


def test_a_step_that_goes_back_to_itself_has_a_loop() -> None:
    """The loop is beside the box, where it can be seen."""
    again = CallStep(name="sort", call=CALL, next="done", on_error={"transient": "sort"}, visits_max=3)
    (loop,) = (each for each in paths_of(drawn(again)) if each.get("stroke-dasharray"))
    (start, one, two, end) = points_of(loop)
    assert start == end
    assert min(one[0], two[0]) > start[0]
    assert one[1] != two[1]


def test_words_of_ways_back_lie_on_their_arrows_and_within_the_drawing() -> None:
    """A way back bends out to the side, and its word stands where the curve does, whole."""
    root = drawn(
        CallStep(name="sort", call=CALL, next="enough"),
        ChooseStep(name="enough", choices=(Choice(when=LONG, next="sort"),), otherwise="done", visits_max=9),
    )
    (back,) = (each for each in paths_of(root) if each.get("stroke-dasharray"))
    (word,) = (each for each in words_of(root) if str(each.text).endswith("…"))
    at = float(str(word.get("x")))
    assert abs(at - middle_of(back)[0]) <= 1
    width = float(str(root.get("viewBox")).split()[2])
    # Seven units are more than a letter of this size takes on the average.
    assert at + len(str(word.text)) * 7 / 2 <= width
