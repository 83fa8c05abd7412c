"""The ways in of what people and other tools write: gate files, criteria, quarantines, ledgers, results."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

from autobiz_gates import (
    CaseTally,
    Decision,
    Gate,
    GateDecision,
    GateFile,
    GateFileError,
    LedgerError,
    Tallies,
    decide,
    decide_criteria,
    fold,
    fold_criteria,
    ledgers_among,
    quarantine_flaws,
    read_criteria_file,
    read_gate_file,
    read_lines,
    tallies_from,
)
from autobiz_gates.flakes import read_quarantine
from autobiz_harness.run.config import ConfigError, read_config

from . import corpus
from .bombs import ledger_bombs, toml_bombs, xml_bombs
from .door import READ, REFUSED, Door, demand

NOTHING: Final = Tallies(cases=(), runs=())
# Far from open whatever is said about them: few cases, one of them a P0 case that failed.
BAD: Final = Tallies(
    cases=(
        CaseTally(case="a.py::test_bad", priority="P0", outcomes=("fail", "fail", "fail")),
        *(CaseTally(case=f"a.py::test_{n}", priority="P1", outcomes=("pass",) * 3) for n in range(8)),
    ),
    runs=(1, 2, 3),
)
FLOORS: Final = b"""[gate.p1]
kind = "p1"
floor = 0.95
runs = 1
[gate.literal]
kind = "p1"
profile = "literal"
floor = 0.95
runs = 1
"""
# A file that a gate names may be anything that is there; a program is never run for a test.
_ELSEWHERE: Final = ("artifact", "command")
_DAY: Final = ("--today", "2026-01-01")


def counted_doors(folder: Path) -> tuple[Door, ...]:
    """All of them; `folder` is where a hostile input lies while it is tried."""
    nothing = folder / "nothing"
    nothing.mkdir(exist_ok=True)
    (folder / "base").mkdir(exist_ok=True)
    floors = folder / "base" / "gate.toml"
    floors.write_bytes(FLOORS)
    ledger = folder / "base" / "shut.jsonl"
    ledger.write_bytes(corpus.ledgers(folder)[0])
    return (
        *_tables(folder, nothing, ledger),
        *_results(folder, read_gate_file(floors), floors),
        _metric(folder),
    )


def _tables(folder: Path, nothing: Path, ledger: Path) -> tuple[Door, ...]:
    gates, criteria = folder / "gates" / "gate.toml", folder / "criteria.toml"
    project, quarantine = folder / "project" / "pyproject.toml", folder / "base" / "quarantine.toml"
    for path in (gates, project):
        path.parent.mkdir(exist_ok=True)
    evaluate = ("evaluate", str(ledger), *_DAY)
    return (
        Door(
            name="gate-file",
            corpus=corpus.GATES,
            attempt=_attempt(gates, lambda: _no_gate_opens(read_gate_file(gates).gates, nothing)),
            commands=((*evaluate, "--gate-file", str(gates)),),
            bombs=toml_bombs(b"gate"),
        ),
        Door(
            name="pyproject",
            corpus=corpus.PYPROJECTS,
            attempt=_attempt(project, lambda: _project(project, nothing)),
            commands=((*evaluate, "--gate-file", str(project)),),
            bombs=toml_bombs(b"tool.autobiz.gate"),
        ),
        Door(
            name="criteria",
            corpus=corpus.CRITERIA,
            attempt=_attempt(criteria, lambda: _criteria(criteria, nothing)),
            commands=(("criteria", str(criteria), "--ledger", str(ledger), *_DAY),),
            bombs=toml_bombs(b"criterion"),
        ),
        Door(
            name="quarantine",
            corpus=corpus.QUARANTINES,
            attempt=_attempt(quarantine, lambda: _quarantine(quarantine)),
            commands=(
                ("quarantine", "check", "--file", str(quarantine), *_DAY),
                ("quarantine", "list", "--file", str(quarantine), *_DAY),
            ),
            lenient=True,
            bombs=(
                *toml_bombs(b"quarantine"),
                corpus.QUARANTINES[0] * 1000,
                b"".join(b"k%d = 1\n" % number for number in range(25_000)),
            ),
        ),
    )


def _attempt(path: Path, enter: Callable[[], object]) -> Callable[[bytes], str]:
    """Put the input there, and go in; what the documents name as an error is a refusal."""

    def attempt(data: bytes) -> str:
        path.write_bytes(data)
        try:
            enter()
        except (GateFileError, LedgerError, ConfigError):
            return REFUSED
        return READ

    return attempt


def _no_gate_opens(gates: Iterable[Gate], root: Path) -> list[GateDecision]:
    """Decide every gate from no evidence at all."""
    decided = [
        decide(gate, NOTHING, corpus.TODAY, root, gate_file_sha256="ab" * 32)
        for gate in gates
        if gate.kind not in _ELSEWHERE
    ]
    for one in decided:
        demand(one.decision is not Decision.OPEN, f"gate {one.gate} is open on nothing")
    return decided


def _project(path: Path, root: Path) -> None:
    try:
        read_config(path.parent)
    except ConfigError:
        _no_gate_opens(read_gate_file(path).gates, root)
        raise
    _no_gate_opens(read_gate_file(path).gates, root)


def _criteria(path: Path, root: Path) -> None:
    read = read_criteria_file(path)
    gates = read.gate_file.gates
    if any(gate.kind in _ELSEWHERE for gate in gates):
        return
    decided = decide_criteria(read.criteria, _no_gate_opens(gates, root))
    demand(fold_criteria(decided) is not Decision.OPEN, "a criterion holds on nothing")


def _quarantine(path: Path) -> None:
    quarantine = read_quarantine(path)
    gates = read_gate_file(path.with_name("gate.toml")).gates
    for gate in gates:
        decided = decide(gate, BAD, corpus.TODAY, quarantine=quarantine)
        demand(decided.decision is not Decision.OPEN, f"quarantined until gate {gate.name} opened")
    list(quarantine_flaws(gates, BAD, quarantine, corpus.TODAY))
    for entry in quarantine.entries:
        demand(entry.expires <= entry.last_day, "an entry is in force for longer than it may")
        demand(entry.case != "" and entry.to_dict()["owner"], "an entry without a case or an owner")


def _results(folder: Path, floors: GateFile, gate_file: Path) -> tuple[Door, ...]:
    ledger, report = folder / "ledger.jsonl", folder / "report.xml"
    results = folder / "allure" / "a-result.json"
    results.parent.mkdir(exist_ok=True)
    for number, one in enumerate(corpus.ALLURE):
        (results.parent / f"{number}-result.json").write_bytes(one)
    given = ("--gate-file", str(gate_file), *_DAY)

    def nothing_opens(tallies: Tallies, ledgers: tuple[Path, ...] = ()) -> None:
        for gate in floors.gates:
            decided = decide(gate, tallies, corpus.TODAY, ledgers=ledgers)
            demand(decided.decision is not Decision.OPEN, f"gate {gate.name} is open on a handful of cases")

    def folded() -> None:
        plain = _plainly_read(ledger)
        try:
            tallies = fold([ledger])
        except LedgerError:
            demand(not plain, "read line by line, and refused as a whole")
            raise
        nothing_opens(tallies)

    return (
        Door(
            name="ledger",
            corpus=corpus.ledgers(folder),
            attempt=_attempt(ledger, folded),
            commands=(("evaluate", str(ledger), *given), ("evaluate", str(ledger), "--explain", *given)),
            bombs=ledger_bombs(folder),
        ),
        Door(
            name="sources",
            corpus=(*corpus.ledgers(folder), *corpus.JUNIT),
            attempt=_attempt(report, lambda: nothing_opens(tallies_from([report]), ledgers_among([report]))),
            commands=(("evaluate", str(report), "--json", *given),),
        ),
        Door(
            name="junit",
            corpus=corpus.JUNIT,
            attempt=_attempt(report, lambda: nothing_opens(tallies_from((), [(1, report)]))),
            commands=(("evaluate", str(report), "--markdown", *given),),
            bombs=xml_bombs(),
        ),
        Door(
            name="allure",
            corpus=corpus.ALLURE,
            attempt=_attempt(results, lambda: nothing_opens(tallies_from([results.parent]))),
            commands=(("evaluate", str(results.parent), *given),),
            bombs=tuple(b'{"fullName":"a","x":' + one * 100_000 for one in (b"[", b'{"a":')),
        ),
    )


def _plainly_read(ledger: Path) -> bool:
    """Whether the plain reader takes the file, to which the fast one must come to the same answer."""
    try:
        for _ in read_lines(ledger):
            pass
    except LedgerError:
        return False
    return True


def _metric(folder: Path) -> Door:
    root = folder / "metric"
    root.mkdir(exist_ok=True)
    (root / "gate.toml").write_bytes(
        b'[gate.m]\nkind = "metric"\nfile = "m.json"\npointer = "/latency/p95"\nat_most = 250\n'
    )
    gates = read_gate_file(root / "gate.toml").gates
    path = root / "m.json"

    def enter() -> None:
        for gate in gates:
            decide(gate, NOTHING, corpus.TODAY, root)

    return Door(
        name="metric",
        corpus=corpus.METRICS,
        attempt=_attempt(path, enter),
        bombs=(b"[" * 500_000, b'{"a":' * 200_000, b'{"latency":{"p95":' + b"9" * 400 + b"}}"),
    )
