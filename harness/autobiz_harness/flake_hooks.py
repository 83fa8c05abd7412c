"""What only a project can do to find the cause of a flake. Both hooks go into a conftest.py or a plugin."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from autobiz_gates import Trial


class FlakeHooks:
    """Their specification, for pluggy."""

    @pytest.hookspec(firstresult=True)
    def pytest_gate_regrade(self, case: str, failures: "Sequence[Trial]", times: int) -> Sequence[str] | None:
        """Judge the frozen traces of these failed trials again, so many times in all.

        Returns what each came to, "pass", "fail" or "unknown"; None where there is nothing to judge.
        """

    @pytest.hookspec(firstresult=True)
    def pytest_gate_replay(self, case: str, failures: "Sequence[Trial]", times: int) -> Sequence[str] | None:
        """Play the recorded actions of these failed trials against fresh tools, so many times in all.

        Returns what each came to, as above; None where nothing was recorded.
        """
