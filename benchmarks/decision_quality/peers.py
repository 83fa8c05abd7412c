"""What other tools decide, asked of the tools themselves, as rules over compositions."""

import json
import subprocess
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from .compositions import RUNS, Compositions, Floats, compositions
from .rules import Rule, unclustered_wilson


def peer_rules(python: Path, sizes: tuple[int, ...]) -> tuple[dict[str, Rule], list[str]]:
    """Return each peer's rule at these sizes, and a line on each: its version, or why it has no rule."""
    # A clustered bound is never above the unclustered one: what the loosest of those shuts need not be asked.
    rows = [compositions(cases).counts[unclustered_wilson(compositions(cases)) > 0.0] for cases in sizes]
    suites = [[int(row.sum()), *map(int, row[1:])] for block in rows for row in block]
    done = subprocess.run(
        [str(python), str(Path(__file__).with_name("peer_answers.py"))],
        input=json.dumps({"cases": sizes, "suites": suites}),
        capture_output=True,
        text=True,
        check=True,
    )
    answers: dict[str, dict[str, Any]] = json.loads(done.stdout)
    rules: dict[str, Rule] = {}
    notes = []
    for name, answer in answers.items():
        notes.append(f"{name}: {answer.get('version', answer.get('error'))}")
        if "may_fail" in answer:
            rules[name] = partial(_counting, {int(key): most for key, most in answer["may_fail"].items()})
        elif "opens" in answer:
            opened = {tuple(s) for s, opens in zip(suites, answer["opens"], strict=True) if opens}
            rules[name] = partial(_listed, opened)
    return rules, notes


def _counting(may_fail: dict[int, int], every: Compositions) -> Floats:
    return (every.counts @ np.arange(RUNS + 1) <= may_fail[every.cases]).astype(np.float64)


def _listed(opened: set[tuple[int, ...]], every: Compositions) -> Floats:
    weights = np.zeros(len(every.counts))
    loose = np.flatnonzero(unclustered_wilson(every))
    for place in loose:
        weights[place] = (every.cases, *map(int, every.counts[place, 1:])) in opened
    return weights
