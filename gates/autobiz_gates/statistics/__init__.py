"""Statistics of deploy decisions, one concept a module."""

from .allowance import allowed_failed_runs_case_unit, allowed_failures, min_cases, min_trials
from .arguments import StatisticsError, z_quantile
from .clusters import (
    anova_icc,
    case_lower,
    case_upper,
    clustered_lcb,
    icc_from_pass_k,
    kish_deff,
    p_all_pass_betabinomial,
    robust_deff,
)
from .pass_k import pass_hat_k
from .wilson import Interval, wilson_interval, wilson_lower, wilson_upper

__all__ = [
    "Interval",
    "StatisticsError",
    "allowed_failed_runs_case_unit",
    "allowed_failures",
    "anova_icc",
    "case_lower",
    "case_upper",
    "clustered_lcb",
    "icc_from_pass_k",
    "kish_deff",
    "min_cases",
    "min_trials",
    "p_all_pass_betabinomial",
    "pass_hat_k",
    "robust_deff",
    "wilson_interval",
    "wilson_lower",
    "wilson_upper",
    "z_quantile",
]
