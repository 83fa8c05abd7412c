"""The private directory in which a project's stack lives.

It is `autobiz-<uid>/<hash of the project root>` below $TMPDIR or /tmp, or what AUTOBIZ_STACK_DIR or an option
names. It holds passwords, so it is made 0700, and refused if it is a symlink, belongs to someone else or is
open to others. Root's is 0710 with the group of the account that PostgreSQL drops to, who must pass.
"""

import hashlib
import os
import stat
from pathlib import Path

from .account import Account, unprivileged
from .errors import StackError

STACK_DIRECTORY = "AUTOBIZ_STACK_DIR"
_PROJECT_FILES = ("pyproject.toml", "pytest.ini", "tox.ini", "setup.cfg", ".git")


def home(uid: int) -> Path:
    """Name the directory that holds all stacks of one user.

    `tempfile.gettempdir()` would try to write, and quietly go elsewhere when the disk is full: then two
    processes of one project would not find each other.
    """
    return Path(os.environ.get("TMPDIR") or "/tmp").absolute() / f"autobiz-{uid}"  # noqa: S108 - 0700 and verified


def locate(root: Path, named: Path | None = None) -> Path:
    """Name the state directory of the project at `root` without touching the disk."""
    chosen = named or (Path(text) if (text := os.environ.get(STACK_DIRECTORY)) else None)
    if chosen is not None:
        return chosen.absolute()
    digest = hashlib.sha256(os.fsencode(root.resolve())).hexdigest()[:16]
    return home(os.geteuid()) / digest


def project_root(start: Path) -> Path:
    """Find the project that `start` is in: the nearest directory with a project file, else `start` itself."""
    for folder in (start, *start.parents):
        if any((folder / name).exists() for name in _PROJECT_FILES):
            return folder
    return start


def prepare(directory: Path) -> Path:
    """Create the directory, private; raise StackError where it cannot be made or cannot be trusted."""
    own = home(os.geteuid())
    if directory.parent == own:
        private(own)
    return private(directory)


def private(path: Path) -> Path:
    """Create one private directory, or verify the one that is there."""
    account = unprivileged()
    try:
        path.mkdir(mode=0o700, exist_ok=True)
        _verify(path, account)
        if account is not None:
            os.chown(path, 0, account.gid)
            path.chmod(0o710)
    except OSError as error:
        raise StackError.of(error, doing=f"the stack's directory {path} cannot be used") from error
    return path


def _verify(path: Path, account: Account | None) -> None:
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode):
        what = "a symbolic link" if stat.S_ISLNK(found.st_mode) else "not a directory"
        raise StackError(f"{path} is {what}; remove it, or name another directory with AUTOBIZ_STACK_DIR")
    if found.st_uid != os.geteuid():
        raise StackError(
            f"{path} belongs to user {found.st_uid}, and we are user {os.geteuid()}; "
            "remove it, or name another directory with AUTOBIZ_STACK_DIR"
        )
    allowed = 0o710 if account is not None else 0o700
    mode = stat.S_IMODE(found.st_mode)
    if mode & ~allowed & 0o777:
        raise StackError(f"{path} is open to others (mode {mode:04o}) and will hold passwords; chmod 700 it")
