"""Exact binomial bounds, conservative by construction."""

from .arguments import StatisticsError, inner_rate, passes_of


def clopper_pearson_lower(k: int, n: int, alpha: float = 0.05, sided: int = 1) -> float:
    """Return the exact lower bound of a rate after k events in n trials."""
    passes_of(k, n)
    tail = _tail(alpha, sided)
    if k == 0:
        return 0.0
    if k == n:
        return float(tail ** (1.0 / n))
    return _beta_quantile(tail, k, n - k + 1)


def clopper_pearson_upper(k: int, n: int, alpha: float = 0.05, sided: int = 1) -> float:
    """Return the exact upper bound of a rate after k events in n trials."""
    passes_of(k, n)
    tail = _tail(alpha, sided)
    if k == n:
        return 1.0
    if k == 0:
        return float(1.0 - tail ** (1.0 / n))
    return _beta_quantile(1.0 - tail, k + 1, n - k)


def _tail(alpha: float, sided: int) -> float:
    if isinstance(sided, bool) or sided not in (1, 2):
        raise StatisticsError(f"sided must be 1 or 2, not {sided!r}")
    return inner_rate("alpha", alpha) / sided


def _beta_quantile(probability: float, a: int, b: int) -> float:
    # scipy costs a noticeable start, and most decisions never come here.
    from scipy.special import betaincinv

    return float(betaincinv(a, b, probability))
