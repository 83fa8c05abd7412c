"""The chance that a suite opens its gate, when the runs of a case hang together."""

from math import comb

from .arguments import count, rate


def case_failure_masses(runs: int, mean: float, icc: float) -> list[float]:
    """Return the chance of 0..runs failures of one case, its rate drawn from a beta distribution."""
    trials = count("runs", runs, least=1)
    passing, agreement = rate("mean", mean), rate("icc", icc)
    failing = 1.0 - passing
    if agreement == 1.0:
        return [passing, *[0.0] * (trials - 1), failing]
    masses = []
    for failures in range(trials + 1):
        mass = float(comb(trials, failures))
        for step in range(failures):
            mass *= failing * (1.0 - agreement) + step * agreement
        for step in range(trials - failures):
            mass *= passing * (1.0 - agreement) + step * agreement
        for step in range(trials):
            mass /= 1.0 - agreement + step * agreement
        masses.append(mass)
    return masses


def chance_of_opening(
    cases: int,
    runs: int,
    allowed_failures: int,
    mean: float,
    icc: float = 0.0,
    case_failures_max: int | None = None,
) -> float:
    """Return the chance of at most the allowed failures in all, and at most so many in each single case.

    Exact for independent cases whose pass rates have this mean and whose runs this intraclass correlation.
    """
    # Only a planner convolves; no decision pays for this import.
    import numpy as np

    count("cases", cases)
    count("allowed_failures", allowed_failures, least=-1)
    if allowed_failures < 0:
        return 0.0
    masses = case_failure_masses(runs, mean, icc)
    if case_failures_max is not None:
        masses = masses[: count("case_failures_max", case_failures_max) + 1]
    room = allowed_failures + 1
    square, total = np.array(masses[:room]), np.array([1.0])
    left = cases
    while left:
        if left % 2:
            total = np.convolve(total, square)[:room]
        square = np.convolve(square, square)[:room]
        left //= 2
    return min(1.0, float(total.sum()))
