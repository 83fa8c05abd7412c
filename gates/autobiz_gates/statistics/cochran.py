"""Cochran's Q: did one of the suite's runs go differently from the others?"""

import re
from collections.abc import Sequence
from math import erfc, exp, lgamma, log, sqrt
from typing import TypedDict

from .arguments import StatisticsError, count

_PATTERN = re.compile(r"\s*(\d+)\s*x\s*([01]+)\s*")


class CochranQ(TypedDict):
    """The statistic, its degrees of freedom and the chance of one as large without any difference."""

    q: float
    df: int
    p_value: float


def cochran_q(rows: str | Sequence[Sequence[int]], k: int) -> CochranQ:
    """Return Cochran's Q of cases (rows of 0 and 1) over k runs.

    Rows may be written short, as "90x111, 2x011": ninety cases that passed all three runs, two that failed
    the first. Cases that agree throughout say nothing about runs; if all do, nothing is found.
    """
    count("k", k, least=2)
    table = _expanded(rows)
    if any(len(row) != k or not set(row) <= {0, 1} for row in table):
        raise StatisticsError(f"every row must hold {k} outcomes, each 0 or 1")
    columns = [sum(row[run] for row in table) for run in range(k)]
    total = sum(columns)
    disagreement = k * total - sum(sum(row) ** 2 for row in table)
    if disagreement == 0:
        return CochranQ(q=0.0, df=k - 1, p_value=1.0)
    q = (k - 1) * (k * sum(column**2 for column in columns) - total**2) / disagreement
    return CochranQ(q=q, df=k - 1, p_value=chi_square_tail(q, k - 1))


def chi_square_tail(value: float, df: int) -> float:
    """Return the chance that a chi-square variable with whole degrees of freedom is at least this large."""
    half = value / 2.0
    if half <= 0.0:
        return 1.0
    odd = df % 2
    powers = [step + odd / 2.0 for step in range(df // 2)]
    tail = sum(exp(power * log(half) - lgamma(power + 1.0) - half) for power in powers)
    return min(1.0, tail + (erfc(sqrt(half)) if odd else 0.0))


def _expanded(rows: str | Sequence[Sequence[int]]) -> list[tuple[int, ...]]:
    if not isinstance(rows, str):
        return [tuple(row) for row in rows]
    table: list[tuple[int, ...]] = []
    for part in rows.split(","):
        match = _PATTERN.fullmatch(part)
        if match is None:
            raise StatisticsError(f"rows must read like '90x111, 2x011', not {part.strip()!r}")
        table += [tuple(int(digit) for digit in match[2])] * int(match[1])
    return table
