"""What the helpdesk process is told by its environment."""

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

BOT = "deskloop"
AGENTS = {"maya": "Maya Lindqvist", "jonas": "Jonas Weber", "priya": "Priya Nair"}
AGENTS_GROUP = "Agents"
QUEUE_SLUG = "support"


class HelpdeskOptions(BaseSettings):
    """Set by the supervisor from LocalSettings, and by tests."""

    model_config = SettingsConfigDict(env_prefix="HELPDESK_PROCESS_", env_ignore_empty=True)

    port: int = 8108
    database_url: SecretStr
    state: Path
    secret_key: SecretStr
    admin_password: SecretStr
    agent_password: SecretStr
    bot_password: SecretStr
    webhook_secret: SecretStr
    webhook_ticket_url: str = Field(description="Gets new tickets and customers' replies.")
    webhook_follow_up_url: str = Field(description="Gets what agents do.")
    webhook_outcome_url: str = Field(description="Gets what became of an answer.")
    knowledge: Path
    extra_hosts: list[str] = []
    threads: int = 8

    @property
    def public_url(self) -> str:
        """Where people reach the helpdesk, without a trailing slash."""
        return f"http://127.0.0.1:{self.port}"
