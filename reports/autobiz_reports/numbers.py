"""Numbers as people read them; a bound is cut, never rounded up to its floor."""


def percent(rate: float | None) -> str:
    return "-" if rate is None else f"{rate:.2%}" if rate < 1 else "100%"


def bound(value: float | None) -> str:
    """Four digits, cut: what lies below the floor must not look like at it."""
    return "-" if value is None else f"{int(value * 10_000) / 10_000:.4f}"


def duration(seconds: float) -> str:
    minutes, rest = divmod(seconds, 60)
    return f"{int(minutes)} min {rest:.0f} s" if minutes else f"{rest:.1f} s"
