"""The account a service runs under when we are root: PostgreSQL refuses to run as root.

As an ordinary user the answer is always "our own". As root it is `nobody`, who must be able to search the
directories above its data and to execute its programs; a virtualenv below a 0700 home is out of its reach,
so such an installation is copied once to a place that it can read.
"""

import hashlib
import os
import pwd
import shutil
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path

from .errors import StackError


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An unprivileged user and its group."""

    name: str
    uid: int
    gid: int


def unprivileged() -> Account | None:
    """Name the account that services drop to, or None where there is nothing to drop."""
    if os.geteuid() != 0:
        return None
    try:
        entry = pwd.getpwnam("nobody")
    except KeyError:
        raise StackError(
            "we are root, PostgreSQL does not run as root, and there is no user 'nobody' to run it as; "
            "run as an ordinary user, or give a running server in AUTOBIZ_POSTGRES_URL"
        ) from None
    return Account(name=entry.pw_name, uid=entry.pw_uid, gid=entry.pw_gid)


def must_reach(account: Account, path: Path) -> None:
    """Raise where the account cannot pass through the directories down to `path`."""
    for folder in (*reversed(path.parents), path):
        found = folder.stat()
        if found.st_uid == account.uid:
            may_pass = found.st_mode & stat.S_IXUSR
        elif found.st_gid == account.gid:
            may_pass = found.st_mode & stat.S_IXGRP
        else:
            may_pass = found.st_mode & stat.S_IXOTH
        if not may_pass:
            raise StackError(
                f"we are root, so PostgreSQL runs as {account.name!r}, who cannot pass through {folder} to "
                f"{path}; name a directory in an open place (like /tmp) with AUTOBIZ_STACK_DIR or TMPDIR"
            )


def reachable_install(program: Path, account: Account | None, cache: Path) -> Path:
    """Give the path of `program` as the account can execute it: its own, or that of a copy below `cache`."""
    if account is None or _runs(program, account):
        return program
    copy = _copy(program, cache)
    if not _runs(copy, account):
        raise StackError(
            f"user {account.name!r} can execute neither {program} nor its copy {copy}; install where every "
            "user can read, run as an ordinary user, or name other programs with AUTOBIZ_POSTGRES_BIN"
        )
    return copy


def _runs(program: Path, account: Account) -> bool:
    try:
        done = subprocess.run(
            [program, "--version"],
            user=account.uid,
            group=account.gid,
            extra_groups=[],
            cwd="/",
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
    except OSError:
        return False
    return done.returncode == 0


def _copy(program: Path, cache: Path) -> Path:
    """Copy the installation tree, and the `<package>.libs` folder beside it that wheels link against."""
    install = program.parent.parent
    package = install.parent
    stamp = program.stat()
    key = hashlib.sha256(f"{program}:{stamp.st_size}:{stamp.st_mtime_ns}".encode()).hexdigest()[:16]
    final = cache / f"install-{key}"
    if not final.is_dir():
        fresh = cache / f"install-{key}.{os.getpid()}"
        shutil.copytree(install, fresh / package.name / install.name, symlinks=True)
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, fresh / libraries.name, symlinks=True)
        _open_to_readers(fresh)
        try:
            fresh.rename(final)
        except OSError:
            # Another keeper was faster; its copy is as good.
            shutil.rmtree(fresh, ignore_errors=True)
    return final / package.name / install.name / program.parent.name / program.name


def _open_to_readers(tree: Path) -> None:
    """Grant everyone what the owner may read and execute, whatever umask the installation was made under."""
    for folder, _, files in os.walk(tree):
        Path(folder).chmod(0o755)
        for name in files:
            path = Path(folder, name)
            if not path.is_symlink():
                path.chmod(0o755 if path.stat().st_mode & 0o100 else 0o644)
