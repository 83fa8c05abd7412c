"""`gate flakes` and `gate quarantine`: from ledgers to a reviewed file, and the CI job over it."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from autobiz_gates import Case, RunPlan, Subject, Trial
from autobiz_oracles import expect

from ..folders import files_in
from ..ledger_lines import header, trial, write_ledger
from ..quarantines import quarantine_text
from ..small_project import Answer, SmallProject, small_project

pytestmark = [pytest.mark.priority("P0"), pytest.mark.requirement("P1-TR07")]

TODAY = date(2026, 1, 10)
CASE = "test_pay.py::test_refund[eu west]"
ADD = (
    "--owner", "ann", "--ticket", "OPS-1", "--reason", "It times out", "--evidence", "runs 1 and 2",
    "--cause", "infra", "--priority", "P1",
)  # fmt: skip


def ledger(
    root: Path, name: str, outcomes: dict[str, str], *, day: int = 0, hour: int = 2, **facts: Any
) -> str:
    """A ledger of one run per letter: p passed, f failed, i spoiled by the infrastructure."""
    words = {"p": "pass", "f": "fail", "i": "invalid"}
    subject = Subject(commit=f"commit{day}")
    at = datetime(TODAY.year, TODAY.month, TODAY.day, hour, tzinfo=UTC) + timedelta(days=day)
    for run in range(1, max(map(len, outcomes.values())) + 1):
        lines: list[Trial] = []
        for case, letters in outcomes.items():
            plain = trial(case, words[letters[run - 1]], run=run, run_id=name)
            fingerprint = None if letters[run - 1] == "p" else "abcd"
            changed = {"subject": subject, "started_at": at, "fingerprint": fingerprint, **facts}
            lines.append(msgspec.structs.replace(plain, **changed))
        cases = tuple(Case(case=case, priority=facts.get("priority")) for case in outcomes)
        planned = RunPlan.of(name, run, cases)
        path = root / name / f"{run}.jsonl"
        write_ledger(path, header(run=run, run_id=name, subject=subject), planned, *lines)
    return name


def project(root: Path) -> SmallProject:
    return small_project(root)


def others(letters: str, count: int = 60) -> dict[str, str]:
    return {f"c{number}": letters for number in range(count)}


def proven(made: SmallProject, **facts: Any) -> None:
    """Record two nights that show a flake of the infrastructure."""
    night = ledger(made.root, "night", {CASE: "ppi", **others("ppp")}, **facts)
    burst = ledger(made.root, "burst", {CASE: "p" * 31 + "i"}, hour=3, **facts)
    answer = made.gate("flakes", night, burst, "--today", str(TODAY))
    assert answer.code == 0, answer.err


def quarantine(made: SmallProject, *arguments: str, day: int = 0) -> Answer:
    return made.gate("quarantine", *arguments, "--today", str(TODAY + timedelta(days=day)))


def state_of(made: SmallProject, day: int = 0, case: str = CASE) -> str:
    answer = made.gate("flakes", "--json", "--today", str(TODAY + timedelta(days=day)))
    states: dict[str, str] = {one["case"]: one["state"] for one in answer.json["cases"]}
    return states.get(case, "healthy")


def test_whole_way_from_first_flake_to_release(tmp_path: Path) -> None:
    """Suspect, due, quarantined, on probation, healthy: each step by command, each told by `gate flakes`."""
    made = project(tmp_path)
    night = ledger(tmp_path, "night", {CASE: "ppi", **others("ppp")})
    first = made.gate("flakes", night, "--json", "--today", str(TODAY))
    expect.value(first.json["added"]).equals(3 * 61)
    (suspect,) = first.json["cases"]
    expect.value((suspect["state"], suspect["due"], suspect["causes"])).equals(
        ("suspect", False, {"infra": 1})
    )
    early = quarantine(made, "add", CASE, *ADD)
    expect.program(early).ended(1).said("1 flakes in 3 trials show nothing yet: `gate burst", on="err")
    made.gate("flakes", ledger(tmp_path, "burst", {CASE: "p" * 31 + "i"}, hour=3), "--today", str(TODAY))
    expect.program(quarantine(made, "add", CASE, *ADD)).ended(0)
    expect.value(state_of(made)).equals("quarantined")
    file = tmp_path / "quarantine.toml"
    file.write_text(file.read_text() + f"fixed = {TODAY}\n")
    expect.value(state_of(made)).equals("probation")
    for day in (1, 2, 3):
        made.gate("flakes", ledger(tmp_path, f"day{day}", {CASE: "p" * 20}, day=day))
    expect.value(state_of(made, 2)).equals("probation")
    expect.value(state_of(made, 3)).equals("healthy")
    released = quarantine(made, "release", CASE, day=3)
    expect.program(released).ended(0)
    expect.value(["gates again" in released.out]).equals([False])
    expect.value(file.read_text()).equals("")
    expect.value(
        made.gate("flakes", "--json", "--today", str(TODAY + timedelta(days=3))).json["cases"]
    ).equals([])


def test_same_ledger_twice_adds_nothing(tmp_path: Path) -> None:
    """Recording again says that nothing was added."""
    made = project(tmp_path)
    night = ledger(tmp_path, "night", others("ppp"))
    expect.value(made.gate("flakes", night, "--json").json["added"]).equals(180)
    again = made.gate("flakes", night, night, "--json").json
    expect.value((again["added"], again["trials"])).equals((0, 180))


def test_what_was_released_early_stays_a_suspect(tmp_path: Path) -> None:
    """Release without probation says that the case gates again, and it does."""
    made = project(tmp_path)
    proven(made)
    expect.program(quarantine(made, "add", CASE, *ADD)).ended(0)
    expect.program(quarantine(made, "release", CASE)).said(
        "released early: it gates again and stays a suspect", on="out"
    )
    expect.value(state_of(made)).equals("suspect")


def test_cluster_is_one_alert(tmp_path: Path) -> None:
    """Three cases that begin to fail alike are one line that says so, in text and JSON."""
    made = project(tmp_path)
    night = ledger(tmp_path, "night", {"a": "ppi", "b": "ppi", "c": "ppi", **others("ppp")})
    expect.program(made.gate(
        "flakes", night, "--today", str(TODAY)
    )).said("ALERT: 3 cases became suspects by one failure (abcd) within a day", on="out")  # fmt: skip
    told = made.gate("flakes", "--json", "--today", str(TODAY)).json
    expect.value([one["cases"] for one in told["clusters"]]).equals([["a", "b", "c"]])


@pytest.mark.negative
def test_agent_and_p0_are_refused_by_the_history(tmp_path: Path) -> None:
    """What the history knows to be the agent's failure, or a P0 case, is not quarantined by command."""
    made = project(tmp_path)
    steady = {CASE: "ppf", **others("ppp")}
    made.gate("flakes", ledger(tmp_path, "night", steady), "--cause", f"{CASE}=agent", "--today", str(TODAY))
    expect.value(state_of(made)).equals("healthy")
    agent = quarantine(made, "add", CASE, *ADD)
    expect.program(agent).ended(1)
    expect.value(["no trials of it disagree" in agent.err]).equals([True])
    made.gate("flakes", ledger(tmp_path, "p0", {"safe": "ppi"}, priority="P0"), "--today", str(TODAY))
    safe = quarantine(made, "add", "safe", *ADD)
    expect.program(safe).ended(1)
    expect.value(["it is P0, which is never quarantined" in safe.err]).equals([True])
    expect.value(files_in(tmp_path)).lacks("quarantine.toml")


@pytest.mark.negative
def test_one_too_many_is_refused(tmp_path: Path) -> None:
    """With one P1 case in quarantine, a second one of sixty is over the cap, and the file stays."""
    made = project(tmp_path)
    proven(made, priority="P1")
    made.write("quarantine.toml", quarantine_text("c1", opened=TODAY))
    answer = quarantine(made, "add", CASE, *ADD)
    expect.program(answer).ended(1).said("2 of 61 P1 cases are quarantined, and 1 may be", on="err")
    expect.value((tmp_path / "quarantine.toml").read_text()).lacks(CASE)


def test_without_a_history_the_reviewer_is_told_to_judge(tmp_path: Path) -> None:
    """A case that no history knows is written down, with a word on stderr."""
    made = project(tmp_path)
    answer = quarantine(made, "add", CASE, *ADD)
    expect.program(answer).ended(0).said("its reviewer must judge the evidence", on="err")
    expect.value(files_in(tmp_path)).lacks(".autobiz")


def test_renewal_is_given_once_by_somebody_else(tmp_path: Path) -> None:
    """A renewal doubles the days; the owner cannot give it, and nobody can give a second."""
    made = project(tmp_path)
    quarantine(made, "add", CASE, *ADD)
    expect.program(made.gate("quarantine", "renew", CASE, "--approver", "Ann")).ended(2)
    renewed = made.gate("quarantine", "renew", CASE, "--approver", "bob", "--json")
    expect.value(renewed.json["entry"]["expires"]).equals(str(TODAY + timedelta(days=14)))
    expect.program(made.gate("quarantine", "renew", CASE, "--approver", "cid")).ended(1)


def test_list_tells_what_is_in_force(tmp_path: Path) -> None:
    """The list says of each entry whether it holds on the day, and how long."""
    made = project(tmp_path)
    expect.program(quarantine(made, "list")).said("nothing is quarantined", on="out")
    quarantine(made, "add", CASE, *ADD)
    (one,) = quarantine(made, "list", "--json", day=3).json["entries"]
    expect.value((one["case"], one["in_force"], one["days_left"])).equals((CASE, True, 4))
    expect.program(quarantine(made, "list", day=8)).said("expired", on="out")


def test_check_holds_for_no_file_and_for_a_good_one(tmp_path: Path) -> None:
    """Exit 0 without a quarantine, and with one that is in force and within the caps."""
    made = project(tmp_path)
    night = ledger(tmp_path, "night", {CASE: "ppf", **others("ppp")})
    expect.program(quarantine(made, "check", night)).ended(0)
    quarantine(made, "add", CASE, *ADD)
    expect.value(quarantine(made, "check", night).out).equals("OK, quarantined: 1\n")
    expect.program(quarantine(made, "check")).said("caps not looked at", on="out")


@pytest.mark.negative
@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[[quarantine]\n", "not valid TOML"),
        ("[[quarantine]]\n", "'owner' is missing"),
        (quarantine_text(CASE, opened=TODAY, priority="P0"), "is P0, and a P0 case is never quarantined"),
        (quarantine_text(CASE, opened=TODAY, days=8), "P1 has 7 days: 2026-01-17 at the latest"),
        (quarantine_text(CASE, opened=TODAY - timedelta(days=9)), "expired on 2026-01-08 and gates again"),
        (quarantine_text(CASE, opened=TODAY + timedelta(days=1)), "dated ahead"),
        (quarantine_text("gone", opened=TODAY), "'gone' was not tried"),
        (quarantine_text("safe", opened=TODAY), "safe is P0, which is never quarantined"),
        (
            quarantine_text(CASE, opened=TODAY) + quarantine_text("c1", opened=TODAY),
            "gate 'tests': 2 of 2 P1 cases are quarantined, and 1 may be",
        ),
    ],
    ids=["no TOML", "no keys", "P0", "too long", "expired", "ahead", "gone", "P0 in the ledger", "caps"],
)
def test_check_refuses_with_every_reason(tmp_path: Path, text: str, words: str) -> None:
    """Whatever must not stand in the file is exit 1 and a sentence, in text and JSON."""
    made = project(tmp_path)
    night = ledger(tmp_path, "night", {CASE: "ppf", **others("ppp")})
    safe = ledger(tmp_path, "p0", {"safe": "ppp"}, priority="P0")
    made.write("quarantine.toml", text)
    answer = quarantine(made, "check", night, safe)
    expect.program(answer).ended(1)
    expect.value([words in answer.out]).equals([True])
    told = quarantine(made, "check", night, safe, "--json")
    expect.program(told).ended(1)
    expect.value([told.json["holds"]]).equals([False])
    expect.value("\n".join(told.json["reasons"])).contains(words)


@pytest.mark.negative
@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("flakes", "nowhere"), 3, "no such ledger"),
        (("flakes", "--cause", "a=infra"), 2, "--cause says something about ledgers"),
        (("flakes", "test_small.py", "--cause", "a=luck"), 2, "write it as CASE=CAUSE"),
        (("flakes", "--history", "mysql://x"), 4, "not a history"),
        (("flakes", "--history", "test_small.py"), 4, "not a database"),
        (("flakes", "--today", "soon"), 2, "soon"),
        (("quarantine", "add", "a"), 2, "--owner"),
        (("quarantine", "add", "a", *ADD, "--cause", "agent"), 2, "agent"),
        (("quarantine", "add", "a", *ADD, "--priority", "P0"), 2, "P0"),
        (("quarantine", "release", "a"), 1, "'a' is not in quarantine"),
        (("quarantine", "list", "--file", "nowhere.toml"), 2, "no such file"),
    ],
)
def test_misuse_has_its_own_code_and_says_what_to_do(
    tmp_path: Path, arguments: tuple[str, ...], code: int, words: str
) -> None:
    """Usage is 2, missing evidence 3, a history that cannot be used 4, and a no is 1."""
    answer = project(tmp_path).gate(*arguments)
    expect.program(answer).ended(code)
    expect.value([words in answer.err]).equals([True])
    expect.program(answer).never_said("Traceback", on="err")


def test_history_by_variable_and_default_stay_out_of_the_commit(tmp_path: Path) -> None:
    """The default history lies where git does not look; AUTOBIZ_HISTORY names another."""
    made = project(tmp_path)
    night = ledger(tmp_path, "night", others("ppp"))
    made.gate("flakes", night)
    expect.value((tmp_path / ".autobiz" / ".gitignore").read_text()).equals("*\n")
    told = made.gate("flakes", "--json", env={"AUTOBIZ_HISTORY": "other.sqlite"})
    expect.value(told.json["trials"]).equals(0)
    expect.value(files_in(tmp_path)).lacks("other.sqlite")
