"""New e-mail, answered or handed over by the unmodified workflows."""

import pytest

from services.contracts import Verdict
from tests.helpdesks.bed.system import System, run_workflow
from tests.helpdesks.email.standin.desk import take_in, ticket_of
from tests.helpdesks.email.standin.inbox import Inbox, body, written
from tests.workflows import samples
from tests.workflows.stubs import Answer, Call, Stubs

pytestmark = pytest.mark.n8n


def end_of(system: System, id_: str, turn: int = 1) -> tuple[str, list[str]]:
    end = system.ended(id_, turn)
    return end["route"], [reason["rule"] for reason in end["reasons"]]


def test_a_question_is_answered_in_its_conversation(inbox: Inbox, system: System) -> None:
    asked = inbox.customer_writes("How long does a refund take? 🪴", "Größe & Preis")
    take_in(system)
    id_ = ticket_of(asked)
    assert end_of(system, id_) == ("auto_sent", [])
    [answer] = inbox.sent()
    assert body(answer) == samples.REPLY
    assert (answer["In-Reply-To"], answer["References"]) == (asked, asked)
    assert answer["Auto-Submitted"] == "auto-replied"
    assert inbox.servers.post.recipients == ["ana@example.com"]
    assert inbox.ids("Sent") == [answer["Message-ID"]]
    assert inbox.ids("Answered") == [asked]
    assert b"\\Answered" in inbox.flags("Answered")[0]
    assert [inbox.ids(name) for name in ("INBOX", "Taken in", "Sending", "For agents")] == [[]] * 4
    detail = system.event(id_, "posted")["detail"]
    assert detail == {"message_id": answer["Message-ID"], "found": True}


def test_a_draft_and_a_ticket_for_a_human_are_notes_beside_the_message(
    inbox: Inbox, system: System, stubs: Stubs
) -> None:
    stubs.answers["check-draft"] = (200, samples.check(Verdict.REVIEW, 0.7))
    asked = inbox.customer_writes("How long does a refund take?")
    take_in(system)
    assert end_of(system, ticket_of(asked)) == ("review", [])
    stubs.answers["triage"] = (200, samples.triage(samples.LAWYER))
    threat = inbox.customer_writes("My lawyer will write to you.")
    take_in(system)
    assert end_of(system, ticket_of(threat)) == ("human", ["legal_or_fraud"])
    assert inbox.sent() == []
    notes = {str(m["In-Reply-To"]): m for m in inbox.messages("For agents") if m["In-Reply-To"]}
    assert "drafted a reply" in body(notes[asked])
    assert samples.REPLY.splitlines()[2] in body(notes[asked])
    assert "The customer mentions a lawyer." in body(notes[threat])
    assert notes[threat]["To"] == "Larkspur support <support@larkspur.example>"
    assert {asked, threat} <= set(inbox.ids("For agents"))
    assert inbox.ids("Taken in") == inbox.ids("INBOX") == []


def test_an_answer_to_us_goes_on_in_the_same_ticket(inbox: Inbox, system: System) -> None:
    asked = inbox.customer_writes("Where is it?")
    take_in(system)
    id_ = ticket_of(asked)
    assert end_of(system, id_) == ("auto_sent", [])
    more = inbox.customer_answers(inbox.sent()[0], "It did not come. 🪴")
    take_in(system)
    assert end_of(system, id_, turn=2)[0] == "auto_sent"
    history = system.history(id_)
    assert history["ticket"]["body"] == "It did not come. 🪴"
    said = [(turn["author"], turn["body"]) for turn in history["ticket"]["thread"]]
    assert said == [("customer", "Where is it?"), ("bot", samples.REPLY)]
    [outcome] = history["outcomes"]
    assert (outcome["kind"], outcome["turn"]) == ("customer_replied", 1)
    assert len(inbox.answer_to(more)) == 1


def test_read_twice_and_delivered_twice_is_answered_once(inbox: Inbox, system: System) -> None:
    message = written("Where is it?")
    asked = str(message["Message-ID"])
    inbox.deliver(message)
    inbox.deliver(message)
    take_in(system)
    assert end_of(system, ticket_of(asked)) == ("auto_sent", [])
    inbox.deliver(message)
    take_in(system)
    assert inbox.ids("INBOX") == []
    assert [turn["turn"] for turn in system.history(ticket_of(asked))["turns"]] == [1]
    assert len(inbox.sent()) == 1


def test_html_long_and_odd_mail_is_taken_in_whole(inbox: Inbox, system: System) -> None:
    long = "Zeile äöü 🪴\n" * 9000
    html = written("x")
    html.set_content("<p>Where is <b>it</b>? <i>🪴</i></p>", subtype="html")
    odd = written("Größe", **{"From": '"Ruiz, Ana" <Ana@Example.com>'})
    odd.set_content("Größe – 5 €", charset="cp1252")
    odd.add_attachment(b"x" * 3000, maintype="image", subtype="png", filename="Rechnung 🪴.png")
    written_ids = [inbox.customer_writes(long)]
    for message in (html, odd):
        inbox.deliver(message)
        written_ids.append(str(message["Message-ID"]))
    take_in(system)
    bodies = []
    for id_ in map(ticket_of, written_ids):
        assert end_of(system, id_) == ("auto_sent", [])
        bodies.append(system.history(id_)["ticket"]["body"])
    assert bodies[0] == long.encode("utf-16-le")[:160_000].decode("utf-16-le", "ignore")
    assert bodies[1:] == ["Where is it? 🪴", "Größe – 5 €"]
    ticket = system.history(ticket_of(written_ids[2]))["ticket"]
    assert ticket["metadata"]["attachments"] == ["Rechnung 🪴.png (3 kB)"]
    assert (ticket["requester"]["id"], ticket["requester"]["name"]) == (
        "ana@example.com",
        "Ruiz, Ana",
    )


def test_robots_are_put_aside_and_never_answered(
    inbox: Inbox, system: System, stubs: Stubs
) -> None:
    robots = {
        "Automatic": {"Auto-Submitted": "auto-replied"},
        "For agents": {"X-Auto-Response-Suppress": "All"},
    }
    ids = {folder: inbox.customer_writes("Hi", **headers) for folder, headers in robots.items()}
    newsletter = inbox.customer_writes("Buy!", **{"List-Unsubscribe": "<https://x.example>"})
    take_in(system)
    assert set(inbox.ids("Automatic")) == {ids["Automatic"], newsletter}
    assert inbox.ids("For agents") == [ids["For agents"]]
    assert (inbox.ids("INBOX"), inbox.sent(), stubs.steps()) == ([], [], [])
    assert all(system.history(ticket_of(id_)) is None for id_ in ids.values())


def test_a_bounce_of_our_reply_is_noted_and_shown_to_agents(inbox: Inbox, system: System) -> None:
    asked = inbox.customer_writes("Where is it?")
    take_in(system)
    end_of(system, ticket_of(asked))
    reply = inbox.sent()[0]
    bounce = written(
        f"User unknown\n\nMessage-ID: {reply['Message-ID']}",
        "Undelivered",
        **{"From": "MAILER-DAEMON@mx.example"},
    )
    inbox.deliver(bounce)
    take_in(system)
    note = system.event(ticket_of(asked), "note")
    assert note["detail"]["not_delivered"] == reply["Message-ID"]
    assert inbox.ids("For agents") == [bounce["Message-ID"]]
    assert len(inbox.sent()) == 1


def test_a_customer_who_writes_again_meanwhile_gets_one_answer(
    inbox: Inbox, system: System, stubs: Stubs
) -> None:
    later: list[str] = []

    def interfere(call: Call) -> Answer:
        if not later:
            headers = {"In-Reply-To": asked, "References": asked}
            later.append(inbox.customer_writes("And where is my invoice?", **headers))
        return (200, samples.DRAFT)

    stubs.answers["draft"] = interfere
    asked = inbox.customer_writes("Where is it?")
    take_in(system)
    assert end_of(system, ticket_of(asked)) == ("human", ["not_posted"])
    take_in(system)
    assert end_of(system, ticket_of(asked), turn=2) == ("auto_sent", [])
    assert [m["In-Reply-To"] for m in inbox.sent()] == later
    assert set(inbox.ids("Answered")) == {asked, *later}


def test_a_reply_nobody_confirmed_is_sent_once_and_told(inbox: Inbox, system: System) -> None:
    inbox.servers.post.answers = [None]
    asked = inbox.customer_writes("Where is it?")
    take_in(system)
    assert end_of(system, ticket_of(asked)) == ("human", ["not_posted"])
    assert len(inbox.sent()) == 1
    [note] = [m for m in inbox.messages("For agents") if m["In-Reply-To"] == asked]
    assert body(note).startswith("The mail server did not confirm the reply below.")
    assert inbox.ids("Sending") == [inbox.sent()[0]["Message-ID"]]


def test_with_the_mailbox_or_the_ledger_away_the_next_run_finds_it(
    inbox: Inbox, system: System
) -> None:
    asked = inbox.customer_writes("Where is it?")
    system.n8n.set(ledger_url="http://127.0.0.1:9")
    try:
        done = run_workflow(system, "receive-email-ticket", "Every half minute")
    finally:
        system.n8n.set(ledger_url=system.ledger_url)
    assert done["status"] == "error"
    with inbox.away():
        done = run_workflow(system, "receive-email-ticket", "Every half minute")
    assert done["status"] == "error"
    assert inbox.ids("INBOX") == [asked]
    take_in(system)
    assert end_of(system, ticket_of(asked)) == ("auto_sent", [])


def test_mail_that_does_not_fit_is_recorded_and_shown_to_agents(
    inbox: Inbox, system: System
) -> None:
    long = f"{'x' * 201}@example.com"
    asked = inbox.customer_writes("My secret words", **{"From": long})
    take_in(system)
    failure = system.ledger("/webhooks/failures", source="email")["failures"][0]
    assert failure["shape"]["message"]["sender"]["email"] == "string"
    assert "My secret words" not in str(failure)
    assert (inbox.ids("For agents"), inbox.ids("INBOX")) == ([asked], [])
