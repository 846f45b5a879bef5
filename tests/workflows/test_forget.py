"""Every night old tickets are emptied, as the Settings table says."""

from typing import Any

from services.contracts.privacy import ExpireRequest, ForgetCorrectionsRequest, ForgetQuotesRequest
from tests.workflows.conftest import N8n
from tests.workflows.stubs import Stubs

TICKETS = {"ticket_ids": ["django-helpdesk:1", "django-helpdesk:2"], "words": []}
CORRECTIONS = {"correction_ids": ["11111111-1111-1111-1111-111111111111"]}


def run(n8n: N8n, stubs: Stubs, **settings: Any) -> None:
    stubs.answers |= {"expire": (200, TICKETS), "forget": (200, CORRECTIONS)}
    stubs.answers["quotes"] = (200, {"events": 1})
    n8n.set(**settings)
    n8n.run("forget-old-tickets", "Every night")


def test_by_default_the_corrections_are_kept(n8n: N8n, stubs: Stubs) -> None:
    run(n8n, stubs, forget_after_days=365, forget_corrections=0)
    [body] = stubs.wait_for("expire")
    assert ExpireRequest.model_validate(body).older_than_days == 365
    assert stubs.calls[0].headers["authorization"].startswith("Bearer ")
    n8n.run("forget-old-tickets", "Every night")
    stubs.wait_for("expire", count=2)
    assert set(stubs.steps()) == {"expire"}


def test_corrections_go_where_the_settings_say_so(n8n: N8n, stubs: Stubs) -> None:
    run(n8n, stubs, forget_after_days=30, forget_corrections=1)
    [quotes] = stubs.wait_for("quotes")
    assert (
        ForgetQuotesRequest.model_validate(quotes).correction_ids == CORRECTIONS["correction_ids"]
    )
    [forget] = stubs.bodies("forget")
    assert ForgetCorrectionsRequest.model_validate(forget).ticket_ids == TICKETS["ticket_ids"]
    assert stubs.bodies("expire")[0] == {"older_than_days": 30}
