"""Ask other tools for their decision on bare counts; run by an interpreter in which they are installed.

It reads questions from standard input, answers on standard output, both JSON, and imports nothing of ours.
A suite is [cases, failed once, failed twice, failed always]; three runs each, the bar at 0.95. Of a rule that
counts failures alone we only want to know how many it allows, which is found by halving.
"""

import importlib.metadata
import json
import sys
from collections.abc import Callable

BAR = 0.95
Suite = list[int]


def trials_of(suite: Suite) -> list[list[bool]]:
    """Return the runs of each case, failures first."""
    cases, *failing = suite
    lost = [times for times, count in enumerate(failing, start=1) for _ in range(count)]
    lost += [0] * (cases - len(lost))
    return [[False] * times + [True] * (3 - times) for times in lost]


def inspect_wilson(cluster: str | None) -> Callable[[Suite], bool]:
    from inspect_ai.scorer import SampleScore, Score, ci_wilson

    bound = ci_wilson(level=0.95, cluster=cluster)

    def opens(suite: Suite) -> bool:
        scores = [
            SampleScore(score=Score(value=int(passed)), sample_metadata={"case": number})
            for number, runs in enumerate(trials_of(suite))
            for passed in runs
        ]
        return bool(bound(scores)["lower"] >= BAR)

    return opens


def agentassay() -> Callable[[Suite], bool]:
    from agentassay.verdicts import DeploymentGate, GateConfig, GateDecision, VerdictFunction

    verdicts, gate = VerdictFunction(), DeploymentGate(GateConfig(min_pass_rate=BAR))

    def opens(suite: Suite) -> bool:
        pooled = [passed for runs in trials_of(suite) for passed in runs]
        decision, _ = gate.evaluate_scenario(verdicts.evaluate_single(pooled, threshold=BAR))
        return bool(decision == GateDecision.DEPLOY)

    return opens


def agentrial() -> Callable[[Suite], bool]:
    from agentrial.runner.engine import MultiTrialEngine
    from agentrial.types import AgentInput, AgentOutput, ExpectedOutput, TestCase
    from agentrial.types import Suite as PeerSuite

    def opens(suite: Suite) -> bool:
        rows = trials_of(suite)
        left = {str(number): iter(runs) for number, runs in enumerate(rows)}

        def agent(asked: AgentInput) -> AgentOutput:
            return AgentOutput(output="yes" if next(left[asked.query]) else "no")

        cases = [
            TestCase(
                name=str(number),
                input=AgentInput(query=str(number)),
                expected=ExpectedOutput(exact_match="yes"),
            )
            for number in range(len(rows))
        ]
        engine = MultiTrialEngine(trials=3, show_progress=False)
        peer = PeerSuite(name="s", agent="a", trials=3, threshold=BAR, cases=cases)
        return bool(engine.run_suite(agent, peer).passed)

    return opens


def cigate_interval() -> Callable[[Suite], bool]:
    import numpy as np
    from cigate.stats import binomial_estimate

    def opens(suite: Suite) -> bool:
        pooled = np.array([int(passed) for runs in trials_of(suite) for passed in runs])
        return bool(binomial_estimate("format_violation", pooled, 0.95).ci_low >= BAR)

    return opens


def cigate_gate() -> Callable[[Suite], bool]:
    from cigate.config import Config
    from cigate.gate import evaluate_gate
    from cigate.runner import RunResult

    axis = "format_violation"
    config, baseline = Config(axes=[axis]), {"axes": {axis: {"corrected": BAR, "se": 0.0}}}

    def opens(suite: Suite) -> bool:
        pooled = [int(passed) for runs in trials_of(suite) for passed in runs]
        run = RunResult(axes=[axis], eval_preds={axis: pooled})
        return not evaluate_gate(run, config, baseline).regressed

    return opens


def most_failures(opens: Callable[[Suite], bool], cases: int) -> int:
    """Return how many failed trials a rule allows, or -1; spread or heaped, they must count alike."""
    low, high = -1, 3 * cases
    while low + 1 < high:
        middle = (low + high) // 2
        if opens(thin(cases, middle)):
            low = middle
        else:
            high = middle
    for failures in (low, low + 1):
        if failures >= 0 and opens(thick(cases, failures)) is not (failures == low):
            raise ValueError(f"{failures} failures are not judged alike when they fall on few cases")
    return low


def thin(cases: int, failures: int) -> Suite:
    twice = max(0, failures - cases)
    return [cases, failures - 2 * twice, twice, 0] if twice <= cases else thick(cases, failures)


def thick(cases: int, failures: int) -> Suite:
    always, rest = divmod(failures, 3)
    return [cases, int(rest == 1), int(rest == 2), always]


POOLED: dict[str, tuple[str, Callable[[], Callable[[Suite], bool]]]] = {
    "Inspect `ci_wilson`": ("inspect_ai", lambda: inspect_wilson(None)),
    "agentassay": ("agentassay", agentassay),
    "agentrial": ("agentrial", agentrial),
    "cigate, its interval": ("cigate", cigate_interval),
    "cigate, its gate": ("cigate", cigate_gate),
}
CLUSTERED = "Inspect `ci_wilson`, by case"


def main() -> None:
    asked = json.load(sys.stdin)
    answers: dict[str, dict[str, object]] = {}
    for name, (package, build) in POOLED.items():
        try:
            opens = build()
            most = {cases: most_failures(opens, cases) for cases in asked["cases"]}
            answers[name] = {"version": f"{package} {importlib.metadata.version(package)}", "may_fail": most}
        except Exception as error:  # noqa: BLE001  whatever keeps a peer from answering is its line in the table
            answers[name] = {"error": f"{type(error).__name__}: {error}"}
    try:
        opens = inspect_wilson("case")
        version = f"inspect_ai {importlib.metadata.version('inspect_ai')}"
        answers[CLUSTERED] = {"version": version, "opens": [opens(suite) for suite in asked["suites"]]}
    except Exception as error:  # noqa: BLE001  the same
        answers[CLUSTERED] = {"error": f"{type(error).__name__}: {error}"}
    json.dump(answers, sys.stdout)


if __name__ == "__main__":
    main()
