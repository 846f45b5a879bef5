"""Old tickets are emptied every night; of a forgotten customer n8n keeps no execution."""

import json
import time
from typing import Any

import pytest

from local.privacy.forget import Services, UnknownRequesterError, forget
from local.workflows.client import N8nClient
from services.contracts.privacy import ExpireRequest, ForgetCorrectionsRequest, ForgetQuotesRequest
from tests.workflows import samples
from tests.workflows.conftest import N8n
from tests.workflows.stubs import Stubs

pytestmark = pytest.mark.n8n

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


def kept(n8n: N8n, word: str) -> int:
    """How many saved executions hold the word."""
    with N8nClient(n8n.settings) as client:
        params = {"limit": 250, "includeData": "true"}
        page = client.api("GET", "/executions", params=params)["data"]
    return sum(word in json.dumps(each).lower() for each in page)


def test_saved_executions_of_a_forgotten_customer_go_and_others_stay(
    n8n: N8n, stubs: Stubs
) -> None:
    mail, other = "xylo@example.org", "xylo@example.orgs"
    for number, address in ((901, mail), (902, other)):
        body = samples.handed_out()
        body["ticket"] |= {"requester": {"id": address, "email": address}}
        body["ticket"] |= {"id": f"django-helpdesk:{number}", "source": "django-helpdesk"}
        n8n.post("triage", body | {"ticket_id": f"django-helpdesk:{number}"})
    stubs.wait_for("finish", count=2)
    assert _eventually(n8n, mail) >= 4, "both tickets, in two workflows each"
    stubs.answers["POST forget"] = lambda call: (
        (200, {"correction_ids": []})
        if "ticket_ids" in call.body
        else (200, {"ticket_ids": ["django-helpdesk:901"], "words": [mail]})
    )
    services = Services(stubs.url, stubs.url, "a-token-that-only-the-tests-use")
    with N8nClient(n8n.settings) as client:
        deleted = forget(services, client, mail)
    assert deleted.executions >= 2
    assert deleted.warnings == []
    assert kept(n8n, "django-helpdesk:901") == 0
    assert kept(n8n, "django-helpdesk:902") >= 2
    assert kept(n8n, other) >= 2


def _eventually(n8n: N8n, word: str) -> int:
    """n8n writes an execution down a moment after its last node."""
    for _ in range(100):
        if (count := kept(n8n, word)) >= 4:
            return count
        time.sleep(0.1)
    return kept(n8n, word)


def test_an_unknown_requester_is_an_error_of_its_own(stubs: Stubs) -> None:
    problem = {"code": "unknown_requester", "detail": "No ticket is of this requester."}
    stubs.answers["forget"] = (404, problem)
    with pytest.raises(UnknownRequesterError, match="No ticket"):
        forget(Services(stubs.url, stubs.url, "x" * 20), None, "nobody")
