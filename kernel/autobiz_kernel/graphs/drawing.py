"""Draw a workflow as SVG: layers from the start downwards, nothing but the standard library."""

from collections.abc import Mapping
from html import escape
from typing import Final

from .graph import CallStep, ChooseStep, EndStep, ExpectStep, Graph, RunStep, Step, WaitStep, ways_from

_WIDTH: Final = 190
_HEIGHT: Final = 44
_GAP_X: Final = 50
_GAP_Y: Final = 56
_LINE: Final = 14
_WORD_MAX: Final = 30
_FILLS: Final = {
    CallStep: "#dbeafe",
    ChooseStep: "#fef9c3",
    WaitStep: "#e5e7eb",
    ExpectStep: "#ede9fe",
    RunStep: "#ccfbf1",
    EndStep: "#ffffff",
}


def svg(graph: Graph) -> str:
    """Draw the steps that can be reached, with a word on each arrow that is not the usual way on."""
    places = _places(graph)
    width = max(x for x, _ in places.values()) + _WIDTH + 5 * _GAP_X // 2
    height = max(y for _, y in places.values()) + _HEIGHT + _GAP_Y
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif">',
        # A rim of the page's own colour, so that a word can be read across its arrow.
        "<style>text { font-size: 12px; paint-order: stroke; stroke: #fff; stroke-width: 4px }",
        "g text { stroke: none }</style>",
        f"<title>{escape(graph.name)}</title>",
        '<defs><marker id="tip" markerWidth="9" markerHeight="9" refX="8" refY="4" orient="auto">',
        '<path d="M0,0 L9,4 L0,8 z" fill="#374151"/></marker></defs>',
    ]
    arrows = [
        _arrow(places[name], places[to], word)
        for name in places
        for to, word in _ways(graph.steps[name]).items()
        if to in places
    ]
    # Words above all arrows, so that none crosses another's.
    lines += [path for path, _ in arrows]
    lines += [word for _, word in arrows if word]
    lines += [_box(graph.steps[name], *places[name]) for name in places]
    return "\n".join([*lines, "</svg>", ""])


def _ways(step: Step) -> Mapping[str, str]:
    """Where a step leads, and what the one arrow to each place says."""
    ways: dict[str, list[str]] = {}
    for word, to in ways_from(step):
        ways.setdefault(to, []).append(word)
    if isinstance(step, CallStep | RunStep):
        is_only = len(set(step.on_error.values())) == 1
        return {to: _fallback(words, is_only=is_only) for to, words in ways.items()}
    return {to: ", ".join(words) for to, words in ways.items()}


def _fallback(words: list[str], *, is_only: bool) -> str:
    """Say for which failures a step falls back to a place, and whether it goes there all the same."""
    kinds = [word for word in words if word]
    if not kinds:
        return ""
    said = "on " + ", ".join(kinds)
    if "any" in kinds:
        said = "on any failure" if is_only else "on any other failure"
    return f"also {said}" if "" in words else said


def _places(graph: Graph) -> Mapping[str, tuple[int, int]]:
    layers: list[list[str]] = []
    seen = {graph.start}
    layer = [graph.start]
    while layer:
        layers.append(layer)
        below = [to for name in layer for _, to in ways_from(graph.steps[name]) if to in graph.steps]
        layer = [name for name in dict.fromkeys(below) if name not in seen]
        seen.update(layer)
    return {
        name: (20 + column * (_WIDTH + _GAP_X), 20 + row * (_HEIGHT + _GAP_Y))
        for row, names in enumerate(layers)
        for column, name in enumerate(names)
    }


def _arrow(start: tuple[int, int], end: tuple[int, int], word: str) -> tuple[str, str]:
    """Draw one arrow and its word: down, or dashed around to the right, or dashed below its own row."""
    (x1, y1), (x2, y2) = start, end
    x, y, half = (x1 + x2 + _WIDTH) // 2, (y1 + y2 + _HEIGHT) // 2, _WIDTH // 2
    dash = ' stroke-dasharray="5 4"' if y2 <= y1 else ""
    if y2 > y1:
        middle = (y1 + _HEIGHT + y2) // 2
        path = (f"M{x1 + half},{y1 + _HEIGHT} C{x1 + half},{middle} "
                f"{x2 + half},{middle} {x2 + half},{y2}")  # fmt: skip
    elif y2 < y1 or x1 == x2:
        side = max(x1, x2) + _WIDTH + _GAP_X // 2
        path = (f"M{x1 + _WIDTH},{y1 + _HEIGHT // 2} C{side},{y1} {side},{y2 + _HEIGHT} "
                f"{x2 + _WIDTH},{y2 + _HEIGHT // 2}")  # fmt: skip
        # Where the curve is farthest out, and above the line on which words of ways down stand.
        x, y = (x1 + x2 + 2 * _WIDTH + 6 * side) // 8, y - _LINE
    else:
        low = y1 + _HEIGHT + _GAP_Y
        path = (f"M{x1 + half},{y1 + _HEIGHT} C{x1 + half},{low} "
                f"{x2 + half},{low} {x2 + half},{y2 + _HEIGHT}")  # fmt: skip
        # The bottom of the curve, below that line.
        y = y1 + _HEIGHT + _GAP_Y * 3 // 4
    drawn = f'<path d="{path}" fill="none" stroke="#374151" marker-end="url(#tip)"{dash}/>'
    if not word:
        return drawn, ""
    said = f'<text x="{x}" y="{y}" text-anchor="middle" fill="#4b5563">{escape(_short(word))}</text>'
    return drawn, said


def _box(step: Step, x: int, y: int) -> str:
    dash = ' stroke-width="2.5"' if isinstance(step, EndStep) else ""
    return (
        f'<g><rect x="{x}" y="{y}" width="{_WIDTH}" height="{_HEIGHT}" rx="8" fill="{_FILLS[type(step)]}" '
        f'stroke="#374151"{dash}/>'
        f'<text x="{x + _WIDTH // 2}" y="{y + 18}" text-anchor="middle" font-weight="bold">'
        f"{escape(step.name)}</text>"
        f'<text x="{x + _WIDTH // 2}" y="{y + 34}" text-anchor="middle" fill="#4b5563">'
        f"{escape(_short(_told(step)))}</text></g>"
    )


def _told(step: Step) -> str:
    match step:
        case CallStep():
            return step.call.reference
        case RunStep():
            return f"run {step.workflow}{' for each' if step.each else ''}"
        case ExpectStep():
            return f"expect {step.event}"
        case WaitStep():
            return "wait"
        case ChooseStep():
            return "choose"
        case EndStep():
            return "completed" if step.completes else f"failed {step.reason}"


def _short(text: str) -> str:
    return text if len(text) <= _WORD_MAX else f"{text[: _WORD_MAX - 1]}…"
