"""Name the subject of a run: the commit, whether the tree differs from it, and the configuration."""

import hashlib
import subprocess
from pathlib import Path

from autobiz_gates import UNKNOWN_CHANGES, UNVERSIONED, Subject

_GIT_SECONDS_MAX = 20
_UNTRACKED = b"?? "
_CACHES = frozenset({b"__pycache__", b".pytest_cache", b".hypothesis", b".mypy_cache", b".ruff_cache"})


def subject_of(root: Path, config_files: tuple[Path, ...] = ()) -> Subject:
    """The fingerprint that evidence is keyed by. A changed tree is another subject than its commit."""
    return Subject(commit=_commit(root), config_hash=_digest(config_files))


def _commit(root: Path) -> str:
    head = _git(root, "rev-parse", "HEAD")
    if head is None:
        return UNVERSIONED
    commit = head.decode().strip()
    changed = _git(root, "status", "--porcelain=v1", "-z", "--untracked-files=all")
    if changed is None:
        # Whether the tree is the commit's is not known, so it must not pass for it.
        return f"{commit}+{UNKNOWN_CHANGES}"
    names = [entry for entry in changed.split(b"\0") if entry and not _is_cache(entry)]
    return f"{commit}+{_dirt(root, names)}" if names else commit


def _is_cache(entry: bytes) -> bool:
    """Running the tests writes these; they do not change what is tested."""
    return entry.startswith(_UNTRACKED) and not _CACHES.isdisjoint(entry[len(_UNTRACKED) :].split(b"/"))


def _dirt(root: Path, entries: list[bytes]) -> str:
    """A digest over everything that differs from the commit, tracked or not."""
    digest = hashlib.sha256(_git(root, "diff", "HEAD", "--binary") or b"")
    for entry in entries:
        if entry.startswith(_UNTRACKED):
            name = entry[len(_UNTRACKED) :]
            digest.update(name)
            try:
                digest.update((root / name.decode()).read_bytes())
            except (OSError, UnicodeDecodeError):
                digest.update(b"unreadable")
    return digest.hexdigest()[:16]


def _git(root: Path, *arguments: str) -> bytes | None:
    try:
        done = subprocess.run(
            ["git", "-C", str(root), *arguments],
            capture_output=True,
            check=False,
            timeout=_GIT_SECONDS_MAX,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None


def _digest(files: tuple[Path, ...]) -> str:
    digest = hashlib.sha256()
    for path in files:
        if path.is_file():
            content = path.read_bytes()
            digest.update(f"{path.name}\0{len(content)}\0".encode())
            digest.update(content)
    return digest.hexdigest()
