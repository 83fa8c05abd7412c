"""The binomial distribution without underflow, and what a gate of allowed failures lets pass."""

from .arguments import count, rate

_NEGLIGIBLE = 1e-300


def binomial_masses(n: int, p: float) -> list[float]:
    """Return the probability of 0..n events.

    Terms grow from the likeliest one outwards by their ratios and are then scaled to sum to one: no
    factorial, no power that underflows for long suites.
    """
    trials, chance = count("n", n), rate("p", p)
    masses = [0.0] * (trials + 1)
    mode = min(trials, int((trials + 1) * chance))
    masses[mode] = 1.0
    if 0.0 < chance < 1.0:
        odds = chance / (1.0 - chance)
        for k in range(mode, trials):
            masses[k + 1] = masses[k] * odds * (trials - k) / (k + 1)
            if masses[k + 1] < _NEGLIGIBLE:
                break
        for k in range(mode, 0, -1):
            masses[k - 1] = masses[k] / odds * k / (trials - k + 1)
            if masses[k - 1] < _NEGLIGIBLE:
                break
    total = sum(sorted(masses))
    return [mass / total for mass in masses]


def gate_size(n: int, allowed_failures: int, true_pass_rate: float) -> float:
    """Return the chance that at most the allowed failures occur, for independent trials.

    At a true rate on the threshold this is the chance of a false pass; at a good rate, of a true one.
    """
    count("n", n)
    count("allowed_failures", allowed_failures, least=-1)
    masses = binomial_masses(n, 1.0 - rate("true_pass_rate", true_pass_rate))
    return min(1.0, sum(sorted(masses[: allowed_failures + 1])))
