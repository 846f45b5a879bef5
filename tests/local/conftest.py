"""Settings of a local set-up that exists only in a test."""

import pytest

from local.settings import LocalSettings

SECRETS = {
    "LOCAL_POSTGRES_PASSWORD": "p@ss word",
    "LOCAL_HELPDESK_SECRET_KEY": "a-key-that-only-the-tests-use",
    "LOCAL_HELPDESK_ADMIN_PASSWORD": "admin-password",
    "LOCAL_HELPDESK_AGENT_PASSWORD": "agent-password",
    "LOCAL_HELPDESK_BOT_PASSWORD": "bot-password-long-enough-to-be-one",
    "LOCAL_HELPDESK_WEBHOOK_SECRET": "webhook-secret-of-the-tests",
    "LOCAL_N8N_OWNER_PASSWORD": "Owner-password-1",
    "LOCAL_N8N_ENCRYPTION_KEY": "encryption-key-of-the-tests",
    "CONSOLE_PASSWORD": "console-password-of-the-tests",
    "CONSOLE_SECRET_KEY": "console-key-of-the-tests-that-signs",
    "N8N_WEBHOOK_KEY": "webhook-key-of-the-tests",
}


@pytest.fixture
def local_env(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The secrets, in the environment."""
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    return dict(SECRETS)


@pytest.fixture
def settings(local_env: dict[str, str]) -> LocalSettings:
    return LocalSettings()
