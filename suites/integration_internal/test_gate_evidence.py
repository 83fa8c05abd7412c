"""`gate keygen`, `evidence`, `verify`, `check`, `override`: from a run to a deploy or its refusal."""

import json
import os
import re
import shutil
import stat
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from autobiz_harness.clock import utc_now
from autobiz_oracles import expect

from ..folders import files_in
from ..inner_pytest import ending_of
from ..signed_run import CHAIN, OPEN, TESTS, Signed, commit, signed_run
from ..small_project import SmallProject, small_project

pytestmark = pytest.mark.priority("P0")

REASON = "Refunds are blocked for all customers"


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Signed:
    """One run for the whole module; tests that change a file take a copy."""
    return signed_run(tmp_path_factory.mktemp("signed"))


@pytest.fixture
def copied(original: Signed, tmp_path: Path) -> Signed:
    root = tmp_path / "project"
    shutil.copytree(original.project.root, root)
    return Signed(
        project=SmallProject(root=root), bundle=root / original.bundle.relative_to(original.project.root)
    )


@pytest.fixture(scope="module")
def failing(tmp_path_factory: pytest.TempPathFactory) -> Signed:
    """A project whose gate is shut, with signed evidence of that."""
    return signed_run(tmp_path_factory.mktemp("failing"), TESTS.replace("pass", "assert n"))


def test_from_a_run_to_an_allowed_deploy(original: Signed) -> None:
    """Key, run, bundle, log: everything verifies, and the commit that was tried may be deployed."""
    verified, checked = original.verify_all(), original.check("--chain", CHAIN, "--json")

    expect.program(verified).ended(0)
    expect.value(verified.json["problems"]).equals([])
    expect.value(verified.json["chain"]["entries"]).equals(1)
    expect.program(checked).ended(0)
    expect.value([checked.json["allowed"]]).equals([True])
    expect.program(original.check()).said("ALLOWED: the deploy may happen", on="out")


def test_the_private_key_is_private_and_is_shown_nowhere(original: Signed) -> None:
    """Mode 0600, and neither the bundle nor the log holds a word of it."""
    key = original.project.root / "ci.key"
    secret = key.read_text().splitlines()[1]

    expect.value(stat.S_IMODE(key.stat().st_mode)).equals(0o600)
    for path in (original.bundle, original.project.root / CHAIN):
        expect.value(path.read_text()).lacks(secret)


@pytest.mark.negative
@pytest.mark.parametrize("what", ["bundle", "ledger", "evidence", "gate file", "chain"])
def test_a_changed_byte_is_found_and_its_file_is_named(copied: Signed, what: str) -> None:
    """One bit in the middle of any file that the decision rests on: exit 1, and the place is told."""
    (ledger,) = (copied.run / "ledger").iterdir()
    places = {
        "bundle": copied.bundle,
        "ledger": ledger,
        "evidence": copied.run / "evidence.json",
        "gate file": copied.project.root / "gate.toml",
        "chain": copied.project.root / CHAIN,
    }
    data = bytearray(places[what].read_bytes())
    data[len(data) // 2] ^= 1
    places[what].write_bytes(data)

    answer = copied.verify_all()

    expect.program(answer).ended(1)
    wheres = [problem["where"] for problem in answer.json["problems"]]
    expected = {"evidence": "evidence.json", "chain": "chain entry 0"}.get(what, what)
    if what == "bundle":
        expect.value(len(wheres)).equals(1)
    else:
        expect.value(wheres).equals([expected])


@pytest.mark.negative
def test_a_ledger_that_was_added_or_taken_away_is_found(copied: Signed) -> None:
    """Both the missing and the foreign file are named."""
    (ledger,) = (copied.run / "ledger").iterdir()
    ledger.rename(ledger.with_name("other.jsonl"))

    answer = copied.verify("--run", str(copied.run))

    expect.program(answer).ended(1).said(
        "this ledger file is gone", "the run did not write this ledger file", on="out"
    )


@pytest.mark.negative
def test_a_log_cut_short_is_found(copied: Signed) -> None:
    """A log without the bundle's entry is refused by verify and by check, and so is a head it never had."""
    (copied.project.root / CHAIN).write_bytes(b"")

    expect.program(copied.verify("--chain", CHAIN)).ended(1)
    expect.program(copied.check("--chain", CHAIN)).said("chain entry 0: is absent", on="out")
    expect.program(copied.project.gate("verify", "--chain", CHAIN, "--head", "ab" * 32)).ended(1)


@pytest.mark.negative
@pytest.mark.parametrize(
    ("more", "words"),
    [
        (("--commit", "0" * 40), "is to be deployed"),
        (("--gate-hash", "0" * 64), "was registered"),
        (("--max-age", "0.0000001"), "ago, and evidence counts for"),
        (("--slice", "demo"), "slice 'demo' is asked for"),
    ],
)
def test_what_is_not_what_was_tried_is_refused(original: Signed, more: tuple[str, ...], words: str) -> None:
    """Another commit, another gate file, stale, or another part of the project: exit 1 with the reason."""
    answer = original.check(*more)

    expect.program(answer).ended(1).said(words, "REFUSED", on="out")


@pytest.mark.negative
def test_a_changed_tree_is_not_thecommit(copied: Signed) -> None:
    """Without --commit the checked-out tree counts, and a change in it is another subject."""
    copied.project.write("test_small.py", "def test_it(): pass")

    expect.program(copied.check()).ended(1)


@pytest.mark.negative
def test_a_stranger_is_not_believed(original: Signed) -> None:
    """Evidence that is signed by a key outside the allowlist is refused."""
    answer = original.project.gate("check", str(original.bundle), "--allow", "ann.key.pub", "--json")

    expect.program(answer).ended(1)
    expect.value(answer.json["refusals"][0]["condition"]).equals("authentic")


@pytest.mark.negative
@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("decision", "shut", "its stages and gates come to open"),
        ("gates", [], "the ledgers give other gate decisions"),
        ("decided_on", "2020-01-01", "decided_on is 2020-01-01"),
        ("seed", 7, "seed is not what run.json fixed"),
        ("ledgers", {}, "the run did not write this ledger file"),
        ("stages", [], "stage tests, run 1 ended, and it says nothing of that"),
        ("schema", "other/1", "not of schema"),
    ],
)
def test_evidence_that_does_not_follow_from_its_ledgers_is_notsigned_run(
    copied: Signed, key: str, value: object, words: str
) -> None:
    """Whatever somebody wrote into evidence.json by hand, the signer counts again and refuses."""
    path = copied.run / "evidence.json"
    plain = json.loads(path.read_text())
    path.write_text(json.dumps({**plain, key: value}, indent=2))

    answer = copied.project.gate("evidence", str(copied.run), "--key", "ci.key", "--out", "other.json")

    expect.program(answer).ended(1).said(words, on="err")
    expect.value(files_in(copied.project.root)).lacks("other.json")
    expect.value(len((copied.project.root / CHAIN).read_bytes().splitlines())).equals(1)


def test_the_key_may_come_from_the_environment_and_be_locked(copied: Signed) -> None:
    """AUTOBIZ_SIGNING_KEY holds the PEM, AUTOBIZ_SIGNING_PASSPHRASE unlocks it; a second bundle is next."""
    root = copied.project.root
    locked = {"AUTOBIZ_SIGNING_PASSPHRASE": "open sesame"}
    expect.program(copied.project.gate("keygen", "locked.key", env=locked)).ended(0)
    pem = (root / "locked.key").read_text()
    expect.value(pem).contains("ENCRYPTED")

    without = copied.project.gate("evidence", "--key", "locked.key", "--out", "other.json")
    answer = copied.project.gate(
        "evidence", "--out", "other.json", "--json", env={**locked, "AUTOBIZ_SIGNING_KEY": pem}
    )

    expect.program(without).ended(2)
    expect.value(answer.code).equals(0)
    expect.program(without).said("needs its passphrase", on="err")
    expect.value(answer.json["index"]).equals(1)
    checked = copied.project.gate("check", "other.json", "--allow", "locked.key.pub", "--chain", CHAIN)
    expect.program(checked).ended(0)


def test_a_shut_gate_is_signed_and_refused_until_two_approvers_override_it(failing: Signed) -> None:
    """One approver is not enough, two are; the override is told loudly by every command that meets it."""
    last_day = (utc_now().date() + timedelta(days=2)).isoformat()
    gate, approvers = failing.project.gate, ("--approver", "ann.key.pub", "--approver", "bob.key.pub")
    with_override = ("--chain", CHAIN, "--override", "override.json", *approvers)
    asked = gate(
        *("override", "request", str(failing.bundle), "--allow", "ci.key.pub", "--key", "ann.key"),
        *("--reason", REASON, "--expires", last_day),
    )
    refused, alone = failing.check(), failing.check(*with_override)
    again = gate("override", "approve", "override.json", "--key", "ann.key", *approvers)
    stranger = gate("override", "approve", "override.json", "--key", "ci.key", *approvers)

    approved = gate("override", "approve", "override.json", "--key", "bob.key", *approvers)
    allowed, seen = failing.check(*with_override), failing.verify("--chain", CHAIN, *approvers)

    expect.program(asked).ended(0)
    expect.value((refused.code, alone.code, again.code, stranger.code)).equals((1, 1, 1, 1))
    expect.program(alone).said("2 approvers must sign it, and 1 did", on="out")
    expect.program(again).said("has signed already", on="err")
    expect.program(approved).ended(0)
    expect.value((allowed.code, seen.code)).equals((0, 0))
    expect.program(allowed).said("ALLOWED BY OVERRIDE", on="out")
    for answer in (approved, allowed, seen):
        expect.program(answer).said("!!!!!!!!", REASON, on="err")
    expect.program(failing.check()).ended(1)


@pytest.mark.negative
@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("verify", "absent.json", "--allow", "ci.key.pub"), 3, "absent.json: no such file"),
        (("check", "absent.json", "--allow", "ci.key.pub"), 3, "absent.json: no such file"),
        (("evidence", "absent", "--key", "ci.key"), 3, "no such file"),
        (("evidence", "--key", "absent.key"), 2, "absent.key: no such key file"),
        (("evidence",), 2, "give --key FILE or set AUTOBIZ_SIGNING_KEY"),
        (("evidence", "--key", "ci.key"), 2, "exists already"),
        (("evidence", "--key", "ci.key.pub"), 2, "not a private key"),
        (("verify", "gate.toml"), 2, "--allow KEY.pub"),
        (("verify", "gate.toml", "--allow", "ci.key"), 2, "a private key"),
        (("verify", "gate.toml", "--allow", "ci.key.pub"), 1, "envelope: is not JSON"),
        (("verify",), 2, "name a BUNDLE"),
        (("keygen", "ci.key"), 2, "never overwritten"),
        (("check", "x", "--allow", "ci.key.pub", "--override", "y"), 2, "decision log"),
        (("check", "x", "--allow", "ci.key.pub", "--gate-hash", "abc"), 2, "64 digits"),
    ],
)
def test_mistakes_are_told_without_a_traceback(
    original: Signed, arguments: tuple[str, ...], code: int, words: str
) -> None:
    """Missing files are 3, wrong use is 2, foreign content is 1, each with a sentence."""
    answer = original.project.gate(*arguments)

    expect.program(answer).ended(code).said(words).never_said("Traceback")


@pytest.mark.negative
def test_the_tests_never_see_the_key(tmp_path: Path) -> None:
    """A key in the environment of `gate run` is not in the environment of the tests that it judges."""
    tests = "import os\ndef test_it(): assert not [key for key in os.environ if 'SIGNING' in key]\n"
    project = small_project(tmp_path, tests)
    secrets = {"AUTOBIZ_SIGNING_KEY": "secret", "AUTOBIZ_SIGNING_PASSPHRASE": "secret"}

    report = project.gate("run", "--json", env=secrets).json

    expect.value(report["stages"][0]["passed"]).equals(1)


HOW_TO = Path(__file__).parents[2] / "docs" / "how-to" / "sign-and-check-evidence.md"


def test_the_how_to_is_true(tmp_path: Path) -> None:
    """Every command of the guide, typed one after the other in a fresh project, works."""
    small_project(tmp_path, TESTS.replace("def ", "@pytest.mark.unit\ndef "), gate_file=OPEN)
    (tmp_path / ".gitignore").write_text("__pycache__/\n")
    commit(tmp_path)
    commands = re.findall(r"```sh\n(.*?)```", HOW_TO.read_text(), re.DOTALL)
    person = {f"GIT_{who}_{what}": "a@b" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    inherited = {key: value for key, value in os.environ.items() if not key.startswith(("AUTOBIZ", "PYTEST"))}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"

    done = subprocess.run(
        ["bash", "-ec", "".join(commands)],
        cwd=tmp_path,
        env={**inherited, **person, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )

    expect.program(ending_of(done)).ended(0)
    expect.value(done.stdout.count("ALLOWED: the deploy may happen")).equals(3)
    expect.program(ending_of(done)).said("AUTHENTIC", on="out")
