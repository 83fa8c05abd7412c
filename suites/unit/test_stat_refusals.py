"""Every statistic refuses numbers that cannot be."""

import math
from collections.abc import Callable
from typing import Any

import pytest

from autobiz_gates import statistics
from autobiz_gates.statistics import StatisticsError, ecusum_step

NEGATIVES: list[Callable[[], Any]] = [
    lambda: statistics.clopper_pearson_lower(4, 3),
    lambda: statistics.clopper_pearson_lower(1, 3, alpha=0.0),
    lambda: statistics.clopper_pearson_upper(1, 3, sided=3),
    lambda: statistics.clopper_pearson_upper(-1, 3),
    lambda: statistics.gate_size(3, -2, 0.5),
    lambda: statistics.gate_size(3, 1, 1.5),
    lambda: statistics.gate_size(-3, 1, 0.5),
    lambda: statistics.gate_size(3, 1, math.nan),
    lambda: statistics.cochran_q("3x11", 3),
    lambda: statistics.cochran_q("three", 3),
    lambda: statistics.cochran_q([[0, 2]], 2),
    lambda: statistics.cochran_q([[0]], 1),
    lambda: statistics.mcnemar_exact(-1, 2),
    lambda: statistics.mcnemar_exact(True, 2),
    lambda: statistics.signflip_exact([0.5]),  # type: ignore[list-item]  # a wrong type is what is tried
    lambda: statistics.fisher_by_case([((4, 3), (1, 3))]),
    lambda: statistics.fisher_by_case([((1, 3), (-1, 3))]),
    lambda: statistics.fisher_by_case([((1, 3), (0, 0))]),
    lambda: statistics.newcombe_paired(0, 0, 0, 0),
    lambda: statistics.newcombe_paired(1, -1, 0, 0),
    lambda: statistics.history_predictive_p(3, 2, 0, 1),
    lambda: statistics.history_predictive_p(1, 2, 3, 2),
    lambda: statistics.reruns_to_detect(0.0, 0.5),
    lambda: statistics.reruns_to_detect(0.5, 1.0),
    lambda: statistics.pass_hat_k([1], 2, 3),
    lambda: statistics.pass_hat_k([], 3, 1),
    lambda: statistics.pass_hat_k([4], 3, 1),
    lambda: statistics.p_all_pass_betabinomial(1, 0, 0.5, 0.5),
    lambda: statistics.p_all_pass_betabinomial(1, 1, 0.5, -0.1),
    lambda: statistics.kish_deff(0, 0.5),
    lambda: statistics.kish_deff(3, 1.1),
    lambda: statistics.icc_from_pass_k(0.5, 0.6),
    lambda: statistics.icc_from_pass_k(1.0, 1.0),
    lambda: statistics.clustered_lcb([], []),
    lambda: statistics.clustered_lcb([1], [1, 2]),
    lambda: statistics.clustered_lcb([2], [1]),
    lambda: statistics.case_lower([0], [0]),
    lambda: statistics.curtail(10, 11, 0, 0.9),
    lambda: statistics.curtail(10, 5, 6, 0.9),
    lambda: statistics.curtail(10, 5, -1, 0.9),
    lambda: statistics.eprocess_value({"1": 1}, p0=0.99, q=0.95),
    lambda: statistics.eprocess_value({"4/3": 1}),
    lambda: statistics.eprocess_value({"x": 1}),
    lambda: statistics.eprocess_value({"1/0": 1}),
    lambda: statistics.eprocess_value({"1": -1}),
    lambda: statistics.eprocess_min_n(1, q=1.0),
    lambda: statistics.eprocess_min_n(-1),
    lambda: ecusum_step(math.nan, passed=True),
    lambda: ecusum_step(1.0, passed=True, good=0.8, bad=0.9),
    lambda: statistics.p1_gate({}, 3),
    lambda: statistics.p1_gate({"4": 1}, 3),
    lambda: statistics.p1_gate({"3": 1}, 3, case_floor="all"),
    lambda: statistics.min_cases(math.inf, 0.9),
    lambda: statistics.min_cases(-0.5, 0.9),
]


@pytest.mark.parametrize("ask", NEGATIVES, ids=range(len(NEGATIVES)))
def test_impossible_numbers_are_refused(ask: Callable[[], Any]) -> None:
    """Counts, rates and levels that cannot be raise a ValueError with words, in every function."""
    with pytest.raises(StatisticsError) as caught:
        ask()
    assert isinstance(caught.value, ValueError)
    assert len(str(caught.value)) > 15
