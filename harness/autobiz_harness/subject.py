"""Name the subject of a run: the commit, whether the tree differs from it, and the configuration."""

import hashlib
import subprocess
from pathlib import Path

from autobiz_gates import Subject

_UNKNOWN = "unversioned"
_GIT_SECONDS_MAX = 20


def subject_of(root: Path, config_files: tuple[Path, ...] = ()) -> Subject:
    """The fingerprint that evidence is keyed by. A changed tree is another subject than its commit."""
    return Subject(commit=_commit(root), config_hash=_digest(config_files))


def _commit(root: Path) -> str:
    head = _git(root, "rev-parse", "HEAD")
    if head is None:
        return _UNKNOWN
    commit = head.decode().strip()
    changed = _git(root, "status", "--porcelain=v1", "-z", "--untracked-files=all")
    if not changed:
        return commit
    return f"{commit}+{_dirt(root, changed)}"


def _dirt(root: Path, status: bytes) -> str:
    """A digest over everything that differs from the commit, tracked or not."""
    digest = hashlib.sha256(_git(root, "diff", "HEAD", "--binary") or b"")
    for entry in status.split(b"\0"):
        if entry.startswith(b"?? "):
            name = entry[3:]
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
