"""New tickets in Freshdesk, answered or handed over by the unmodified workflows."""

import pytest

from services.contracts import Verdict
from tests.helpdesks.bed.proxy import Proxy
from tests.helpdesks.bed.system import System
from tests.helpdesks.freshdesk.standin.freshdesk import Freshdesk, html_of
from tests.helpdesks.freshdesk.standin.state import OPEN, RESOLVED
from tests.workflows import samples
from tests.workflows.stubs import Stubs

pytestmark = pytest.mark.n8n


def end_of(system: System, id_: int, turn: int = 1) -> tuple[str, list[str]]:
    """Wait for the end of a ticket; returns its route and the rules that led there."""
    end = system.ended(f"freshdesk:{id_}", turn)
    return end["route"], [reason["rule"] for reason in end["reasons"]]


def test_a_new_ticket_is_answered_and_resolved(
    desk: Freshdesk, system: System, proxy: Proxy
) -> None:
    id_ = desk.customer_asks("How long does a refund take?")
    assert end_of(system, id_) == ("auto_sent", [])
    ticket = desk.ticket(id_)
    assert (ticket["status"], ticket["responder_id"]) == (RESOLVED, desk.bot["id"])
    assert ticket["tags"] == ["deskloop_answered"]
    [answer] = desk.public(id_)
    assert (answer["body"], answer["user_id"]) == (html_of(samples.REPLY), desk.bot["id"])
    assert desk.notes(id_) == []
    detail = system.event(f"freshdesk:{id_}", "posted")["detail"]
    assert detail == {"comment_id": answer["id"], "found": True}
    [asked] = desk.sent("customer_wrote")
    assert asked.statuses == [200]
    assert set(proxy.asked) <= {"acme.freshdesk.com", "acme.zendesk.com", "example.com"}


def test_a_draft_to_review_and_a_ticket_for_a_human_are_notes(
    desk: Freshdesk, system: System, stubs: Stubs
) -> None:
    stubs.answers["check-draft"] = (200, samples.check(Verdict.REVIEW, 0.7))
    review = desk.customer_asks("How long does a refund take?")
    assert end_of(system, review) == ("review", [])
    stubs.answers["triage"] = (200, samples.triage(samples.LAWYER))
    human = desk.customer_asks("My lawyer will write to you.")
    assert end_of(system, human) == ("human", ["legal_or_fraud"])
    for id_, tag, group, words in (
        (review, "deskloop_review", desk.support, "drafted a reply"),
        (human, "deskloop_human", desk.billing, "The customer mentions a lawyer."),
    ):
        ticket = desk.ticket(id_)
        assert (ticket["tags"], ticket["group_id"]) == ([tag], group["id"])
        assert (ticket["status"], ticket["priority"]) == (OPEN, 3)
        assert desk.public(id_) == []
        [note] = desk.notes(id_)
        assert words in note
    assert samples.REPLY.splitlines()[2] in desk.notes(review)[0]
    [noted] = desk.by_bot(review)
    assert '<a href="https://help.example/refunds">Refunds</a>' in noted["body"]
