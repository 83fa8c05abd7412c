"""Valid inputs of what people and tools write, from which hostile ones are made. None of them is open."""

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from autobiz_gates import Case, Header, LedgerWriter, RunPlan, Shard, Subject, Trial, TrialOutcome

from ...ledger_lines import NOON

TODAY: Final = date(2026, 1, 1)
GATES: Final = (
    b"""[gate.p0]
kind = "p0"
priority = ["P0", "P1"]
runs = 3

[gate."p1.golden"]
kind = "p1"
suite = "golden"
marks = "safety and not (slow or flaky)"
floor = 0.95
confidence = 0.95
sided = 2
profile = "default"
cases_min = 59
veto = "safety"

[[gate."p1.golden".waivers]]
case = "a.py::test_a[1]"
reason = "known"
expires = 2030-12-31
""",
    b"""# counted
[gate.count]
kind = "count"
suite = "unit"
cases_min = 12
runs = 1
[gate.coverage]
kind = "coverage"
ids = ["REQ-1", "REQ-2"]
by = "requirement"
[gate.metric]
kind = "metric"
file = "metrics.json"
pointer = "/latency/p95"
at_most = 250.5
dry_run = true
""",
    b"""[gate.regression]
kind = "regression"
baseline = "baseline"
alpha = 0.05
[gate.soak]
kind = "soak"
floor = 0.9
days_min = 7
ledger = "soak"
[gate.anytime]
kind = "p1"
floor = 0.9
mode = "anytime"
[gate.review]
kind = "approval"
approvals = "approvals"
keys = ["ann.pub#00"]
files = ["design.md"]
approvers_min = 1
""",
    b"""[gate.artifact]
kind = "artifact"
path = "bundle.json"
verifies = true
keys = ["ci.pub"]
links = true
[gate.command]
kind = "command"
command = ["make", "check"]
limit_s = 1.5
[gate.ratchet]
kind = "ratchet"
file = "now.json"
pointer = "/a"
baseline = "then.json"
""",
)

PYPROJECTS: Final = (
    b"""[project]
name = "small"
[tool.autobiz]
gate_file = "gates/gate.toml"
criteria = "gates/criteria.toml"
stack = ["postgres"]
[[tool.autobiz.stage]]
name = "golden"
paths = ["suites/golden"]
runs = 3
workers = 2
order = "random"
limit_s = 120.0
[tool.autobiz.slice.demo]
golden = ["suites/golden/test_a.py"]
[tool.autobiz.gate.p0]
kind = "p0"
""",
    *(text.replace(b"[gate.", b"[tool.autobiz.gate.") for text in GATES[:2]),
)

CRITERIA: Final = (
    b"""[criterion.E-1]
says = "P0 tests 100 %"
gates = ["p0"]
[criterion.E-2]
says = "All of them counted"
gates = ["p0", "count"]
[gate.p0]
kind = "p0"
priority = "P0"
[gate.count]
kind = "count"
cases_min = 12
dry_run = true
""",
    b'[criterion.one]\nsays = "bound"\ngates = "p1"\n[gate.p1]\nkind = "p1"\nfloor = 0.95\n',
)

QUARANTINES: Final = tuple(
    f"""# reviewed
[[quarantine]]
case = "a.py::test_{name}"
owner = "ann"
ticket = "OPS-1"
reason = "The provider's sandbox times out."
evidence = "runs of 1 January"
cause = "infra"
priority = "{priority}"
opened = 2026-01-01
expires = 2026-01-08
{more}""".encode()
    for name, priority, more in (
        ("bad", "P1", 'renewed_by = "bob"\n'),
        ("0", "P2", "fixed = 2026-01-02\n"),
        ("1", "P3", ""),
    )
)


def ledgers(folder: Path) -> tuple[bytes, ...]:
    """Ledgers of a whole run, of a shard, and of trials that were invalid, replayed or not collected."""
    names = [f"a.py::test_{number}" for number in range(4)] + ["a.py::test_bad"]
    written = []
    for number, shard in enumerate((None, Shard(index=2, count=3), None)):
        path = folder / f"corpus-{number}.jsonl"
        with LedgerWriter(path, _header(number, shard)) as writer:
            cases = tuple(Case(case=name, suite="golden", priority="P1") for name in names)
            writer.append(RunPlan.of(f"r{number}", 1, cases))
            for place, name in enumerate(names):
                outcome = "fail" if name.endswith("bad") else ("pass", "skip", "invalid")[number * place % 3]
                replay = "same" if number == 2 else None
                writer.append(_trial(number, name, outcome, replay, "collect" if place == 9 else "call"))
            if number == 2:
                writer.append(_trial(number, "a.py", "unknown", None, "collect"))
        written.append(path.read_bytes())
        path.unlink()
    return tuple(written)


def _header(number: int, shard: Shard | None) -> Header:
    return Header(
        schema="autobiz.ledger/1",
        run_id=f"r{number}",
        run=1,
        worker="main",
        seed=7,
        subject=Subject(commit="c0ffee", version="1"),
        created_at=NOON,
        stage="golden",
        shard=shard,
        gate_file_sha256="ab" * 32,
    )


def _trial(number: int, case: str, outcome: str, replay: str | None, phase: str) -> Trial:
    return Trial(
        schema="autobiz.ledger/1",
        run_id=f"r{number}",
        run=1,
        suite="golden",
        case=case,
        seed=11,
        priority="P1",
        requirements=("REQ-1",),
        tests=("T-1",),
        workflow="refund",
        marks=("safety",),
        subject=Subject(commit="c0ffee", version="1"),
        outcome=TrialOutcome(outcome),
        phase=phase,
        reason="it \u00e4ndert sich",
        started_at=NOON + timedelta(hours=number),
        duration_ms=1.5,
        worker="main",
        replay=replay,
    )


JUNIT: Final = (
    b"""<?xml version="1.0" encoding="utf-8"?><testsuites name="pytest tests">
<testsuite name="pytest" errors="0" failures="1" skipped="1" tests="3">
<testcase classname="suites.test_a.TestIt" name="test_x[1]" time="0.1"/>
<testcase classname="suites.test_a" name="test_y"><failure message="no">
trace &lt;&#228;&gt;</failure></testcase>
<testcase classname="x" file="own/x.py" name="test_p"><properties><property name="priority" value="P0"/>
<property name="requirement" value="REQ-1"/></properties><skipped/></testcase></testsuite></testsuites>""",
    b"""<testsuite name="com.x.RefundTest" tests="2" errors="1" failures="1">
<testcase name="flaky" classname="com.x.RefundTest"><flakyFailure type="E"><stackTrace/></flakyFailure>
</testcase><testcase name="broken" classname="com.x.RefundTest"><error type="E"/><rerunFailure/></testcase>
</testsuite>""",
    b"""<testsuites><testsuite name="Refund" tests="2" failures="1" disabled="1"><testsuite name="inner">
<testcase name="Never" status="notrun" result="suppressed" classname="Refund"/>
<testcase name="Once" status="failed" classname="Refund"/></testsuite></testsuite></testsuites>""",
)

ALLURE: Final = tuple(
    json.dumps(one, separators=(",", ":")).encode()
    for one in (
        {
            "name": "pays",
            "fullName": "a.py#pays",
            "historyId": "h1",
            "testCaseId": "t1",
            "status": "broken",
            "labels": [{"name": "priority", "value": "P0"}, {"name": "tag", "value": "safety"}],
            "parameters": [{"name": "n", "value": 1, "excluded": False}],
            "steps": [{"name": "s", "status": "passed", "steps": []}],
        },
        {
            "fullName": "a.py#stops",
            "status": "passed",
            "start": 1,
            "stop": 2,
            "statusDetails": {"message": ""},
        },
    )
)

METRICS: Final = (
    b'{"latency":{"p95":250,"p50":12.5},"list":[1,2,{"a":null}]}',
    b'{\n  "latency": {"p95": "slow"},\n  "a": true\n}\n',
)
