"""Talk to supervisor: start it, ask it, end it, and find what escaped it."""

import contextlib
import http.client
import subprocess
import sys
import time
import xmlrpc.client
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
from supervisor.xmlrpc import SupervisorTransport

from local.environment import MARK
from local.settings import LOGS, ROOT, STATE
from local.supervisor.config import CONFIG, PID_FILE, socket_path

_STARTED = 20
"""Supervisor's state of a process that its program's start seconds have confirmed."""


class SupervisorError(RuntimeError):
    """Supervisor did not do what it was asked; the text says what."""


@dataclass(frozen=True)
class State:
    """What supervisor says of one process; `since` is unix seconds."""

    name: str
    state: str
    pid: int
    since: float

    @property
    def failed(self) -> bool:
        """Whether it gave up or is about to."""
        return self.state in ("FATAL", "BACKOFF", "EXITED")


class Supervisor:
    """The running supervisor of this clone."""

    @property
    def _rpc(self) -> Any:
        # one connection for each call: supervisor's transport cannot be used after an error
        transport = SupervisorTransport(None, None, f"unix://{socket_path()}")
        # the address is never used: the transport goes to the socket
        return xmlrpc.client.ServerProxy("http://127.0.0.1", transport).supervisor

    def is_running(self) -> bool:
        """Tell whether it answers."""
        try:
            return bool(self._rpc.getState()["statename"] == "RUNNING")
        except (OSError, http.client.HTTPException, xmlrpc.client.Error):
            return False

    def launch(self) -> None:
        """Start it in the background with the configuration as written."""
        socket_path().unlink(missing_ok=True)
        command = [sys.executable, "-m", "supervisor.supervisord", "-c", str(CONFIG)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
        deadline = time.monotonic() + 10
        while done.returncode == 0 and time.monotonic() < deadline:
            if self.is_running():
                return
            time.sleep(0.1)
        raise SupervisorError(f"supervisor did not start: {done.stderr or done.stdout}")

    def reload(self) -> None:
        """Take over a changed list of processes; running ones stay as they are."""
        added, _, removed = self._rpc.reloadConfig()[0]
        for name in removed:
            self.stop(name)
            self._rpc.removeProcessGroup(name)
        for name in added:
            self._rpc.addProcessGroup(name)

    def states(self) -> dict[str, State]:
        """Return what it says of each process."""
        return {
            each["name"]: State(each["name"], each["statename"], each["pid"], each["start"])
            for each in self._rpc.getAllProcessInfo()
        }

    def start(self, name: str) -> None:
        """Start a process without waiting; nothing where it runs."""
        with contextlib.suppress(xmlrpc.client.Fault):
            self._rpc.startProcess(name, False)

    def stop(self, name: str) -> None:
        """Stop a process and wait until it has ended."""
        with contextlib.suppress(xmlrpc.client.Fault):
            self._rpc.stopProcess(name, True)

    def shut_down(self) -> None:
        """Ask it to end everything and itself."""
        with contextlib.suppress(OSError, http.client.HTTPException, xmlrpc.client.Error):
            self._rpc.shutdown()


def our_processes() -> list[psutil.Process]:
    """Return every living process of this clone, also those that lost their parent."""
    found: dict[int, psutil.Process] = {}
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if _is_ours(process):
                found[process.pid] = process
                found |= {child.pid: child for child in process.children(recursive=True)}
    return [process for process in found.values() if _is_alive(process)]


def _is_ours(process: psutil.Process) -> bool:
    if process.pid == _supervisor_pid() and "supervisord" in " ".join(process.cmdline()):
        return True
    return process.environ().get(MARK) == str(STATE)


def _is_alive(process: psutil.Process) -> bool:
    with contextlib.suppress(psutil.Error):
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False


def _supervisor_pid() -> int | None:
    with contextlib.suppress(OSError, ValueError):
        return int(PID_FILE.read_text())
    return None


def log_tail(name: str, lines: int = 15) -> str:
    """Return the last lines of a process's log."""
    file: Path = LOGS / f"{name}.log"
    if not file.exists():
        return "(no log)"
    with file.open("rb") as log:
        log.seek(max(0, file.stat().st_size - 20_000))
        return "\n".join(log.read().decode(errors="replace").splitlines()[-lines:])
