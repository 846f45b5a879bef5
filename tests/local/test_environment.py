"""What follows from the settings on one machine reaches every process."""

import json
from urllib.parse import unquote, urlsplit

import pytest

from local.environment import derived, load_environment
from local.settings import LocalSettings


def test_services_find_database_n8n_and_each_other(local_env: dict[str, str]) -> None:
    values = derived({**local_env, "LOCAL_LEDGER_PORT": "9106", "LOCAL_N8N_PORT": "9678"})

    assert values["N8N_LEDGER_URL"] == "http://127.0.0.1:9106"
    assert values["CONSOLE_LEDGER_URL"] == "http://127.0.0.1:9106"
    links = json.loads(values["CONSOLE_TICKET_LINKS"])
    assert links == {"django-helpdesk": "http://127.0.0.1:8108/tickets/{id}/"}
    assert values["LEDGER_TRIAGE_WEBHOOK_URL"] == "http://127.0.0.1:9678/webhook/triage"
    assert values["LEDGER_N8N_KEY"] == local_env["N8N_WEBHOOK_KEY"]
    secrets = json.loads(values["LEDGER_WEBHOOK_SECRETS"])
    assert secrets == {"django-helpdesk": local_env["LOCAL_HELPDESK_WEBHOOK_SECRET"]}


def test_the_webhook_secret_of_another_helpdesk_reaches_the_ledger(
    local_env: dict[str, str],
) -> None:
    zendesk, freshdesk = "https://acme.zendesk.com", "https://acme.freshdesk.com"
    told = {"LOCAL_ZENDESK_WEBHOOK_SECRET": "zendesk-chose-it", "N8N_ZENDESK_URL": zendesk}
    told |= {"LOCAL_FRESHDESK_WEBHOOK_SECRET": "somebody-chose-it", "N8N_FRESHDESK_URL": freshdesk}
    told |= {"LOCAL_WEBHOOK_SECRET": "both-ways"}
    values = derived({**local_env, **told})
    links = json.loads(values["CONSOLE_TICKET_LINKS"])
    assert links["zendesk"] == f"{zendesk}/agent/tickets/{{id}}"
    assert links["freshdesk"] == f"{freshdesk}/a/tickets/{{id}}"
    secrets = json.loads(values["LEDGER_WEBHOOK_SECRETS"])
    assert secrets["zendesk"] == "zendesk-chose-it"
    assert secrets["freshdesk"] == "somebody-chose-it"
    assert secrets["webhook"] == "both-ways"
    assert "django-helpdesk" in secrets


def test_the_mail_service_exists_where_a_mailbox_is_set(local_env: dict[str, str]) -> None:
    assert derived(local_env)["N8N_MAIL_URL"] == ""
    values = derived({**local_env, "MAIL_IMAP_HOST": "imap.example.com"})
    assert values["N8N_MAIL_URL"] == "http://127.0.0.1:8110"


def test_password_with_odd_characters_stays_a_valid_url(settings: LocalSettings) -> None:
    url = urlsplit(settings.database_url("deskloop"))
    assert unquote(url.password or "") == "p@ss word"
    assert url.hostname == "127.0.0.1"


def test_what_is_set_wins(local_env: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("N8N_CLASSIFY_URL", "http://10.0.0.9:80")
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    environment = load_environment()
    assert environment["N8N_CLASSIFY_URL"] == "http://10.0.0.9:80"
    assert "PYTHONDONTWRITEBYTECODE" not in environment
