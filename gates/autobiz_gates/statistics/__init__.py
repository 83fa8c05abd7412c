"""Statistics of deploy decisions, one concept a module."""

from .allowance import allowed_failed_runs_case_unit, allowed_failures, min_cases, min_trials
from .arguments import StatisticsError, z_quantile
from .binomial import binomial_masses, gate_size
from .clopper_pearson import clopper_pearson_lower, clopper_pearson_upper
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
from .cochran import chi_square_tail, cochran_q
from .curtailment import curtail
from .ecusum import ecusum, ecusum_step
from .eprocess import eprocess_min_n, eprocess_value
from .fisher import fisher_by_case
from .history import history_predictive_p
from .newcombe import PairedDifference, newcombe_paired
from .opening import case_failure_masses, chance_of_opening
from .paired import mcnemar_exact, signflip_exact
from .pass_k import pass_hat_k
from .reruns import reruns_to_detect
from .search import first_where
from .three_part import p1_gate
from .wilson import Interval, wilson_interval, wilson_lower, wilson_upper

__all__ = [
    "Interval",
    "PairedDifference",
    "StatisticsError",
    "allowed_failed_runs_case_unit",
    "allowed_failures",
    "anova_icc",
    "binomial_masses",
    "case_failure_masses",
    "case_lower",
    "case_upper",
    "chance_of_opening",
    "chi_square_tail",
    "clopper_pearson_lower",
    "clopper_pearson_upper",
    "clustered_lcb",
    "cochran_q",
    "curtail",
    "ecusum",
    "ecusum_step",
    "eprocess_min_n",
    "eprocess_value",
    "first_where",
    "fisher_by_case",
    "gate_size",
    "history_predictive_p",
    "icc_from_pass_k",
    "kish_deff",
    "mcnemar_exact",
    "min_cases",
    "min_trials",
    "newcombe_paired",
    "p1_gate",
    "p_all_pass_betabinomial",
    "pass_hat_k",
    "reruns_to_detect",
    "robust_deff",
    "signflip_exact",
    "wilson_interval",
    "wilson_lower",
    "wilson_upper",
    "z_quantile",
]
