"""`gate plan`: how many cases and runs a gate needs, and how often it would be wrong."""

import json
from pathlib import Path
from typing import Any

import click

from autobiz_gates import Plan
from autobiz_gates import plan as plan_suite
from autobiz_gates.statistics import StatisticsError
from autobiz_harness.exit_codes import ExitCode

from .answering import fail

_WIDTH = 40
_POINTS = 13
_POINTS_DRAWN = 61


_INNER = click.FloatRange(0.0, 1.0, min_open=True, max_open=True)


@click.command()
@click.option("--floor", type=_INNER, default=0.95, show_default=True, help="The floor of the gate.")
@click.option(
    "--true-rate",
    type=click.FloatRange(0.0, 1.0),
    default=0.99,
    show_default=True,
    help="How often the subject really passes.",
)
@click.option("--cases", type=click.IntRange(1, 3000), help="Judge a suite of this size instead.")
@click.option("--runs", type=click.IntRange(1, 1000), default=3, show_default=True, help="Runs of each case.")
@click.option(
    "--profile", type=click.Choice(["default", "literal", "strict"]), default="default", show_default=True
)
@click.option("--confidence", type=float, default=0.95, show_default=True, help="The level of the bound.")
@click.option(
    "--icc",
    type=click.FloatRange(0.0, 1.0),
    default=0.0,
    show_default=True,
    help="How much the runs of one case agree.",
)
@click.option(
    "--power", type=_INNER, default=0.9, show_default=True, help="The wanted chance that the gate opens."
)
@click.option("--svg", type=click.Path(path_type=Path), metavar="FILE", help="Draw the plot into FILE, too.")
@click.option("--json", "as_json", is_flag=True, help="Print the plan as one JSON object.")
def plan(floor: float, true_rate: float, svg: Path | None, as_json: bool, **asked: Any) -> None:
    """Say how many cases and runs a gate needs, and its chances of a false block and a false pass.

    The plot is the chance that the gate opens over the true rate: its height at the floor is the false pass,
    what is missing of 1 at the true rate the false block. Profile strict also compares with a baseline, which
    this leaves out: it takes at least 52 cases that pass both times.
    """
    try:
        planned = plan_suite(floor, true_rate, **asked)
        curve = [] if planned.cases is None else _curve(planned, floor, asked, _POINTS)
        if svg is not None:
            _draw(svg, planned, asked)
    except StatisticsError as error:
        fail(ExitCode.USAGE, str(error))
    except OSError as error:
        fail(ExitCode.INFRASTRUCTURE, f"{svg}: {error.strerror or error}")
    if as_json:
        points = [{"true_rate": rate, "chance_open": chance} for rate, chance in curve]
        click.echo(json.dumps({**planned.to_dict(), "curve": points}, indent=2))
        return
    for name, value in _rows(planned):
        click.echo(f"{name:<34}{value}")
    if curve:
        click.echo("\nchance that the gate opens, by true rate")
    for rate, chance in curve:
        # A chance that is not nothing leaves a mark.
        bar = "#" * max(round(chance * _WIDTH), int(chance > 0.0005))
        click.echo(f"  {rate:.4f} |{bar:<{_WIDTH}}| {chance:.3f}{'  floor' if rate == floor else ''}")
    click.echo(f"\n{planned.reason}")


def _draw(path: Path, planned: Plan, asked: dict[str, Any]) -> None:
    from autobiz_reports import opening_curve_svg

    if planned.cases is None:
        raise click.UsageError(f"there is nothing to draw: {planned.reason}")
    points = _curve(planned, planned.floor, asked, _POINTS_DRAWN)
    drawn = opening_curve_svg(points, floor=planned.floor, true_rate=planned.true_rate, title=planned.reason)
    path.write_text(drawn, encoding="utf-8")


def _curve(planned: Plan, floor: float, asked: dict[str, Any], count: int) -> list[tuple[float, float]]:
    """The chance of opening from as far below the floor as above it up to 1."""
    given = {**asked, "cases": planned.cases}
    step = (1.0 - floor) / (count // 2)
    rates = [floor + step * place for place in range(-(count // 2), count // 2 + 1)]
    return [
        (rate, plan_suite(floor, rate, **given).chance_open)
        for rate in (round(min(rate, 1.0), 6) for rate in rates)
        if rate > 0.0
    ]


def _rows(planned: Plan) -> list[tuple[str, str]]:
    rows = [
        ("floor, true rate", f"{planned.floor:g}, {planned.true_rate:g}"),
        ("profile, confidence, sided", f"{planned.profile}, {planned.confidence:g}, {planned.sided}"),
        ("fewest cases, none failing", str(planned.cases_least)),
    ]
    if planned.cases is None:
        return rows
    return [
        *rows,
        ("cases x runs = trials", f"{planned.cases} x {planned.runs} = {planned.trials}"),
        ("trials that may fail", str(max(0, planned.allowed_failures or 0))),
        ("chance that it opens", f"{planned.chance_open:.4f}"),
        ("false block", f"{planned.false_block:.4f}"),
        ("false pass, subject on the floor", f"{planned.false_pass:.4f}"),
        ("false pass, at worst", f"{planned.false_pass_worst:.4f}"),
    ]
