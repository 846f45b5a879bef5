"""Settings of the ledger."""

from pydantic import Field, HttpUrl, SecretStr
from pydantic_settings import BaseSettings

from services.common.settings import settings_config


class LedgerSettings(BaseSettings):
    """How tickets are verified, taken in and handed out to n8n."""

    model_config = settings_config("LEDGER_")

    webhook_secrets: dict[str, SecretStr] = Field(
        default_factory=dict,
        description='JSON object, source → secret: {"django-helpdesk": "…"}. '
        "A webhook of a source without a secret is refused.",
    )
    webhook_freshness_seconds: float = Field(
        default=300, gt=0, description="Older or later-dated webhooks are refused as replays."
    )
    hand_out: bool = Field(
        default=True,
        description="This process hands tickets out to n8n; several may, they share one limit.",
    )
    triage_webhook_url: HttpUrl = Field(
        default=HttpUrl("http://127.0.0.1:5678/webhook/triage"),
        description="n8n webhook that starts `Triage incoming ticket`.",
    )
    review_webhook_url: HttpUrl = Field(
        default=HttpUrl("http://127.0.0.1:5678/webhook/apply-review-decision"),
        description="n8n webhook that starts `Apply review decision`.",
    )
    n8n_header: str = Field(
        default="X-Deskloop-Key",
        pattern=r"^[A-Za-z0-9-]+$",
        description="Name of the header both webhooks ask for.",
    )
    n8n_key: SecretStr | None = Field(
        default=None, description="Value of that header: n8n's header-auth credential."
    )
    n8n_timeout_seconds: float = Field(
        default=10, gt=0, description="How long n8n may take to accept a ticket."
    )
    concurrency: int = Field(
        default=8, ge=1, description="Tickets that are with n8n at once, over all ledger processes."
    )
    lease_seconds: float = Field(
        default=120, gt=0, description="A ticket not finished after this is handed out again."
    )
    failure_limit: int = Field(
        default=3, ge=1, description="After so many failures a human gets the ticket."
    )
    retry_base_seconds: float = Field(
        default=2, gt=0, description="Pause after the first failure; it doubles with each one."
    )
    retry_max_seconds: float = Field(
        default=300, gt=0, description="The longest pause after a failure."
    )
    away_max_seconds: float = Field(
        default=15, gt=0, description="The longest pause between two tries while n8n is away."
    )
    queue_limit: int = Field(
        default=1000, ge=0, description="With so many tickets waiting, new ones go to a human."
    )
    poll_seconds: float = Field(
        default=5, gt=0, description="How often to look where a notification was missed."
    )
    worker_timeout_seconds: float = Field(
        default=10,
        ge=1,
        description="After so long without a sign of life another process takes over its tickets.",
    )
    queue_log_days: int = Field(
        default=7, ge=1, description="How long the queue library's own log is kept."
    )
