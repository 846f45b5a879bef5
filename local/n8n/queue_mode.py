"""Queue mode: Redis and n8n's workers, for when one n8n process is not enough."""

import shutil
from pathlib import Path

from local.settings import LocalSettings

Environment = dict[str, str]


def redis_command(settings: LocalSettings, folder: Path) -> list[str]:
    """Return the command line of Redis, which keeps on disk what is queued.

    Raises
    ------
    RuntimeError
        Where it is not installed.
    """
    program = shutil.which("redis-server")
    if program is None:
        raise RuntimeError(
            "LOCAL_N8N_EXECUTIONS_MODE=queue needs redis-server (Debian: apt install redis-server)"
        )
    folder.mkdir(parents=True, exist_ok=True)
    options = {
        "bind": "127.0.0.1",
        "port": str(settings.redis_port),
        "dir": str(folder),
        "appendonly": "yes",
        "save": "",
    }
    return [program, *(word for name, value in options.items() for word in (f"--{name}", value))]


def queue_environment(settings: LocalSettings) -> Environment:
    """Return what n8n and its workers need to know of the queue."""
    if settings.n8n_executions_mode != "queue":
        return {}
    return {
        "EXECUTIONS_MODE": "queue",
        "QUEUE_BULL_REDIS_HOST": "127.0.0.1",
        "QUEUE_BULL_REDIS_PORT": str(settings.redis_port),
    }


def worker_ports(settings: LocalSettings, number: int) -> tuple[int, int]:
    """Return a worker's ports, counted from 1: that of its health, that of its task runner."""
    first = settings.n8n_worker_port + 2 * (number - 1)
    return first, first + 1


def worker_environment(settings: LocalSettings, number: int) -> Environment:
    """Return what differs between one worker and another."""
    health, _ = worker_ports(settings, number)
    return {
        "QUEUE_HEALTH_CHECK_ACTIVE": "true",
        "QUEUE_HEALTH_CHECK_PORT": str(health),
        "N8N_WORKER_SERVER_ADDRESS": "127.0.0.1",
    }
