"""Show each verdict as a step in Allure, where a project has Allure write its results."""

from importlib.util import find_spec
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from autobiz_oracles import Verdict

TEXT = ("observed", "expected", "diff")


class CouldNotJudgeError(Exception):
    """Allure calls a step failed if an assertion ended it, and broken if anything else did."""


def steps_for(config: pytest.Config) -> "Callable[[Verdict], None] | None":
    """What tells Allure of a verdict; None where nobody asked it to listen."""
    is_active = getattr(config.option, "allure_report_dir", None) and find_spec("allure_commons")
    return _step if is_active else None


def _step(verdict: "Verdict") -> None:
    import uuid

    from allure_commons import plugin_manager

    name = uuid.uuid4().hex
    hook = plugin_manager.hook
    title = f"{verdict.type}: {verdict.name}: {verdict.outcome}"
    told = {"oracle": verdict.name, "outcome": verdict.outcome, "reason": verdict.reason}
    params = {key: repr(str(value)) for key, value in {"type": verdict.type, **told}.items()}
    hook.start_step(uuid=name, title=title, params=params)
    for part in TEXT:
        text = getattr(verdict, part)
        if text:
            hook.attach_data(body=text, name=part, attachment_type="text/plain", extension="txt")
    error = _error_of(verdict)
    hook.stop_step(uuid=name, exc_type=type(error) if error else None, exc_val=error, exc_tb=None)


def _error_of(verdict: "Verdict") -> Exception | None:
    match str(verdict.outcome):
        case "pass":
            return None
        case "fail":
            return AssertionError(str(verdict))
    return CouldNotJudgeError(str(verdict))
