"""How often must one look to see a flake?"""

from math import ceil, log1p

from .arguments import inner_rate


def reruns_to_detect(flake_rate: float, probability: float) -> int:
    """Return the fewest reruns that show at least one failure of such a flake with this probability."""
    flaky, wanted = inner_rate("flake_rate", flake_rate), inner_rate("probability", probability)
    # A whole quotient must not become the next number through rounding.
    return max(1, ceil(log1p(-wanted) / log1p(-flaky) - 1e-9))
