"""The plot of a plan: the curve where its numbers are, floor and true rate marked, and no more."""

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autobiz_reports import opening_curve_svg

NAME = "{http://www.w3.org/2000/svg}"


def tree(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)  # noqa: S314  # our own picture, made a line ago


def places(svg: str) -> list[tuple[float, float]]:
    """The points of the curve on the paper."""
    (line,) = tree(svg).findall(f"{NAME}polyline")
    pairs = (pair.split(",") for pair in line.attrib["points"].split())
    return [(float(x), float(y)) for x, y in pairs]


def test_the_curve_spans_the_paper_from_nothing_to_certain() -> None:
    """The lowest chance lies at the bottom left, the highest at the top right."""
    curve = places(
        opening_curve_svg([(0.9, 0.0), (0.95, 0.5), (1.0, 1.0)], floor=0.95, true_rate=0.99, title="t")
    )

    assert curve == [(64.0, 304.0), (340.0, 176.0), (616.0, 48.0)]


@given(st.lists(st.floats(0.0, 1.0), min_size=1, max_size=80), st.floats(0.0, 1.0))
def test_whatever_the_chances_the_curve_stays_on_the_paper(chances: list[float], rate: float) -> None:
    """Every picture is well formed, and no point of it lies outside."""
    points = [(0.5 + n / 200, chance) for n, chance in enumerate(chances)]

    curve = places(opening_curve_svg(points, floor=0.5, true_rate=rate, title="t"))

    assert len(curve) == len(points)
    assert all(64 <= x <= 616 and 48 <= y <= 304 for x, y in curve)


@pytest.mark.negative
def test_no_title_ends_the_picture() -> None:
    """Words of a plan stay words."""
    svg = opening_curve_svg([(0.9, 0.0), (1.0, 1.0)], floor=0.95, true_rate=1.0, title="</title><script>")

    assert tree(svg).findtext(f"{NAME}title") == "</title><script>"
    assert "<script>" not in svg
