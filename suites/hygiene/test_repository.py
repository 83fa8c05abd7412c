"""What the repository promises about itself, read from its tracked files."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from autobiz_oracles import expect

pytestmark = pytest.mark.priority("P0")

ROOT = Path(__file__).resolve().parents[2]
# Addresses of package indexes have no place in a repository that anybody may build.
_HOSTS = "|".join(("pypi", "pythonhosted", r"registry\.npmjs", "npmjs"))
REGISTRY = re.compile(rf"\b(?:{_HOSTS})\.(?:org|com|io)\b")
MACHINE = re.compile(r"(?<![\w.])/(?:home|root|Users|work)/\w")


def tracked() -> list[Path]:
    """Every text file that git tracks, or that a source archive holds."""
    listed = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files", "-z"], capture_output=True, text=True, check=True
    ).stdout
    return [ROOT / name for name in listed.split("\0") if name]


def texts() -> list[tuple[Path, str]]:
    found = []
    for path in tracked():
        try:
            found.append((path.relative_to(ROOT), path.read_text(encoding="utf-8")))
        except (UnicodeDecodeError, FileNotFoundError):
            continue
    return found


def test_lock_files_hold_names_versions_and_hashes_only() -> None:
    """Every requirement is pinned and hashed, and no line holds an address."""
    locks = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "locks").glob("*.txt")}
    expect.complaints([name for name, text in locks.items() if "://" in text], about=locks).none()
    every = [
        block for text in locks.values() for block in re.findall(r"^\S.*(?:\n[ \t].*)*", text, re.MULTILINE)
    ]
    loose = [
        block for block in every if not re.match(r"[a-z0-9._-]+==\S+", block) or "--hash=sha256:" not in block
    ]
    expect.complaints(loose, about=every).none()


def test_no_file_names_a_registry_or_a_developers_machine() -> None:
    """Nobody's index and nobody's home directory is in the repository."""
    read = texts()
    found = [
        f"{path}:{number}: {line.strip()[:100]}"
        for path, text in read
        for number, line in enumerate(text.splitlines(), 1)
        if REGISTRY.search(line) or MACHINE.search(line)
    ]
    expect.complaints(found, about=read).none()


@pytest.mark.negative
@pytest.mark.parametrize(
    "line",
    [
        "see https://" + "pypi" + ".org/x",
        "files." + "pythonhosted" + ".org",
        "cd /" + "home/me",
        "/" + "root/x",
    ],
)
def test_the_search_finds_what_it_is_for(line: str) -> None:
    """An address or a path of that sort is seen."""
    seen = any(search.search(line) for search in (REGISTRY, MACHINE))
    expect.worlds({line: seen}, {line: True}).alike()


def test_the_changelog_knows_the_version() -> None:
    """The newest entry of the changelog is the version of the distribution."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    newest = re.search(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)

    assert newest is not None
    expect.worlds(newest[1], project["version"]).alike()


def test_the_licence_is_the_one_that_is_declared() -> None:
    """The licence file is the Apache licence, as the metadata says."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    expect.worlds(project["license"], "Apache-2.0").alike()
    assert "Apache License" in (ROOT / "LICENSE").read_text(encoding="utf-8")
