"""What a person may change about the set-up on one machine."""

import os
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings

from services.common.settings import settings_config

ROOT = Path(__file__).resolve().parents[1]
# both are needed before `.env` is read, so they are variables and no fields; tests set them
STATE = Path(os.environ.get("LOCAL_STATE") or ROOT / "local" / ".state").absolute()
LOGS = STATE / "logs"
ENV_FILE = Path(os.environ.get("LOCAL_ENV_FILE") or ROOT / ".env").absolute()


class LocalSettings(BaseSettings):
    """Ports, log-ins and sizes of everything that `make up` starts."""

    model_config = settings_config("LOCAL_")

    classify_port: int = Field(default=8101, ge=1, le=65535, description="Port of classify.")
    rules_port: int = Field(default=8102, ge=1, le=65535, description="Port of rules.")
    retrieve_port: int = Field(default=8103, ge=1, le=65535, description="Port of retrieve.")
    draft_port: int = Field(default=8104, ge=1, le=65535, description="Port of draft.")
    store_correction_port: int = Field(
        default=8105, ge=1, le=65535, description="Port of store_correction."
    )
    ledger_port: int = Field(default=8106, ge=1, le=65535, description="Port of ledger.")
    mail_port: int = Field(default=8110, ge=1, le=65535, description="Port of the mail service.")
    console_port: int = Field(default=8107, ge=1, le=65535, description="Port of the console.")
    helpdesk_port: int = Field(default=8108, ge=1, le=65535, description="Port of the helpdesk.")
    postgres_port: int = Field(default=8109, ge=1, le=65535, description="Port of PostgreSQL.")
    n8n_port: int = Field(default=5678, ge=1, le=65535, description="Port of n8n.")
    n8n_broker_port: int = Field(
        default=5679, ge=1, le=65535, description="Port n8n talks to its task runner on."
    )

    postgres_password: SecretStr = Field(description="Password of PostgreSQL's superuser.")

    helpdesk_secret_key: SecretStr = Field(description="Signs the helpdesk's sessions.")
    helpdesk_admin_password: SecretStr = Field(description="Log-in of `admin` in the helpdesk.")
    helpdesk_agent_password: SecretStr = Field(
        description="Log-in of the agents `maya`, `jonas` and `priya` in the helpdesk."
    )
    helpdesk_bot_password: SecretStr = Field(
        min_length=24,
        description="Password of the helpdesk user `deskloop`, as whom the workflows reply.",
    )
    helpdesk_webhook_secret: SecretStr = Field(
        min_length=16, description="Signs the helpdesk's webhooks; the ledger verifies them."
    )
    zendesk_webhook_secret: SecretStr | None = Field(
        default=None,
        description="Signing secret of Zendesk's webhook, where Zendesk is used "
        "(docs/helpdesks/zendesk.md).",
    )
    intercom_webhook_secret: SecretStr | None = Field(
        default=None,
        description="Client secret of our app in Intercom, which signs its webhooks, where "
        "Intercom is used (docs/helpdesks/intercom.md).",
    )
    freshdesk_webhook_secret: SecretStr | None = Field(
        default=None,
        min_length=16,
        description="What Freshdesk's webhooks carry as X-Deskloop-Secret, where Freshdesk is "
        "used; you choose it (docs/helpdesks/freshdesk.md).",
    )

    webhook_secret: SecretStr | None = Field(
        default=None,
        description="Signs the generic webhook in both directions, where it is used "
        "(docs/helpdesks/webhook.md).",
    )
    mail_imap_host: str = Field(
        default="",
        validation_alias="MAIL_IMAP_HOST",
        description="IMAP server; empty: e-mail is not used.",
    )

    n8n_owner_email: str = Field(
        default="lead@larkspur.example",
        description="Log-in of the n8n editor.",
    )
    n8n_owner_password: SecretStr = Field(
        min_length=8,
        description="Log-in of the n8n editor: a capital and a digit are required.",
    )
    n8n_encryption_key: SecretStr = Field(
        min_length=16, description="Encrypts n8n's credentials; keep it with its database."
    )
    n8n_concurrency: int = Field(
        default=20, ge=-1, description="Workflow executions n8n runs at once; -1 is no limit."
    )

    n8n_save_successful: Literal["none", "all"] = Field(
        default="none",
        description="all: n8n keeps successful executions for its list, with the tickets' text.",
    )
    n8n_save_failed: Literal["none", "all"] = Field(
        default="none",
        description="all: n8n keeps failed executions for its list, with the tickets' text.",
    )
    n8n_keep_hours: int = Field(
        default=72, ge=1, description="How long n8n keeps those executions, in hours."
    )

    n8n_public_url: str | None = Field(
        default=None,
        description="Address of n8n for people and helpdesks, where a proxy stands in front of it.",
    )
    n8n_secure_cookie: bool = Field(
        default=False, description="docker-compose: true where people reach n8n through TLS."
    )
    n8n_executions_mode: Literal["regular", "queue"] = Field(
        default="regular",
        description="queue: n8n hands executions to workers through Redis "
        "(docker-compose: with --profile queue).",
    )
    n8n_workers: int = Field(default=2, ge=1, le=16, description="Workers in queue mode.")
    n8n_worker_port: int = Field(
        default=5680, ge=1, le=65500, description="First port of the workers; each takes two."
    )
    redis_port: int = Field(
        default=6379, ge=1, le=65535, description="Port of Redis, in queue mode."
    )

    ready_seconds: int = Field(
        default=300, ge=10, description="How long `make up` waits for everything to be ready."
    )
    demo_minutes: float = Field(
        default=10.0, gt=0, description="How long `make demo` waits for the last decision."
    )

    @property
    def helpdesk_url(self) -> str:
        """Where the helpdesk answers, without a trailing slash."""
        return f"http://127.0.0.1:{self.helpdesk_port}"

    @property
    def n8n_url(self) -> str:
        """Where n8n answers, without a trailing slash."""
        return f"http://127.0.0.1:{self.n8n_port}"

    def service_port(self, service: str) -> int:
        """Return the port of one of our services by its name."""
        port: int = getattr(self, f"{service}_port")
        return port

    def service_url(self, service: str) -> str:
        """Return where one of our services answers, without a trailing slash."""
        return f"http://127.0.0.1:{self.service_port(service)}"

    def database_url(self, database: str) -> str:
        """Return the URL of a database on the embedded server."""
        password = self.postgres_password.get_secret_value()
        return f"postgresql://postgres:{password}@127.0.0.1:{self.postgres_port}/{database}"
