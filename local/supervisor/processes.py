"""What runs on one machine: each process's command, environment, port and sign of being ready."""

import sys
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from local.environment import MARK, STEPS
from local.n8n.environment import N8nOptions, n8n_command, n8n_environment
from local.n8n.queue_mode import (
    queue_environment,
    redis_command,
    worker_environment,
    worker_ports,
)
from local.settings import ROOT, STATE, LocalSettings

Environment = dict[str, str]


@dataclass(frozen=True)
class Process:
    """One supervised process."""

    name: str
    port: int
    port_setting: str
    command: list[str]
    ready_path: str | None = None
    stop_signal: str = "TERM"
    more_ports: dict[str, int] = field(default_factory=dict)
    starts_last: bool = False
    environment: Callable[[Environment], Environment] = field(default=lambda env: env)

    @property
    def ready_url(self) -> str | None:
        """What answers 200 when the process is ready; None where that is found out otherwise."""
        return self.ready_path and f"http://127.0.0.1:{self.port}{self.ready_path}"


def all_processes(settings: LocalSettings) -> list[Process]:
    """Return every process, in the order they are shown."""
    services = [step for step in STEPS if (ROOT / "services" / step / "main.py").exists()]
    services += ["mail"] if settings.mail_imap_host else []
    return [
        _postgres(settings),
        _helpdesk(settings),
        _n8n(settings),
        *(_service(name, settings) for name in services),
        *_queue(settings),
    ]


def _postgres(settings: LocalSettings) -> Process:
    return Process(
        name="postgres",
        port=settings.postgres_port,
        port_setting="LOCAL_POSTGRES_PORT",
        command=[sys.executable, "-m", "local.postgres.serve"],
        stop_signal="INT",  # the fast shutdown: does not wait for clients to leave
    )


def _service(name: str, settings: LocalSettings) -> Process:
    port = settings.service_port(name)
    application = f"services.{name}.main:create_app"
    uvicorn = [sys.executable, "-m", "uvicorn", "--factory", application]
    return Process(
        name=name,
        port=port,
        port_setting=f"LOCAL_{name.upper()}_PORT",
        command=[*uvicorn, "--host", "127.0.0.1", "--port", str(port), "--no-access-log"],
        ready_path="/ready",
    )


def _helpdesk(settings: LocalSettings) -> Process:
    def environment(inherited: Environment) -> Environment:
        return inherited | helpdesk_environment(settings)

    return Process(
        name="helpdesk",
        port=settings.helpdesk_port,
        port_setting="LOCAL_HELPDESK_PORT",
        command=[sys.executable, "-m", "local.helpdesk.serve"],
        ready_path="/ready",
        environment=environment,
    )


def helpdesk_environment(settings: LocalSettings) -> Environment:
    """Return the variables of HelpdeskOptions."""
    webhooks = f"{settings.n8n_url}/webhook/django-helpdesk"
    values: dict[str, object] = {
        "PORT": settings.helpdesk_port,
        "DATABASE_URL": settings.database_url("helpdesk"),
        "STATE": STATE / "helpdesk",
        "SECRET_KEY": settings.helpdesk_secret_key.get_secret_value(),
        "ADMIN_PASSWORD": settings.helpdesk_admin_password.get_secret_value(),
        "AGENT_PASSWORD": settings.helpdesk_agent_password.get_secret_value(),
        "BOT_PASSWORD": settings.helpdesk_bot_password.get_secret_value(),
        "WEBHOOK_SECRET": settings.helpdesk_webhook_secret.get_secret_value(),
        "WEBHOOK_TICKET_URL": f"{webhooks}/ticket",
        "WEBHOOK_FOLLOW_UP_URL": f"{webhooks}/follow-up",
        "WEBHOOK_OUTCOME_URL": f"{webhooks}/outcome",
        "KNOWLEDGE": ROOT / "local" / "knowledge",
    }
    return {f"HELPDESK_PROCESS_{name}": str(value) for name, value in values.items()}


def _n8n(settings: LocalSettings) -> Process:
    def environment(inherited: Environment) -> Environment:
        return _n8n_process(settings, n8n_options(settings), inherited)

    return Process(
        name="n8n",
        port=settings.n8n_port,
        port_setting="LOCAL_N8N_PORT",
        command=n8n_command(),
        ready_path="/healthz/readiness",
        more_ports={"LOCAL_N8N_BROKER_PORT": settings.n8n_broker_port},
        environment=environment,
    )


def _n8n_process(
    settings: LocalSettings, options: N8nOptions, inherited: Environment
) -> Environment:
    proxies = {name: inherited[name] for name in _HANDED_TO_N8N if name in inherited}
    return (
        proxies
        | n8n_environment(options)
        | {
            MARK: str(STATE),
            "N8N_CONCURRENCY_PRODUCTION_LIMIT": str(settings.n8n_concurrency),
        }
        | queue_environment(settings)
    )


def _queue(settings: LocalSettings) -> list[Process]:
    """Return Redis and the workers; nothing where n8n works alone."""
    if settings.n8n_executions_mode != "queue":
        return []
    redis = Process(
        name="redis",
        port=settings.redis_port,
        port_setting="LOCAL_REDIS_PORT",
        command=redis_command(settings, STATE / "redis"),
    )
    numbers = range(1, settings.n8n_workers + 1)
    return [redis, *(_n8n_worker(settings, number) for number in numbers)]


def _n8n_worker(settings: LocalSettings, number: int) -> Process:
    name = f"n8n-worker-{number}"
    port, broker_port = worker_ports(settings, number)
    at_once = settings.n8n_concurrency if settings.n8n_concurrency > 0 else _NO_LIMIT

    def environment(inherited: Environment) -> Environment:
        options = replace(n8n_options(settings, STATE / name), broker_port=broker_port)
        return _n8n_process(settings, options, inherited) | worker_environment(settings, number)

    return Process(
        name=name,
        port=port,
        port_setting="LOCAL_N8N_WORKER_PORT",
        command=[*n8n_command("worker"), f"--concurrency={at_once}"],
        ready_path="/healthz/readiness",
        more_ports={f"LOCAL_N8N_WORKER_PORT (its task runner's, of {name})": broker_port},
        environment=environment,
        starts_last=True,
    )


_NO_LIMIT = 1000
_HANDED_TO_N8N = ("HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY", "NODE_EXTRA_CA_CERTS", "LANG", "TZ")


def n8n_options(settings: LocalSettings, user_folder: Path = STATE / "n8n") -> N8nOptions:
    """Return how the local n8n is started."""
    return N8nOptions(
        database_url=settings.database_url("n8n"),
        port=settings.n8n_port,
        broker_port=settings.n8n_broker_port,
        user_folder=user_folder,
        encryption_key=settings.n8n_encryption_key.get_secret_value(),
        owner_email=settings.n8n_owner_email,
        owner_password=settings.n8n_owner_password.get_secret_value(),
        public_url=settings.n8n_public_url,
        save_successful=settings.n8n_save_successful,
        save_failed=settings.n8n_save_failed,
        keep_hours=settings.n8n_keep_hours,
    )
