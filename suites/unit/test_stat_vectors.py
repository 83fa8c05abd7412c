"""Every statistic reproduces the reference vectors, which were computed with 50 digits."""

import json
from pathlib import Path
from typing import Any

import pytest

from autobiz_gates import statistics

DATA = json.loads((Path(__file__).parent / "data" / "stat-vectors.json").read_text(encoding="utf-8"))
TOLERANCE = DATA["tolerance_abs"]


def agrees(actual: Any, expected: Any) -> bool:
    if isinstance(expected, dict):
        return all(agrees(actual[key], value) for key, value in expected.items())
    if isinstance(expected, bool | str) or expected is None:
        return actual is expected or (isinstance(expected, str) and actual == expected)
    if isinstance(expected, int):
        return type(actual) is int and actual == expected
    return isinstance(actual, float) and abs(actual - expected) <= TOLERANCE


@pytest.mark.parametrize("vector", DATA["vectors"], ids=lambda vector: str(vector["id"]))
def test_function_reproduces_its_vector(vector: dict[str, Any]) -> None:
    """The function of the vector's name returns the expected value from the vector's inputs."""
    actual = getattr(statistics, vector["fn"])(**vector["inputs"])
    assert agrees(actual, vector["expected"]), f"{actual} is not {vector['expected']}"


def test_vectors_cover_all_that_they_promise() -> None:
    """The file holds as many vectors as it says, of 23 functions, all of them at the front door."""
    functions = {vector["fn"] for vector in DATA["vectors"]}
    assert len(DATA["vectors"]) == DATA["count"] == 151
    assert len(functions) == 23
    assert functions <= set(statistics.__all__)


def test_constants_are_exact() -> None:
    """The quantiles and the bet of the reference are ours to the last digits."""
    constants = DATA["constants"]
    assert statistics.z_quantile(0.95, 1) == pytest.approx(constants["z_one_sided_95"], abs=2e-15)
    assert statistics.z_quantile(0.95, 2) == pytest.approx(constants["z_two_sided_95"], abs=2e-15)
    bet = statistics.eprocess_value({}, 0.95, 0.99)["lambda"]
    assert bet == pytest.approx(constants["eprocess_lambda_q99_p95"], abs=1e-12)
