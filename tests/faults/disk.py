"""A small disk for PostgreSQL's data: a file system in memory, which can be filled up."""

import contextlib
import os
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

_SIZE = "1600m"
_CHUNK = 8 * 1024 * 1024


@cache
def why_no_small_disk() -> str | None:
    """Why such a disk cannot be had here; None where it can."""
    if os.geteuid() != 0:
        return "only root may mount a small disk"
    with TemporaryDirectory() as folder:
        if not _mount(Path(folder)):
            return "this machine does not let us mount a small disk"
        _unmount(Path(folder))
    return None


@contextlib.contextmanager
def small_disk(folder: Path) -> Iterator[None]:
    """Have `folder` lie on a disk of its own where that is possible, else leave it as it is."""
    if why_no_small_disk():
        yield
        return
    folder.mkdir(parents=True)
    _mount(folder)
    try:
        yield
    finally:
        _unmount(folder)


def _mount(folder: Path) -> bool:
    command = ["mount", "-t", "tmpfs", "-o", f"size={_SIZE}", "tmpfs", str(folder)]
    return subprocess.run(command, capture_output=True).returncode == 0


def _unmount(folder: Path) -> None:
    subprocess.run(["umount", "--lazy", str(folder)], capture_output=True, check=True)


@contextlib.contextmanager
def filled(folder: Path) -> Iterator[None]:
    """Fill the disk of `folder` to the last byte meanwhile."""
    ballast = folder / "ballast"
    try:
        with contextlib.suppress(OSError), ballast.open("wb", buffering=0) as file:
            while file.write(bytes(_CHUNK)):
                pass
        yield
    finally:
        ballast.unlink(missing_ok=True)
