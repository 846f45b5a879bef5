"""The workflows that listen to the helpdesk and look after it, run by a real n8n."""

import base64
import json
import time
from typing import Any

import httpx
import pytest

from services.contracts import Ticket
from tests.workflows import samples
from tests.workflows.conftest import N8n
from tests.workflows.stubs import Answer, Call, Stubs

pytestmark = pytest.mark.n8n

SIGNED = {"X-Deskloop-Timestamp": "1790000000", "X-Deskloop-Signature": "ab12"}
SAID = {"author": "customer", "body": "How long does a refund take?", "at": samples.AT}
ANSWERED = {"author": "bot", "body": "5 days.", "at": samples.AT}
AGAIN = {"author": "customer", "body": "Is that so?", "at": samples.AT}


def notice(event: str = "ticket.created", **changes: Any) -> dict[str, Any]:
    follow_up = changes.pop("follow_up", None)
    return {"event": event, "ticket": samples.helpdesk_ticket(**changes), "follow_up": follow_up}


def send(n8n: N8n, body: dict[str, Any], path: str = "django-helpdesk/ticket") -> httpx.Response:
    return n8n.post(path, body, SIGNED)


def test_a_new_ticket_is_in_the_inbox_before_the_helpdesk_is_answered(
    n8n: N8n, stubs: Stubs
) -> None:
    response = send(n8n, notice())
    assert response.status_code == 200
    assert response.json() == {"ticket_id": samples.TICKET_ID, "status": "new"}
    assert stubs.steps() == ["verify", "tickets"]
    ticket = Ticket.model_validate(stubs.bodies("tickets")[0]["ticket"])
    assert (ticket.id, ticket.subject, ticket.body) == (
        "django-helpdesk:42",
        "Refund",
        "How long does a refund take?",
    )
    assert ticket.requester.id == ticket.requester.email == "ana@example.com"
    assert ticket.thread == []


def test_the_signature_is_checked_over_the_exact_bytes(n8n: N8n, stubs: Stubs) -> None:
    raw = json.dumps(notice(title="Ünïcode  and   spaces"), indent=3).encode()
    url = f"{n8n.settings.url}/webhook/django-helpdesk/ticket"
    headers = {**SIGNED, "Content-Type": "application/json"}
    assert httpx.post(url, content=raw, headers=headers, timeout=60).is_success
    verify = stubs.bodies("verify")[0]
    assert base64.b64decode(verify["body_base64"]) == raw
    assert verify["source"] == "django-helpdesk"
    assert verify["headers"] == {
        "x-deskloop-timestamp": "1790000000",
        "x-deskloop-signature": "ab12",
    }


def test_a_reply_carries_what_was_said_before(n8n: N8n, stubs: Stubs) -> None:
    send(n8n, notice("ticket.customer_replied", conversation=[SAID, ANSWERED, AGAIN]))
    ticket = Ticket.model_validate(stubs.bodies("tickets")[0]["ticket"])
    assert ticket.body == "Is that so?"
    assert [turn.author for turn in ticket.thread] == ["customer", "bot"]


def test_a_ticket_of_nobody_and_of_enormous_length_is_taken_in(n8n: N8n, stubs: Stubs) -> None:
    long = [{**SAID, "body": "ä" * 100_000} for _ in range(20)]
    assert send(n8n, notice(submitter_email="", conversation=long)).status_code == 200
    body = stubs.bodies("tickets")[0]
    assert body["ticket"]["requester"] == {"id": "django-helpdesk:42", "email": None}
    assert len(body["ticket"]["thread"]) == 19
    assert len(json.dumps(body, ensure_ascii=False).encode()) < 1_048_576


@pytest.mark.parametrize("path", ["django-helpdesk/ticket", "django-helpdesk/follow-up"])
def test_a_wrong_signature_is_refused_for_good(n8n: N8n, stubs: Stubs, path: str) -> None:
    stubs.answers["verify"] = (401, {"status": 401, "code": "invalid_signature"})
    assert send(n8n, notice(), path).status_code == 401
    assert set(stubs.steps()) == {"verify"}


@pytest.mark.parametrize("away", ["verify", "POST tickets"])
def test_with_the_ledger_away_the_helpdesk_is_told_to_try_again(
    n8n: N8n, stubs: Stubs, away: str
) -> None:
    stubs.answers[away] = (503, {})
    assert send(n8n, notice()).status_code == 503


def agent(**changes: Any) -> dict[str, Any]:
    follow_up = {
        "id": 12,
        "comment": "Five working days, Ana.",
        "public": True,
        "author": "agent",
        "user": "maya",
        "new_status": 3,
        **changes,
    }
    return notice("ticket.agent_updated", follow_up=follow_up)


CITED = [{"source_id": "refunds#1", "quote": "5 working days"}]


def history(reply: str | None, reviewed: str | None = None) -> dict[str, Any]:
    draft = {"reply": reply, "citations": CITED} if reply else None
    said = {"classification": samples.CLASSIFICATION, "draft": draft}
    return {
        "ticket": samples.ticket(),
        "events": [{"kind": "decided", "turn": 1, "decision": said}],
        "reviews": [{"turn": 1, "decision": reviewed}],
    }


@pytest.mark.parametrize(
    ("drafted", "verdict"),
    [("Soon.", "edited"), ("Five working days, Ana.", "approved"), (None, "taught")],
)
def test_an_agent_s_solution_is_kept_beside_the_draft(
    n8n: N8n, stubs: Stubs, drafted: str | None, verdict: str
) -> None:
    stubs.answers["django-helpdesk:42"] = (200, history(drafted))
    assert send(n8n, agent(), "django-helpdesk/follow-up").status_code == 200
    kept = stubs.wait_for("corrections")[0]
    assert (kept["verdict"], kept["ai_draft"]) == (verdict, drafted or "")
    assert kept["human_resolution"] == "Five working days, Ana."
    assert (kept["category"], kept["agent_id"]) == ("billing", "maya")
    assert kept["ticket_text"] == "Refund\n\nHow long does a refund take?"
    assert kept["citations"] == (CITED if drafted else [])
    stubs.wait_for("events")
    assert stubs.event("correction_recorded")["detail"]["correction_id"] == "c1"


def test_the_verdict_as_stored_is_noted_in_the_history(n8n: N8n, stubs: Stubs) -> None:
    stubs.answers["django-helpdesk:42"] = (200, history("Five **working** days, Ana."))
    answer = {"id": "c1", "stored": True, "quality": [], "verdict": "approved"}
    stubs.answers["corrections"] = (200, {**answer, "deactivated": ["c0"]})
    send(n8n, agent(), "django-helpdesk/follow-up")
    stubs.wait_for("events")
    assert stubs.bodies("corrections")[0]["verdict"] == "edited"
    detail = stubs.event("correction_recorded")["detail"]
    assert (detail["verdict"], detail["deactivated"]) == ("approved", ["c0"])


def test_after_a_rejected_draft_the_agent_teaches(n8n: N8n, stubs: Stubs) -> None:
    stubs.answers["django-helpdesk:42"] = (200, history("Soon.", reviewed="reject"))
    send(n8n, agent(), "django-helpdesk/follow-up")
    kept = stubs.wait_for("corrections")[0]
    assert (kept["verdict"], kept["ai_draft"], kept["citations"]) == ("taught", "Soon.", [])
    stubs.wait_for("events")


def spoke(author: str, comment: str, **changes: Any) -> dict[str, Any]:
    said = {"author": author, "comment": comment, "user": "ben", "new_status": None}
    return {"public": True, **said, **changes}


def test_a_ticket_solved_without_words_teaches_the_last_reply(n8n: N8n, stubs: Stubs) -> None:
    stubs.answers["django-helpdesk:42"] = (200, history("Soon."))
    said = [
        spoke("bot", "Soon."),
        spoke("agent", "Which one?"),
        spoke("agent", "Five days."),
        spoke("agent", "He is nice.", public=False),
        spoke("customer", "Thanks!"),
        spoke("agent", "", new_status=3),
    ]
    body = agent(comment="")
    body["ticket"]["follow_ups"] = said
    assert send(n8n, body, "django-helpdesk/follow-up").status_code == 200
    kept = stubs.wait_for("corrections")[0]
    assert (kept["human_resolution"], kept["agent_id"]) == ("Five days.", "ben")
    assert (kept["verdict"], kept["citations"]) == ("edited", CITED)
    stubs.wait_for("events")


@pytest.mark.parametrize(
    ("follow_up", "said"),
    [
        ({"public": False}, []),
        ({"new_status": None}, []),
        ({"comment": " "}, []),
        ({"comment": ""}, [spoke("agent", "Five days."), spoke("bot", "Soon.")]),
        ({"comment": "", "new_status": 4}, [spoke("agent", "Five days.", new_status=3)]),
    ],
    ids=["a note", "not solved", "without words", "the bot solved it", "learned before"],
)
def test_what_teaches_nothing_is_not_kept(
    n8n: N8n, stubs: Stubs, follow_up: dict[str, Any], said: list[dict[str, Any]]
) -> None:
    body = agent(**follow_up)
    body["ticket"]["follow_ups"] = said
    assert send(n8n, body, "django-helpdesk/follow-up").status_code == 200
    time.sleep(1)
    assert stubs.steps() == ["verify"]


def test_a_correction_that_cannot_be_kept_is_seen(n8n: N8n, stubs: Stubs) -> None:
    stubs.answers["django-helpdesk:42"] = (200, history("Soon."))
    stubs.answers["corrections"] = (503, {})
    send(n8n, agent(), "django-helpdesk/follow-up")
    stubs.wait_for("failed")
    assert stubs.event("step_failed")["detail"]["step"] == "Keep the correction"
    failed = stubs.bodies("failed")[0]
    assert failed["workflow"] == "Record agent correction"


def reconcile(n8n: N8n) -> None:
    n8n.run("reconcile-helpdesk", "Every three minutes")


def test_lost_tickets_are_put_into_the_inbox(n8n: N8n, stubs: Stubs) -> None:
    lost = [samples.helpdesk_ticket(id=number) for number in (43, 44)]
    stubs.answers["GET tickets"] = (200, {"results": lost})
    reconcile(n8n)
    stubs.wait_for("tickets", count=3)
    registered = [body["ticket"]["id"] for body in stubs.bodies("tickets") if body]
    assert sorted(registered) == ["django-helpdesk:43", "django-helpdesk:44"]


def test_both_ways_into_the_inbox_write_the_same_ticket(n8n: N8n, stubs: Stubs) -> None:
    send(n8n, notice("ticket.customer_replied", conversation=[SAID, ANSWERED, AGAIN]))
    found = samples.helpdesk_ticket(conversation=[SAID, ANSWERED, AGAIN])
    stubs.answers["GET tickets"] = (200, {"results": [found]})
    reconcile(n8n)
    stubs.wait_for("tickets", count=3)
    first, second = [body for body in stubs.bodies("tickets") if body]
    assert first == second


GIVEN_UP = {
    "ticket_id": "django-helpdesk:7",
    "turn": 2,
    "reasons": [{"rule": "failed", "detail": "It failed three times.", "effect": "note"}],
}


def given_up(stubs: Stubs, **changes: Any) -> None:
    """The ledger gave ticket 7 up; the helpdesk shows it with `changes`."""
    said = [SAID, ANSWERED, AGAIN]
    ticket = samples.helpdesk_ticket(id=7, conversation=said, **changes)

    def answer(call: Call) -> Answer:
        return (200, ticket if call.path.endswith("/7/") else {"results": []})

    stubs.answers["GET tickets"] = answer
    stubs.answers["inbox"] = (200, {"tickets": [GIVEN_UP], "total": 1})


def test_agents_are_told_of_tickets_that_the_ledger_gave_up(n8n: N8n, stubs: Stubs) -> None:
    given_up(stubs)
    reconcile(n8n)
    stubs.wait_for("events")
    key = "django-helpdesk:7/turn-2/announce"
    assert stubs.bodies("claims") == [{"action": "announce", "key": key}]
    (posted,) = [call for call in stubs.calls if call.step == "followups"]
    assert (posted.body["ticket"], posted.body["public"]) == (7, False)
    assert "failed three times" in posted.body["comment"]
    assert posted.headers["if-match"] == "7", "a note only where nobody wrote since"
    assert stubs.event("posted")["claim_key"] == key
    assert "found" not in stubs.event("posted")["detail"]


FOUND = {
    "the reply that nobody confirmed": ("reply", [{"author": "bot", "public": True}]),
    "the note that nobody confirmed": ("note", [{"author": "bot", "public": False}]),
    "an agent's answer": ("somebody", [{"author": "agent", "public": True}]),
}


@pytest.mark.parametrize("case", FOUND)
def test_what_agents_know_already_is_only_told_to_the_ledger(
    n8n: N8n, stubs: Stubs, case: str
) -> None:
    found, entries = FOUND[case]
    asked = {"author": "customer", "public": True, "comment": "Again?", "id": 1}
    later = [{"comment": "Two years.", "id": 2, **entry} for entry in entries]
    given_up(stubs, follow_ups=[asked, *later])
    reconcile(n8n)
    stubs.wait_for("events")
    assert stubs.event("posted")["detail"] == {"found": found}
    assert "followups" not in stubs.steps()


@pytest.mark.parametrize("older", [{"author": "bot", "public": True, "comment": "Hi.", "id": 1}])
def test_what_was_said_before_the_customer_wrote_again_does_not_count(
    n8n: N8n, stubs: Stubs, older: dict[str, Any]
) -> None:
    asked = {"author": "customer", "public": True, "comment": "Again?", "id": 2}
    given_up(stubs, follow_ups=[older, asked])
    reconcile(n8n)
    stubs.wait_for("events")
    assert len(stubs.bodies("followups")) == 1


def test_a_ticket_that_was_closed_meanwhile_gets_no_note(n8n: N8n, stubs: Stubs) -> None:
    given_up(stubs, open=False)
    reconcile(n8n)
    stubs.wait_for("events")
    assert stubs.event("posted")["detail"] == {"found": "somebody"}
    assert "followups" not in stubs.steps()


def test_a_helpdesk_away_makes_the_reconciliation_fail_visibly(n8n: N8n, stubs: Stubs) -> None:
    stubs.answers["GET tickets"] = (503, {})
    reconcile(n8n)
    stubs.wait_for("tickets", count=3)
    time.sleep(1)
    assert "followups" not in stubs.steps()
