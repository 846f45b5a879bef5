"""The environment of every process: `.env`, plus what follows from it on one machine."""

import json
import os

from dotenv import dotenv_values

from local.settings import ENV_FILE, STATE, LocalSettings

MARK = "DESKLOOP_LOCAL_STATE"
"""Set in each process we start, so that `make down` finds even what lost its parent."""
STEPS = ("classify", "rules", "retrieve", "draft", "store_correction", "ledger", "console")


def load_environment() -> dict[str, str]:
    """Return this process's environment with `.env` and what follows from it; what is set wins."""
    values = {name: value for name, value in dotenv_values(ENV_FILE).items() if value}
    values |= {name: value for name, value in os.environ.items() if value}
    # without the caches of compiled modules every start takes several times as long
    values.pop("PYTHONDONTWRITEBYTECODE", None)
    return values | {name: value for name, value in derived(values).items() if not values.get(name)}


def local_settings(environment: dict[str, str]) -> LocalSettings:
    """Return the settings as they stand in `environment`."""
    before = dict(os.environ)
    os.environ.update(environment)
    try:
        return LocalSettings()
    finally:
        os.environ.clear()
        os.environ.update(before)


def derived(values: dict[str, str]) -> dict[str, str]:
    """Return what needs no setting on one machine: who listens where, and the shared secrets."""
    settings = local_settings(values)
    n8n = settings.n8n_url
    return {
        MARK: str(STATE),
        "N8N_STATE_FOLDER": str(STATE),
        "DESKLOOP_DATABASE_URL": settings.database_url("deskloop"),
        "LEDGER_TRIAGE_WEBHOOK_URL": f"{n8n}/webhook/triage",
        "LEDGER_REVIEW_WEBHOOK_URL": f"{n8n}/webhook/apply-review-decision",
        "LEDGER_N8N_KEY": values.get("N8N_WEBHOOK_KEY", ""),
        "LEDGER_WEBHOOK_SECRETS": _webhook_secrets(settings),
        "N8N_URL": n8n,
        "N8N_OWNER_EMAIL": settings.n8n_owner_email,
        "N8N_OWNER_PASSWORD": settings.n8n_owner_password.get_secret_value(),
        "N8N_HELPDESK_PASSWORD": settings.helpdesk_bot_password.get_secret_value(),
        "N8N_HELPDESK_URL": settings.helpdesk_url,
        "N8N_MAIL_URL": settings.service_url("mail") if settings.mail_imap_host else "",
        **{f"N8N_{step.upper()}_URL": settings.service_url(step) for step in STEPS},
        **{f"CONSOLE_{step.upper()}_URL": settings.service_url(step) for step in STEPS},
        "CONSOLE_TICKET_LINKS": _ticket_links(settings, values),
    }


def _ticket_links(settings: LocalSettings, values: dict[str, str]) -> str:
    links = {"django-helpdesk": f"{settings.helpdesk_url}/tickets/{{id}}/"}
    paths = {"zendesk": "/agent/tickets/{id}", "freshdesk": "/a/tickets/{id}"}
    for source, path in paths.items():
        if url := values.get(f"N8N_{source.upper()}_URL"):
            links[source] = f"{url}{path}"
    if values.get("N8N_INTERCOM_URL"):
        links["intercom"] = "https://app.intercom.com/a/apps/_/conversations/{id}"
    return json.dumps(links)


def _webhook_secrets(settings: LocalSettings) -> str:
    secrets = {
        "django-helpdesk": settings.helpdesk_webhook_secret,
        "zendesk": settings.zendesk_webhook_secret,
        "intercom": settings.intercom_webhook_secret,
        "freshdesk": settings.freshdesk_webhook_secret,
        "webhook": settings.webhook_secret,
    }
    return json.dumps({name: s.get_secret_value() for name, s in secrets.items() if s})
