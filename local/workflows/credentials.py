"""The credentials the workflows name, made from the environment, under ids that never change."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from local.workflows.client import N8nClient
from local.workflows.files import Json
from local.workflows.settings import DeploySettings


@dataclass(frozen=True)
class Credential:
    """One n8n credential; `data` is secret."""

    id: str
    name: str
    type: str
    data: dict[str, str]

    def fingerprint(self, updated_at: str) -> str:
        """Return a hash of what was stored when; n8n never gives secrets back to compare."""
        content = json.dumps([self.id, self.name, self.type, self.data, updated_at])
        return hashlib.sha256(content.encode()).hexdigest()


def wanted_credentials(settings: DeploySettings) -> list[Credential]:
    """Return the credentials of all workflows, with their secrets; of helpdesks that are set up."""
    return [
        *_own(settings),
        *_zendesk(settings),
        *_mail(settings),
        *_webhook(settings),
        *_intercom(settings),
        *_freshdesk(settings),
    ]


def credentials_of(workflow: Json) -> set[str]:
    """Return the ids of the credentials that a workflow names."""
    held = [c for node in workflow.get("nodes", []) for c in node.get("credentials", {}).values()]
    return {str(credential["id"]) for credential in held}


def _zendesk(settings: DeploySettings) -> list[Credential]:
    token = settings.zendesk_api_token
    if not (settings.zendesk_url and settings.zendesk_agent_email and token):
        return []
    subdomain = settings.zendesk_url.removeprefix("https://").partition(".")[0]
    data = {
        "subdomain": subdomain,
        "email": settings.zendesk_agent_email,
        "apiToken": token.get_secret_value(),
    }
    return [Credential("zendeskSupport01", "Zendesk API token", "zendeskApi", data)]


def _intercom(settings: DeploySettings) -> list[Credential]:
    token = settings.intercom_access_token
    if not (settings.intercom_url and token):
        return []
    data = {"apiKey": token.get_secret_value()}
    return [Credential("intercomTeam0001", "Intercom access token", "intercomApi", data)]


def _freshdesk(settings: DeploySettings) -> list[Credential]:
    key = settings.freshdesk_api_key
    if not (settings.freshdesk_url and key):
        return []
    domain = settings.freshdesk_url.removeprefix("https://").partition(".")[0]
    data = {"domain": domain, "apiKey": key.get_secret_value()}
    return [Credential("freshdeskSupport", "Freshdesk API key", "freshdeskApi", data)]


def _mail(settings: DeploySettings) -> list[Credential]:
    if not settings.mail_url:
        return []
    return [Credential("deskloopMail0001", "Deskloop mail service", *_bearer(settings))]


def _webhook(settings: DeploySettings) -> list[Credential]:
    if not settings.webhook_reply_url:
        return []
    return [Credential("deskloopWebhook1", "Deskloop webhook signer", *_bearer(settings))]


def _bearer(settings: DeploySettings) -> tuple[str, dict[str, str]]:
    token = settings.service_token.get_secret_value()
    return "httpHeaderAuth", {"name": "Authorization", "value": f"Bearer {token}"}


def _own(settings: DeploySettings) -> list[Credential]:
    return [
        Credential("deskloopServices", "Deskloop services token", *_bearer(settings)),
        Credential(
            "deskloopInboxKey",
            "Deskloop webhook key",
            "httpHeaderAuth",
            {"name": "X-Deskloop-Key", "value": settings.webhook_key.get_secret_value()},
        ),
        Credential(
            "djangoHelpdesk01",
            "django-helpdesk log-in",
            "httpBasicAuth",
            {
                "user": settings.helpdesk_username,
                "password": settings.helpdesk_password.get_secret_value(),
            },
        ),
    ]


def deploy_credentials(client: N8nClient) -> list[str]:
    """Create what is missing, update what differs; returns a line for each change."""
    there = {c["id"]: c for c in client.api("GET", "/credentials", params={"limit": 250})["data"]}
    prints = _Fingerprints(client.settings.state_folder / "n8n-credentials.json")
    changes = []
    for wanted in wanted_credentials(client.settings):
        found = there.get(wanted.id)
        if found and prints.match(wanted, found["updatedAt"]):
            continue
        changes.append(f"{'updated' if found else 'created'} credential {wanted.name}")
        prints.keep(wanted, _put(client, wanted, exists=found is not None))
    return changes


def _put(client: N8nClient, wanted: Credential, *, exists: bool) -> str:
    """Create or replace the credential; returns when n8n says it was changed."""
    body = {"name": wanted.name, "type": wanted.type, "data": wanted.data}
    if exists:
        client.api("PATCH", f"/credentials/{wanted.id}", json=body)
    else:
        client.api("POST", "/credentials", json={"id": wanted.id, **body})
    return str(client.api("GET", f"/credentials/{wanted.id}")["updatedAt"])


class _Fingerprints:
    """What was stored last, kept in a file; where it is lost, credentials are written again."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}

    def match(self, wanted: Credential, updated_at: str) -> bool:
        return self._known.get(wanted.id) == wanted.fingerprint(updated_at)

    def keep(self, wanted: Credential, updated_at: str) -> None:
        self._known[wanted.id] = wanted.fingerprint(updated_at)
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._path.touch(mode=0o600)
        self._path.write_text(json.dumps(self._known, indent=1))
