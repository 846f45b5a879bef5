"""The whole system as `make up` starts it, on free ports and in a folder of its own."""

import contextlib
import hashlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import xmlrpc.client
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import psutil
from dotenv import dotenv_values
from supervisor.xmlrpc import SupervisorTransport

ROOT = Path(__file__).resolve().parents[2]
SERVICES = ("classify", "rules", "retrieve", "draft", "store_correction", "ledger")
_PORTS = (*SERVICES, "console", "helpdesk", "postgres", "n8n", "n8n_broker", "redis")
_WORKER_PORTS = 4
_READY_SECONDS = 90
_UP_SECONDS = 600
"""It is ready in half a minute; a machine that does much else takes its time."""
_SETTINGS = (
    *("DESKLOOP_", "CLASSIFY_", "RULES_", "RETRIEVE_", "DRAFT_", "STORE_CORRECTION_"),
    *("LEDGER_", "CONSOLE_", "LOCAL_", "N8N_", "ANTHROPIC_", "OPENAI_", "HELPDESK_PROCESS_"),
)

LEASE_SECONDS = 20
"""Short, so that a lost lease is seen within a test; long enough for a slow machine."""


class Processes:
    """Starts, stops, freezes and kills the processes; knows their ports, secrets and logs."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="deskloop-e2e-"))
        # PostgreSQL runs as another user, who must reach its data
        self.folder.chmod(0o711)
        self.state = self.folder / "state"
        self.help_folder = self.folder / "help"
        self.ports = dict(zip(_PORTS, free_ports(len(_PORTS)), strict=True))
        self.ports["n8n_worker"] = free_ports_in_a_row(_WORKER_PORTS)
        self.environment = self._environment()

    def _environment(self) -> dict[str, str]:
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(_SETTINGS)}
        return inherited | {
            "LOCAL_STATE": str(self.state),
            "LOCAL_ENV_FILE": str(self.folder / ".env"),
            **{f"LOCAL_{name.upper()}_PORT": str(port) for name, port in self.ports.items()},
            "CLASSIFY_PROVIDER": "local",
            "DRAFT_PROVIDER": "local",
            "DESKLOOP_EMBEDDINGS": "local",
            "LEDGER_LEASE_SECONDS": str(LEASE_SECONDS),
            "LEDGER_RETRY_BASE_SECONDS": "0.5",
            "LEDGER_POLL_SECONDS": "1",
            "LEDGER_WORKER_TIMEOUT_SECONDS": "3",
            "N8N_RECONCILE_AFTER_MINUTES": "0",
            "RETRIEVE_HELP_FOLDER": str(self.help_folder),
            "LOCAL_READY_SECONDS": str(_UP_SECONDS),
        }

    def up(self) -> None:
        """Start everything; raises with what `make up` said where it fails."""
        done = self._run("local.up", 2 * _UP_SECONDS)
        if done.returncode != 0:
            raise AssertionError(f"`make up` failed:\n{done.stdout[-4000:]}{done.stderr[-2000:]}")

    def down(self) -> None:
        """Stop everything and remove the folder."""
        done = self._run("local.down", 120)
        shutil.rmtree(self.folder, ignore_errors=True)
        assert done.returncode == 0, f"`make down` left something running:\n{done.stdout}"

    def _run(self, module: str, seconds: float) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", module]
        options: dict[str, Any] = {"cwd": ROOT, "env": self.environment, "text": True}
        try:
            return subprocess.run(command, capture_output=True, timeout=seconds, **options)
        except subprocess.TimeoutExpired as error:
            said = (error.stdout or b"").decode(errors="replace")
            raise AssertionError(f"{module} took more than {seconds:.0f} s:\n{said}") from error

    def url(self, name: str) -> str:
        """Where a process answers."""
        return f"http://127.0.0.1:{self.ports[name]}"

    def secret(self, name: str) -> str:
        """A value that `make up` invented."""
        return str(dotenv_values(self.folder / ".env")[name])

    def log_tail(self, name: str, lines: int = 6) -> str:
        """The last lines of a process's log."""
        file = self.state / "logs" / f"{name}.log"
        if not file.exists():
            return "(no log)"
        found = file.read_text(errors="replace")[-20_000:].splitlines()[-lines:]
        return "\n".join(line[:400] for line in found)

    def start(self, name: str) -> None:
        """Start one service; returns when it is ready."""
        with self._supervisor() as supervisor:
            supervisor.startProcess(name, True)
        deadline = time.monotonic() + _READY_SECONDS
        while not self._is_ready(name):
            assert time.monotonic() < deadline, f"{name} did not start:\n{self.log_tail(name, 30)}"
            time.sleep(0.2)

    def start_unready(self, name: str) -> None:
        """Start one process and return at once."""
        with self._supervisor() as supervisor:
            supervisor.startProcess(name, False)

    def _is_ready(self, name: str) -> bool:
        try:
            return httpx.get(f"{self.url(name)}/ready", trust_env=False).is_success
        except httpx.TransportError:
            return False

    def stop(self, name: str) -> None:
        """Stop one process; supervisor leaves it stopped."""
        with self._supervisor() as supervisor:
            supervisor.stopProcess(name, True)

    def kill(self, name: str) -> None:
        """`kill -9`; supervisor starts it again."""
        os.kill(self.pid(name), signal.SIGKILL)

    @contextlib.contextmanager
    def frozen(self, name: str) -> Iterator[None]:
        """Hold a process still: who calls it waits."""
        process = psutil.Process(self.pid(name))
        process.suspend()
        try:
            yield
        finally:
            process.resume()

    @contextlib.contextmanager
    def stopped(self, name: str) -> Iterator[None]:
        """Have a process stopped for a while."""
        self.stop(name)
        try:
            yield
        finally:
            self.start(name)

    def pid(self, name: str) -> int:
        """The number of a running process."""
        with self._supervisor() as supervisor:
            return int(supervisor.getProcessInfo(name)["pid"])

    @contextlib.contextmanager
    def _supervisor(self) -> Iterator[Any]:
        mark = hashlib.sha256(str(self.state).encode()).hexdigest()[:12]
        path = Path(tempfile.gettempdir()) / f"deskloop-{os.getuid()}-{mark}.sock"
        transport = SupervisorTransport(None, None, f"unix://{path}")
        with contextlib.closing(transport):
            yield xmlrpc.client.ServerProxy("http://127.0.0.1", transport).supervisor


def free_ports(number: int) -> list[int]:
    """Return ports that nobody listens on, all different."""
    with contextlib.ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in range(number)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [int(probe.getsockname()[1]) for probe in probes]


def free_ports_in_a_row(number: int) -> int:
    """Return the first of so many ports that nobody listens on."""
    while True:
        (first,) = free_ports(1)
        try:
            with contextlib.ExitStack() as stack:
                for port in range(first, first + number):
                    stack.enter_context(socket.socket()).bind(("127.0.0.1", port))
            return first
        except (OSError, OverflowError):
            continue


def short(value: object, limit: int = 1500) -> str:
    """A value as one readable text for a failure message."""
    text = value if isinstance(value, str) else json.dumps(value, indent=1, default=str)
    return text if len(text) <= limit else f"{text[:limit]} …"
