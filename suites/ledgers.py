"""Read back what a run wrote, the way the tests want to look at it."""

from pathlib import Path

from autobiz_gates import Header, RunPlan, Trial, ledger_files, read_lines


def trials(ledger: Path) -> list[Trial]:
    """Every trial entry below a folder."""
    return [line for path in ledger_files([ledger]) for line in read_lines(path) if isinstance(line, Trial)]


def outcomes(ledger: Path) -> dict[str, str]:
    """Outcome by test name, without the file; a test with two entries is an error of the recorder."""
    found: dict[str, str] = {}
    for trial in trials(ledger):
        name = trial.case.partition("::")[2] or trial.case
        assert name not in found, f"{trial.case} has two entries"
        found[name] = str(trial.outcome)
    return found


def planned(ledger: Path) -> list[str]:
    """Every case that some plan below a folder names."""
    return [
        case.case
        for path in ledger_files([ledger])
        for line in read_lines(path)
        if isinstance(line, RunPlan)
        for case in line.cases
    ]


def headers(ledger: Path) -> list[Header]:
    """The header of each file below a folder."""
    return [line for path in ledger_files([ledger]) for line in read_lines(path) if isinstance(line, Header)]
