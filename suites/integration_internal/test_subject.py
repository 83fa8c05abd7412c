"""The subject's fingerprint: what evidence is keyed by."""

import subprocess
from pathlib import Path

import pytest

from autobiz_harness.subject import subject_of
from autobiz_oracles import expect

pytestmark = pytest.mark.priority("P0")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A git checkout with one committed file."""
    (tmp_path / "code.py").write_text("x = 1\n")
    for command in (
        ["init", "-q"],
        ["add", "-A"],
        ["-c", "user.name=n", "-c", "user.email=e", "commit", "-qm", "first"],
    ):
        subprocess.run(["git", *command], cwd=tmp_path, check=True)
    return tmp_path


def test_a_clean_checkout_is_its_commit(checkout: Path) -> None:
    """Nothing changed: the subject is the commit's hash alone."""
    commit = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=checkout, capture_output=True, text=True, check=True
    ).stdout.strip()

    expect.value(subject_of(checkout).commit).equals(commit)


@pytest.mark.parametrize(
    ("name", "content"),
    [("code.py", "x = 2\n"), ("new.py", "y = 1\n"), ("folder/deep.py", ""), ("na\u00efve name.txt", "z")],
)
def test_any_change_is_another_subject(checkout: Path, name: str, content: str) -> None:
    """A changed, new, nested or oddly named file makes another subject, and undoing it the first again."""
    clean = subject_of(checkout)
    path = checkout / name
    before = path.read_text() if path.exists() else None
    path.parent.mkdir(exist_ok=True)
    path.write_text(content)

    changed = subject_of(checkout)
    if before is None:
        path.unlink()
    else:
        path.write_text(before)

    expect.value(changed.commit[: len(clean.commit) + 1]).equals(f"{clean.commit}+")
    expect.value(subject_of(checkout)).equals(clean)


def test_two_different_changes_are_two_subjects(checkout: Path) -> None:
    """The fingerprint covers the content, not only that something changed."""
    found = set()
    for content in ("y = 1\n", "y = 2\n"):
        (checkout / "new.py").write_text(content)
        found.add(subject_of(checkout))

    expect.value(len(found)).equals(2)


@pytest.mark.parametrize("name", ["__pycache__/code.pyc", "deep/.pytest_cache/x", ".hypothesis/y"])
def test_what_running_the_tests_writes_changes_nothing(checkout: Path, name: str) -> None:
    """Caches of the test tools are not the subject."""
    clean = subject_of(checkout)
    (checkout / name).parent.mkdir(parents=True)
    (checkout / name).write_text("cached")

    expect.value(subject_of(checkout)).equals(clean)


def test_outside_git_the_configuration_still_counts(tmp_path: Path) -> None:
    """Without version control the subject says so, and differs with its configuration files."""
    config = tmp_path / "gate.toml"
    config.write_text("a")
    before = subject_of(tmp_path, (config,))
    config.write_text("b")

    expect.value(before.commit).equals("unversioned")
    expect.value(subject_of(tmp_path, (config,))).differs_from(before)


@pytest.mark.negative
def test_a_repository_that_cannot_be_read_does_not_pass_for_clean(checkout: Path) -> None:
    """When git cannot say whether the tree is clean, the subject says unknown."""
    (checkout / ".git" / "index").write_bytes(b"garbage")

    expect.value(subject_of(checkout).commit).matches(r"\+unknown$")
