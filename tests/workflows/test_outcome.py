"""`Record outcome`, run by a real n8n: what customers did with an answer reaches the ledger."""

from typing import Any

import httpx
import pytest

from services.contracts import OutcomeRequest
from tests.workflows import samples
from tests.workflows.conftest import N8n
from tests.workflows.stubs import Stubs

pytestmark = pytest.mark.n8n

SIGNED = {"X-Deskloop-Timestamp": "1790000000", "X-Deskloop-Signature": "ab12"}


def said(number: int, author: str, **changes: Any) -> dict[str, Any]:
    entry = {"id": number, "author": author, "comment": "Hm.", "public": True, "new_status": None}
    return {**entry, "date": samples.AT, **changes}


ANSWER = said(8, "bot", new_status=3)
REPLY = said(9, "customer", new_status=2)


def send(n8n: N8n, event: str, *follow_ups: dict[str, Any]) -> httpx.Response:
    """The last follow-up is the one that the event is about, others may have followed it."""
    ticket = samples.helpdesk_ticket(follow_ups=list(follow_ups))
    body = {"event": event, "ticket": ticket, "follow_up": follow_ups[-1]}
    return n8n.post("django-helpdesk/outcome", body, SIGNED)


def recorded(stubs: Stubs) -> OutcomeRequest:
    [body] = stubs.bodies("outcomes")
    return OutcomeRequest.model_validate(body)


@pytest.mark.parametrize(
    ("event", "kind"),
    [
        ("ticket.customer_replied", "customer_replied"),
        ("ticket.reopened", "reopened"),
        ("ticket.customer_closed", "solved"),
    ],
)
def test_what_a_customer_does_is_kept_with_the_answer(
    n8n: N8n, stubs: Stubs, event: str, kind: str
) -> None:
    answer = send(n8n, event, ANSWER, REPLY)
    assert (answer.status_code, answer.json()) == (200, {"recorded": True})
    assert stubs.steps() == ["verify", "outcomes"]
    outcome = recorded(stubs)
    assert (outcome.kind, outcome.turn, outcome.key) == (kind, 1, "follow-up-9")
    assert outcome.detail == {"by": "customer"}
    assert stubs.calls[-1].path == "/tickets/django-helpdesk:42/outcomes"


def test_it_is_about_the_turn_before_the_customer_s_words(n8n: N8n, stubs: Stubs) -> None:
    silent = said(10, "customer", comment="", new_status=4)
    note = said(7, "agent", public=False)
    send(n8n, "ticket.customer_closed", note, ANSWER, REPLY, silent)
    assert recorded(stubs).turn == 2


def test_an_agent_who_opens_it_again_is_named(n8n: N8n, stubs: Stubs) -> None:
    send(n8n, "ticket.reopened", ANSWER, said(9, "agent", comment="", new_status=2))
    assert recorded(stubs).detail == {"by": "agent"}


def test_a_wrong_signature_is_refused(n8n: N8n, stubs: Stubs) -> None:
    stubs.answers["verify"] = (401, {"status": 401, "code": "invalid_signature"})
    assert send(n8n, "ticket.reopened", ANSWER, REPLY).status_code == 401
    assert set(stubs.steps()) == {"verify"}


def test_with_the_ledger_away_it_is_asked_for_again_and_seen(n8n: N8n, stubs: Stubs) -> None:
    stubs.answers["outcomes"] = (503, {})
    assert send(n8n, "ticket.reopened", ANSWER, REPLY).status_code == 503
    assert stubs.wait_for("failed")[0]["workflow"] == "Record outcome"


def test_a_ticket_of_before_deskloop_needs_nobody(n8n: N8n, stubs: Stubs) -> None:
    stubs.answers["outcomes"] = (404, {"status": 404, "code": "unknown_ticket"})
    assert send(n8n, "ticket.reopened", ANSWER, REPLY).status_code == 404
    assert set(stubs.steps()) == {"verify", "outcomes"}


def test_an_event_that_nobody_knows_is_seen(n8n: N8n, stubs: Stubs) -> None:
    stubs.answers["outcomes"] = (422, {"status": 422, "code": "invalid_request"})
    assert send(n8n, "ticket.sung_at", ANSWER, REPLY).status_code == 422
    stubs.wait_for("failed")
    assert {text.splitlines()[1] for text in stubs.invalid} == {"kind"}
    stubs.invalid.clear()


def test_a_payload_without_the_expected_parts_is_seen(n8n: N8n, stubs: Stubs) -> None:
    assert not n8n.post("django-helpdesk/outcome", {"event": "ticket.reopened"}, SIGNED).is_success
    assert stubs.wait_for("failed")[0]["workflow"] == "Record outcome"
    assert "outcomes" not in stubs.steps()
