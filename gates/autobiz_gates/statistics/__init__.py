"""Statistics of deploy decisions, one concept a module."""

from .allowance import allowed_failed_runs_case_unit, allowed_failures, min_trials
from .arguments import StatisticsError, z_quantile
from .wilson import Interval, wilson_interval, wilson_lower, wilson_upper

__all__ = [
    "Interval",
    "StatisticsError",
    "allowed_failed_runs_case_unit",
    "allowed_failures",
    "min_trials",
    "wilson_interval",
    "wilson_lower",
    "wilson_upper",
    "z_quantile",
]
