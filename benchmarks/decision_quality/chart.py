"""Draw two panels of lines as SVG: false pass on the floor, and false block of a good subject, over rho."""

from collections.abc import Mapping
from typing import Final

from .figures import AGREEMENTS, chance
from .rules import Rule

CASES: Final = 100
GOOD: Final = 0.99
TARGET: Final = 0.055
LINES: Final = {
    "default": ("#0b5cad", "", 3.0),
    "strict": ("#0a8f6a", "", 3.0),
    "literal": ("#7a3fb0", "", 3.0),
    "Wilson over trials, z = 1.645": ("#c2410c", "7 4", 2.0),
    "pass rate >= 95 %": ("#b91c1c", "2 4", 2.5),
    "majority of 3, then rate >= 95 %": ("#6b7280", "9 3 2 3", 2.0),
    "retry until pass (3 tries)": ("#a16207", "4 4", 2.0),
    "three runs, all green": ("#111827", "1 3", 2.0),
}
WIDTH, HEIGHT = 960, 560
PLOT_W, PLOT_H, TOP = 370, 330, 90
LEFTS: Final = (70, 550)


def chart(rules: Mapping[str, Rule]) -> str:
    panels = (
        (
            f"False pass: opens at a true rate of 0.95 ({CASES} cases)",
            {name: [chance(rules[name], CASES, 0.95, rho) for rho in AGREEMENTS] for name in LINES},
        ),
        (
            f"False block: does not open at a true rate of {GOOD:g}",
            {name: [1.0 - chance(rules[name], CASES, GOOD, rho) for rho in AGREEMENTS] for name in LINES},
        ),
    )
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
            f'font-family="Helvetica, Arial, sans-serif" font-size="13">'
        ),
        "<title>False pass and false block of rules over the agreement of a case's runs</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
        (
            f'<text x="{LEFTS[0]}" y="32" font-size="18" font-weight="bold" fill="#111827">'
            "How often rules decide wrongly when the three runs of a case hang together</text>"
        ),
    ]
    for left, (title, lines) in zip(LEFTS, panels, strict=True):
        parts += _panel(left, title, lines)
    parts += [
        (
            f'<line x1="{_x(LEFTS[0], 0)}" x2="{_x(LEFTS[0], 1)}" y1="{_y(TARGET)}" y2="{_y(TARGET)}" '
            'stroke="#111827" stroke-width="1"/>'
        ),
        (
            f'<text x="{_x(LEFTS[0], 1) - 4}" y="{_y(TARGET) - 5}" text-anchor="end" font-size="11" '
            'fill="#111827">5.5 %</text>'
        ),
    ]
    parts += _legend()
    return "\n".join([*parts, "</svg>", ""])


def _panel(left: int, title: str, lines: Mapping[str, list[float]]) -> list[str]:
    parts = [
        f'<text x="{left}" y="{TOP - 18}" font-size="14" fill="#111827">{title}</text>',
        (
            f'<text x="{left + PLOT_W / 2}" y="{TOP + PLOT_H + 40}" text-anchor="middle" fill="#374151">'
            "intra-case correlation rho</text>"
        ),
    ]
    for step in range(6):
        share = step / 5
        parts += [
            f'<line x1="{left}" x2="{left + PLOT_W}" y1="{_y(share)}" y2="{_y(share)}" stroke="#e5e7eb"/>',
            f'<text x="{left - 8}" y="{_y(share) + 4}" text-anchor="end" fill="#374151">{share:.0%}</text>',
            (
                f'<text x="{_x(left, share)}" y="{TOP + PLOT_H + 20}" text-anchor="middle" fill="#374151">'
                f"{share:g}</text>"
            ),
        ]
    for name, chances in reversed(list(lines.items())):
        colour, dashes, width = LINES[name]
        points = " ".join(f"{_x(left, x)},{_y(y)}" for x, y in zip(AGREEMENTS, chances, strict=True))
        parts.append(
            f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="{width}" '
            f'stroke-dasharray="{dashes or "none"}"/>'
        )
    return parts


def _legend() -> list[str]:
    parts = []
    for number, (name, (colour, dashes, width)) in enumerate(LINES.items()):
        x, y = LEFTS[0] + (number % 3) * 285, TOP + PLOT_H + 72 + (number // 3) * 24
        label = name.replace(">", "&gt;")
        parts += [
            (
                f'<line x1="{x}" x2="{x + 34}" y1="{y - 4}" y2="{y - 4}" stroke="{colour}" '
                f'stroke-width="{width}" stroke-dasharray="{dashes or "none"}"/>'
            ),
            f'<text x="{x + 42}" y="{y}" fill="#111827">{label}</text>',
        ]
    return parts


def _x(left: int, share: float) -> float:
    return round(left + PLOT_W * share, 1)


def _y(share: float) -> float:
    return round(TOP + PLOT_H * (1.0 - share), 1)
