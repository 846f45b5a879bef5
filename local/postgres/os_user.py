"""Which operating-system user PostgreSQL runs as: it refuses to run as root."""

import contextlib
import ctypes
import os
import pwd
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

ROOT_RUNS_AS = "deskloop-postgres"
_PR_SET_PDEATHSIG = 1


def postgres_user() -> pwd.struct_passwd | None:
    """Return the user to switch to, or None where we are not root and need not switch."""
    if os.geteuid() != 0:
        return None
    with contextlib.suppress(KeyError):
        return pwd.getpwnam(ROOT_RUNS_AS)
    return _create_user() or pwd.getpwnam("nobody")


def _create_user() -> pwd.struct_passwd | None:
    command = ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin"]
    with contextlib.suppress(OSError):
        subprocess.run([*command, ROOT_RUNS_AS], check=False, capture_output=True)
    with contextlib.suppress(KeyError):
        return pwd.getpwnam(ROOT_RUNS_AS)
    return None


def give_to(user: pwd.struct_passwd | None, path: Path) -> None:
    """Make `path`, and what lies in it where it is a folder, the user's own."""
    if user is None:
        return
    for each in [path, *path.rglob("*")]:
        if each.lstat().st_uid != user.pw_uid:
            os.chown(each, user.pw_uid, user.pw_gid, follow_symlinks=False)


def make_reachable(path: Path) -> None:
    """Let other users pass through the folders above `path`, and say so for each changed."""
    for folder in path.resolve().parents:
        mode = folder.stat().st_mode
        if not mode & 0o001:
            folder.chmod(mode | 0o001)
            print(f"note: chmod o+x {folder}, so that user {ROOT_RUNS_AS} can reach {path.name}")


def become(user: pwd.struct_passwd | None) -> None:
    """Give up root for good in this process."""
    if user is None:
        return
    os.setgroups([])
    os.setgid(user.pw_gid)
    os.setuid(user.pw_uid)


def child_setup(user: pwd.struct_passwd | None, die_with_parent: bool) -> Callable[[], None]:
    """Return what a child runs between fork and exec.

    `die_with_parent` has Linux stop the server when the calling thread ends, so call it from a
    thread that lives as long as the server is wanted; elsewhere than on Linux it does nothing.
    """
    libc = ctypes.CDLL(None) if die_with_parent and sys.platform == "linux" else None

    def setup() -> None:
        become(user)
        if libc is not None:
            # after the switch of users: the kernel clears the wish when credentials change
            libc.prctl(_PR_SET_PDEATHSIG, int(signal.SIGQUIT))

    return setup
