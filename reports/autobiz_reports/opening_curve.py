"""The chance that a gate opens, drawn over the true rate, as one SVG file without script or address."""

from collections.abc import Iterator, Sequence
from html import escape

_WIDTH, _HEIGHT = 640, 360
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 24, 48, 56
_STYLE = (
    "text{font:13px system-ui,sans-serif;fill:#1b1f24}.soft{fill:#5b6670}line{stroke:#d9dee3}"
    ".floor{stroke:#b3261e;stroke-dasharray:4 3}.rate{stroke:#12703c;stroke-dasharray:4 3}"
    "polyline{fill:none;stroke:#1b1f24;stroke-width:2}"
)


def opening_curve_svg(
    points: Sequence[tuple[float, float]], *, floor: float, true_rate: float, title: str
) -> str:
    """Draw points of (true rate, chance).

    The height at the floor is the chance of a false pass; what is missing of one at the true rate, of a false
    block.
    """
    first, last = points[0][0], points[-1][0]

    def across(rate: float) -> float:
        return _LEFT + (rate - first) / ((last - first) or 1.0) * (_WIDTH - _LEFT - _RIGHT)

    curve = " ".join(f"{across(rate):.1f},{_down(chance):.1f}" for rate, chance in points)
    at_rate = across(min(max(true_rate, first), last))
    # Beside each other where there is room to the right, so that two near rates stay readable.
    side = "start" if at_rate + 100 < _WIDTH else "end"
    marks = [
        *_across_at(across(floor), "floor", f"floor {floor:g}", "end"),
        *_across_at(at_rate, "rate", f"true rate {true_rate:g}", side),
    ]
    labelled = points[:: max(1, (len(points) - 1) // 4)]
    ticks = [text for rate, _ in labelled for text in _tick(across(rate), rate)]
    body = "\n".join([*_grid(), *ticks, *marks, f'<polyline points="{curve}"/>'])
    middle = (_LEFT + _WIDTH - _RIGHT) / 2
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img">\n'
        f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n"
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#ffffff"/>\n{body}\n'
        f'<text class="soft" x="{middle:.1f}" y="{_HEIGHT - 12}" text-anchor="middle">true rate</text>\n'
        f'<text class="soft" x="8" y="{_TOP - 28}">chance of opening</text>\n</svg>\n'
    )


def _down(chance: float) -> float:
    return _HEIGHT - _BOTTOM - chance * (_HEIGHT - _BOTTOM - _TOP)


def _grid() -> Iterator[str]:
    for chance in (0.0, 0.25, 0.5, 0.75, 1.0):
        y = _down(chance)
        yield f'<line x1="{_LEFT}" y1="{y:.1f}" x2="{_WIDTH - _RIGHT}" y2="{y:.1f}"/>'
        yield f'<text class="soft" x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{chance:g}</text>'


def _tick(x: float, rate: float) -> tuple[str, str]:
    y = _HEIGHT - _BOTTOM
    return (
        f'<line x1="{x:.1f}" y1="{y}" x2="{x:.1f}" y2="{y + 5}"/>',
        f'<text class="soft" x="{x:.1f}" y="{y + 20}" text-anchor="middle">{rate:.4g}</text>',
    )


def _across_at(x: float, name: str, words: str, side: str) -> tuple[str, str]:
    return (
        f'<line class="{name}" x1="{x:.1f}" y1="{_TOP}" x2="{x:.1f}" y2="{_HEIGHT - _BOTTOM}"/>',
        f'<text x="{x:.1f}" y="{_TOP - 8}" text-anchor="{side}">{escape(words)}</text>',
    )
