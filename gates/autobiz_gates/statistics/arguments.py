"""What a statistic accepts: whole counts, proper fractions, a level of confidence."""

from math import isnan


class StatisticsError(ValueError):
    """A statistic was asked about numbers that cannot be counts, rates or levels."""


def count(name: str, value: object, *, least: int = 0) -> int:
    """Return the value if it is a whole number of at least `least`; a bool is not a count."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise StatisticsError(f"{name} must be a whole number, not {value!r}")
    if value < least:
        raise StatisticsError(f"{name} must be at least {least}, not {value}")
    return value


def passes_of(k: object, n: object, *, passes: str = "k", trials: str = "n") -> tuple[int, int]:
    """Return passes and trials if they can be counts of the same trials, of which there is at least one."""
    whole = count(trials, n, least=1)
    part = count(passes, k)
    if part > whole:
        raise StatisticsError(
            f"{passes} counts passes among {trials} trials, so it cannot be {part} of {whole}"
        )
    return part, whole


def real(name: str, value: object) -> float:
    """Return the value as a float if it is a number; NaN and bool are not."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise StatisticsError(f"{name} must be a number, not {value!r}")
    try:
        number = float(value)
    except OverflowError:
        raise StatisticsError(f"{name} must be a number that a float can hold") from None
    if isnan(number):
        raise StatisticsError(f"{name} must be a number, not {value!r}")
    return number


def rate(name: str, value: object) -> float:
    """Return the value if it lies in [0, 1]."""
    number = real(name, value)
    if not 0.0 <= number <= 1.0:
        raise StatisticsError(f"{name} must lie in [0, 1], not {value!r}")
    return number


def inner_rate(name: str, value: object) -> float:
    """Return the value if it lies strictly between 0 and 1."""
    number = real(name, value)
    if not 0.0 < number < 1.0:
        raise StatisticsError(f"{name} must lie strictly between 0 and 1, not {value!r}")
    return number


def z_quantile(confidence: float, sided: int) -> float:
    """Return the standard normal quantile of a one- or two-sided level, never rounded.

    A rounded quantile ("1.96") moves the decision of real suites: 1.96 differs from the exact value first
    at 4514 trials, 1.645 at 1739.
    """
    # Reading a gate file needs no quantile and should not pay for this import.
    from statistics import NormalDist

    level = inner_rate("confidence", confidence)
    if isinstance(sided, bool) or sided not in (1, 2):
        raise StatisticsError(f"sided must be 1 or 2, not {sided!r}")
    probability = level if sided == 1 else (1.0 + level) / 2.0
    if probability <= 0.5:
        raise StatisticsError(f"confidence {confidence!r} one-sided is below one half, so it bounds nothing")
    if probability >= 1.0:
        raise StatisticsError(f"confidence {confidence!r} is too close to 1 for a finite quantile")
    return NormalDist().inv_cdf(probability)
