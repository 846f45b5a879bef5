"""Settings of the console."""

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings

from services.common.settings import settings_config


class ConsoleSettings(BaseSettings):
    """Who may log in, for how long, and where the other services are."""

    model_config = settings_config("CONSOLE_")

    password: SecretStr = Field(
        min_length=12,
        description="Log-in of everybody, each with their own name; unused where CONSOLE_USERS is.",
    )
    users: dict[str, SecretStr] = Field(
        default_factory=dict,
        description="People with a password each, as JSON in single quotes: name to bcrypt hash, "
        "as `python -m services.console.hash_password NAME` prints it.",
    )
    secret_key: SecretStr = Field(
        min_length=32, description="Signs the console's cookies; a new one logs everybody out."
    )
    idle_minutes: float = Field(
        default=60, gt=0, description="Who does nothing for so long is logged out."
    )
    session_hours: float = Field(
        default=12, gt=0, description="Everybody logs in again after so long."
    )
    secure_cookie: bool = Field(
        default=False, description="True where people reach the console through TLS."
    )
    login_failures: int = Field(
        default=10, ge=1, description="Wrong log-ins from one address before it has to wait."
    )
    login_wait_seconds: float = Field(
        default=300, gt=0, description="How long it has to wait, and a wrong log-in counts."
    )
    ledger_url: str = Field(default="http://127.0.0.1:8106", description="Where the ledger is.")
    rules_url: str = Field(default="http://127.0.0.1:8102", description="Where rules is.")
    retrieve_url: str = Field(default="http://127.0.0.1:8103", description="Where retrieve is.")
    store_correction_url: str = Field(
        default="http://127.0.0.1:8105", description="Where store_correction is."
    )
    timeout_seconds: float = Field(
        default=10, gt=0, description="Longest wait for another service's answer."
    )
    ticket_links: dict[str, str] = Field(
        default_factory=dict,
        description="Where a helpdesk shows a ticket to agents, as JSON: source to address, with "
        "{id} for the ticket's number there.",
    )
