"""Stand-in for the seed that the harness gives to each trial."""

import os

import pytest


@pytest.fixture
def seed() -> int:
    return int(os.environ.get("AUTOBIZ_SEED", "1"))
