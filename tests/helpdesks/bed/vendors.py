"""The helpdesks of the test bed: what is set for each, as an operator would in `.env`."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from local.postgres.embedded import free_port


@dataclass(frozen=True)
class Vendor:
    """One helpdesk: its source, its webhooks' secret, and its settings of `local.workflows`."""

    source: str
    webhook_secret: str
    deploy: dict[str, Any] = field(default_factory=dict)
    """Fields of `DeploySettings`."""
    seed: dict[str, Any] = field(default_factory=dict)
    """Fields of `TableSeed`."""


ZENDESK = Vendor(
    "zendesk",
    webhook_secret="c2VjcmV0LW9mLXRoZS10ZXN0cw==",
    deploy={
        "zendesk_url": "https://acme.zendesk.com",
        "zendesk_agent_email": "deskloop@acme.example",
        "zendesk_api_token": "a-token-of-the-tests",
    },
    seed={
        "zendesk_url": "https://acme.zendesk.com",
        "zendesk_agent_email": "deskloop@acme.example",
    },
)
INTERCOM = Vendor(
    "intercom",
    webhook_secret="client-secret-of-the-tests",
    deploy={
        "intercom_url": "https://api.intercom.io",
        "intercom_access_token": "an-access-token-of-the-tests",
    },
    seed={"intercom_url": "https://api.intercom.io"},
)
FRESHDESK = Vendor(
    "freshdesk",
    webhook_secret="a-secret-that-only-the-tests-use",
    deploy={
        "freshdesk_url": "https://acme.freshdesk.com",
        "freshdesk_api_key": "a-key-of-the-tests",
    },
    seed={"freshdesk_url": "https://acme.freshdesk.com"},
)
MAIL_URL = f"http://127.0.0.1:{free_port()}"
"""Where the mail service answers once the tests of e-mail start it."""
EMAIL = Vendor(
    "email",
    webhook_secret="",
    deploy={"mail_url": MAIL_URL},
    seed={"mail_url": "", "email_settled_hours": 0},
)
REPLY_URL = f"http://127.0.0.1:{free_port()}/answers"
"""Where the tests of the generic webhook listen, once they start."""
WEBHOOK = Vendor(
    "webhook",
    webhook_secret="both-ways-only-in-the-tests",
    deploy={"webhook_reply_url": REPLY_URL},
    seed={"webhook_reply_url": ""},
)
VENDORS = (ZENDESK, INTERCOM, FRESHDESK, EMAIL, WEBHOOK)
HOSTS = {
    host
    for vendor in VENDORS
    for name, value in vendor.deploy.items()
    if name.endswith("_url") and (host := urlsplit(value).hostname) != "127.0.0.1"
}
"""All that n8n may ask for through the proxy. Every vendor is set up from the start, so a workflow
that serves all of them asks them all, also before their stand-ins have started."""
