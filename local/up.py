"""`make up`: start everything on this machine and return when it is ready."""

import contextlib
import subprocess
import sys
import time
from collections.abc import Callable, Sequence

import httpx
import psycopg
from rich.console import Console

from local.env_file import ensure_env_file
from local.environment import load_environment, local_settings
from local.postgres.serve import DATABASES, local_postgres
from local.settings import LOGS, ROOT, LocalSettings
from local.show import show_addresses
from local.supervisor.config import write_config
from local.supervisor.control import Supervisor, log_tail, our_processes
from local.supervisor.ports import conflicts
from local.supervisor.processes import Process, all_processes
from local.workflows.deploy import KEPT

_STARTS = 3
"""A process that had to be started more often than this while we waited will not get ready."""
console = Console(highlight=False)
# one client for all looks: each new one reads the certificates of the whole world
_http = httpx.Client(timeout=5, trust_env=False)


class UpError(RuntimeError):
    """Something did not become ready; the text says what and where to look."""


def main() -> int:
    """Start what does not run; returns the exit code."""
    started = time.monotonic()
    try:
        settings = bring_up()
    except UpError as error:
        console.print(f"[red]✗[/red] {error}", markup=True, soft_wrap=True)
        return 1
    console.print(f"\nEverything is ready after {time.monotonic() - started:.0f} s.\n")
    show_addresses(console, settings)
    return 0


def bring_up() -> LocalSettings:
    """Do all steps of the start.

    Raises
    ------
    UpError
        Where a port is taken, or a process does not get ready in time.
    """
    for name in ensure_env_file():
        console.print(f"  new secret in .env: {name}", style="dim")
    environment = load_environment()
    settings = local_settings(environment)
    try:
        processes = all_processes(settings)
    except RuntimeError as error:
        raise UpError(str(error)) from error
    supervisor = _supervise(processes)
    _start_database(supervisor, settings, environment)
    _start_all(supervisor, processes[1:], settings)
    _set_up("workflows in n8n", ["local.workflows", "deploy"], environment)
    _set_up("help articles in retrieve", ["local.knowledge_sync"], environment)
    _wait("triage webhook", lambda: _webhook_answers(settings), 30, supervisor, None)
    return settings


def _supervise(processes: Sequence[Process]) -> Supervisor:
    """Have a supervisor that knows our processes, after a look at the ports it will need."""
    supervisor = Supervisor()
    running = _running(supervisor)
    if not running and not supervisor.is_running() and our_processes():
        raise UpError("processes of an earlier start are left without a supervisor: `make down`")
    taken = conflicts([each for each in processes if each.name not in running])
    if taken:
        raise UpError("\n  ".join(str(conflict) for conflict in taken))
    write_config(processes)
    if supervisor.is_running():
        supervisor.reload()
    else:
        supervisor.launch()
    return supervisor


def _running(supervisor: Supervisor) -> set[str]:
    if not supervisor.is_running():
        return set()
    states = supervisor.states().values()
    return {each.name for each in states if each.state in ("RUNNING", "STARTING")}


def _start_database(
    supervisor: Supervisor, settings: LocalSettings, environment: dict[str, str]
) -> None:
    supervisor.start("postgres")

    def connects() -> bool:
        with contextlib.suppress(psycopg.OperationalError):
            psycopg.connect(settings.database_url("postgres"), connect_timeout=2).close()
            return True
        return False

    _wait("postgres", connects, settings.ready_seconds, supervisor, "postgres")
    for database in DATABASES:
        local_postgres(settings).ensure_database(database)
    _set_up("database migrations", ["sql.migrate"], environment)


def _start_all(
    supervisor: Supervisor, processes: Sequence[Process], settings: LocalSettings
) -> None:
    first = [process for process in processes if not process.starts_last]
    for some in (first, [process for process in processes if process.starts_last]):
        _start_some(supervisor, some, settings)


def _start_some(
    supervisor: Supervisor, processes: Sequence[Process], settings: LocalSettings
) -> None:
    # n8n takes longest, so it goes first
    for process in sorted(processes, key=lambda each: each.name != "n8n"):
        supervisor.start(process.name)
    for process in sorted(processes, key=lambda each: each.name == "n8n"):
        _wait(
            process.name,
            lambda process=process: answers(process.ready_url),  # type: ignore[misc]
            settings.ready_seconds,
            supervisor,
            process.name,
        )


def answers(url: str | None) -> bool:
    """Tell whether `url` answers 200; None counts as answering."""
    if url is None:
        return True
    with contextlib.suppress(httpx.HTTPError):
        return _http.get(url).status_code == 200
    return False


def _webhook_answers(settings: LocalSettings) -> bool:
    """Tell whether n8n knows the triage webhook: it refuses us for the key, not the path."""
    with contextlib.suppress(httpx.HTTPError):
        answer = _http.post(f"{settings.n8n_url}/webhook/triage", json={})
        return answer.status_code in (401, 403)
    return False


def _set_up(title: str, module: list[str], environment: dict[str, str]) -> None:
    """Run one of our commands that brings something up to date."""
    started = time.monotonic()
    command = [sys.executable, "-m", *module]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    if done.returncode != 0:
        said = "\n".join((done.stdout + done.stderr).splitlines()[-15:])
        raise UpError(f"{title}: `python -m {' '.join(module)}` failed:\n{said}")
    _done(title, started)
    for line in done.stdout.splitlines():
        if line.startswith(KEPT):
            console.print(f"  {line}", style="yellow", soft_wrap=True)


def _wait(
    title: str,
    is_ready: Callable[[], bool],
    seconds: float,
    supervisor: Supervisor,
    process: str | None,
) -> None:
    started = time.monotonic()
    pids = set[int]()
    with console.status(f"waiting for {title}"):
        while not is_ready():
            state = supervisor.states()[process] if process else None
            pids |= {state.pid} - {0} if state else set()
            if (state and state.state == "FATAL") or len(pids) > _STARTS:
                raise UpError(_failure(title, "does not start"))
            if time.monotonic() - started > seconds:
                raise UpError(_failure(title, f"is not ready after {seconds:.0f} s"))
            time.sleep(0.2)
    _done(title, started)


def _failure(name: str, what: str) -> str:
    return f"{name} {what}; the last lines of {LOGS / name}.log:\n{log_tail(name)}"


def _done(title: str, started: float) -> None:
    console.print(f"[green]✓[/green] {title:<28} {time.monotonic() - started:5.1f} s")


if __name__ == "__main__":
    sys.exit(main())
