"""A reply is sent once, or a human is told that nobody knows; both servers may fail at any time."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest

from services.contracts.mail import (
    LeaveNoteRequest,
    MailFolder,
    MailSent,
    MoveMailRequest,
    SendReplyRequest,
)
from services.mail import sending
from services.mail.connection import connection_of
from services.mail.errors import (
    MailboxAway,
    NotSent,
    NotToBeAnswered,
    Refused,
    SendingUnclear,
    UnknownMessage,
)
from services.mail.mailbox import Mailbox
from services.mail.service import Mail
from tests.helpdesks.email.standin.inbox import Inbox, body
from tests.mail.conftest import mail_with

_QUESTION = (
    b"From: Ana <ana@example.com>\r\nTo: support@larkspur.example\r\nSubject: Odd\r\n"
    b"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nWhere is my odd one?\r\n"
)


def answer(mail: Mail, message_id: str, text: str = "There.") -> MailSent:
    return mail.reply(SendReplyRequest(answers=message_id, text=text, automatic=True))


def test_the_same_question_is_answered_once(inbox: Inbox, mail: Mail) -> None:
    asked = inbox.customer_writes("Where is it?")
    first = answer(mail, asked)
    again = answer(mail, asked, "Other words")
    assert (first.repeated, again.repeated) == (False, True)
    assert first.message_id == again.message_id
    assert len(inbox.sent()) == len(inbox.messages("Sent")) == 1


@pytest.mark.parametrize(
    "id_",
    [
        "<{B1E8-77}@shop.example>",
        "<{5}@shop.example>",
        "<100%25*off@shop.example>",
        "<(a)b@shop.example>",
        "<spoofed@deskloop.invalid>",
        '<"a \\\\ b"@shop.example>',
        "<a b@shop.example>",
        "<no-domain>",
        "bare@shop.example",
        "e",
        "<grüße@shop.example>",
    ],
)
def test_a_message_is_answered_and_settled_whatever_its_id_is(
    id_: str, inbox: Inbox, mail: Mail
) -> None:
    other = inbox.customer_writes("And mine?")
    inbox.deliver(f"Message-ID: {id_}\r\n".encode() + _QUESTION)
    odd = next(each.message for each in mail.new(20).mails if "odd" in each.message.text)
    assert mail.conversation(odd.message_id).turns[-1].text == odd.text
    assert [answer(mail, odd.message_id).repeated for _ in range(2)] == [False, True]
    assert len(inbox.sent()) == 1
    assert len(inbox.messages("Deskloop/Answered")) == 1
    assert [each.message.message_id for each in mail.new(20).mails] == [other]


@pytest.mark.parametrize("id_", ["*", "ex", "x\r\nA9 DELETE INBOX", "<\r\n>", "<\t>", "<>"])
def test_what_is_no_id_names_no_message(id_: str, inbox: Inbox, mail: Mail) -> None:
    inbox.customer_writes("Where is it?")
    for call in (lambda: mail.conversation(id_), lambda: answer(mail, id_)):
        with pytest.raises(UnknownMessage):
            call()
    moved = mail.move(MoveMailRequest(message_id=id_, folder=MailFolder.TAKEN))
    assert moved.moved is False
    assert len(inbox.messages("INBOX")) == 1


def test_what_the_server_did_not_confirm_is_never_sent_again(inbox: Inbox, mail: Mail) -> None:
    asked = inbox.customer_writes("Where is it?")
    inbox.servers.post.answers = [None]
    for _ in range(3):
        with pytest.raises(SendingUnclear):
            answer(mail, asked)
    assert len(inbox.sent()) == 1
    assert inbox.ids("Sending") == [inbox.sent()[0]["Message-ID"]]
    assert "nobody knows" in connection_of(mail).missing[0]


def test_an_unclear_reply_is_sent_where_the_server_kept_a_copy(inbox: Inbox, mail: Mail) -> None:
    asked = inbox.customer_writes("Where is it?")
    inbox.servers.post.answers = [None]
    with pytest.raises(SendingUnclear):
        answer(mail, asked)
    inbox.keep("Sent", inbox.sent()[0].as_bytes())
    assert answer(mail, asked).repeated
    assert (len(inbox.sent()), inbox.ids("Sending"), inbox.ids("Answered")) == (1, [], [asked])


def test_a_caller_who_lost_patience_and_asks_again_sends_nothing_twice(
    inbox: Inbox, mail: Mail, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = inbox.customer_writes("Where is it?")
    both_are_in = threading.Barrier(2)
    make_folders = Mailbox.make_folders

    def slow(mailbox: Mailbox) -> None:
        make_folders(mailbox)
        with suppress(threading.BrokenBarrierError):
            both_are_in.wait(1)

    monkeypatch.setattr(Mailbox, "make_folders", slow)
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda _: answer(mail, asked), range(2)))
    assert sorted(each.repeated for each in answers) == [False, True]
    assert len(inbox.sent()) == 1


@pytest.mark.parametrize("address", ["ana..ruiz.@docomo.example", "jürgen@bücher.example"])
def test_addresses_that_no_standard_allows_are_answered(
    inbox: Inbox, mail: Mail, address: str
) -> None:
    inbox.deliver(f"From: Ana <{address}>\r\nMessage-ID: <1@x>\r\n\r\nWhere?".encode())
    answer(mail, "<1@x>")
    assert inbox.servers.post.recipients == [address]


@pytest.mark.parametrize("message_id", ["<1@PC-Müller>", "<=?utf-8?b?//8=?=@x>"])
def test_a_message_id_that_no_standard_allows_is_answered(
    inbox: Inbox, mail: Mail, message_id: str
) -> None:
    head = f"From: ana@example.com\r\nMessage-ID: {message_id}\r\n"
    inbox.deliver(f"{head}Subject: Größe =?UTF-8?Q?M=FCller?=\r\n\r\nWhere?".encode())
    [asked] = [each.message.message_id for each in mail.new(9).mails]
    mail.note(LeaveNoteRequest(answers=asked, key="k", text="Note"))
    answer(mail, asked)
    assert len(inbox.sent()) == 1


def test_a_server_without_smtputf8_says_so(
    inbox: Inbox, mail: Mail, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "_knows_utf8", lambda _: False)
    inbox.deliver("From: Ana <añá@example.com>\r\nMessage-ID: <1@x>\r\n\r\nWhere?".encode())
    with pytest.raises(Refused, match="ASCII"):
        answer(mail, "<1@x>")
    assert inbox.ids("Sending") == []


@pytest.mark.parametrize(("said", "error"), [("451 later", NotSent), ("554 never", Refused)])
def test_what_the_server_refused_was_not_sent(
    inbox: Inbox, mail: Mail, said: str, error: type[Exception]
) -> None:
    asked = inbox.customer_writes("Where is it?")
    inbox.servers.post.answers = [said]
    with pytest.raises(error, match=said[:3]):
        answer(mail, asked)
    assert (inbox.ids("Sending"), inbox.ids("Answered"), inbox.sent()) == ([], [], [])
    assert not answer(mail, asked).repeated
    assert len(inbox.sent()) == 1


def test_with_the_smtp_server_away_nothing_is_left_behind(inbox: Inbox) -> None:
    asked = inbox.customer_writes("Where is it?")
    mail = mail_with(inbox, smtp_port=9)
    with pytest.raises(NotSent, match="does not answer"):
        answer(mail, asked)
    assert (inbox.ids("Sending"), inbox.ids("INBOX")) == ([], [asked])


def test_robots_and_strangers_are_not_answered(inbox: Inbox, mail: Mail) -> None:
    robot = inbox.customer_writes("I am away.", **{"Auto-Submitted": "auto-replied"})
    with pytest.raises(NotToBeAnswered, match="auto_reply"):
        answer(mail, robot)
    with pytest.raises(UnknownMessage):
        answer(mail, "<never@seen>")
    assert inbox.sent() == []


def test_an_answer_is_a_proper_message(inbox: Inbox, mail: Mail) -> None:
    long_id = f"<{'x' * 200}@outlook.example>"
    asked = inbox.customer_writes(
        "Wo?", "AW: Größe\t🪴 " + "lang " * 60, **{"Message-ID": long_id, "References": "<0@x>"}
    )
    text = "Grüße 🪴\n.\n..dots\n" + "long " * 500 + "\n" + "line\n" * 3000
    answer(mail, asked, text)
    [sent] = inbox.sent()
    assert body(sent) == text.strip()
    assert sent["References"].split() == ["<0@x>", long_id]
    assert sent["In-Reply-To"] == long_id
    assert max(len(line) for line in sent.as_bytes().splitlines()) < 998
    assert sent["Auto-Submitted"] == "auto-replied"


def test_an_approved_answer_is_not_marked_as_a_robot_s(inbox: Inbox, mail: Mail) -> None:
    asked = inbox.customer_writes("Where is it?")
    mail.reply(SendReplyRequest(answers=asked, text="There.", automatic=False))
    [sent] = inbox.sent()
    assert (sent["Auto-Submitted"], sent["X-Auto-Response-Suppress"]) == (None, "All")


def test_a_note_lies_beside_the_message_and_goes_with_it(inbox: Inbox, mail: Mail) -> None:
    asked = inbox.customer_writes("Where is it?")
    request = LeaveNoteRequest(key="1", answers=asked, text="Look! 🪴", urgent=True)
    first, again = mail.note(request), mail.note(request)
    assert (first.repeated, again.repeated) == (False, True)
    assert sorted(inbox.ids("For agents")) == sorted([asked, first.message_id])
    assert not any(b"\\Seen" in flags for flags in inbox.flags("For agents"))
    assert sum(b"\\Flagged" in flags for flags in inbox.flags("For agents")) == 1
    assert inbox.sent() == []
    assert mail.conversation(asked).waiting == asked
    answer(mail, asked)
    assert inbox.ids("For agents") == []
    assert sorted(inbox.ids("Answered")) == sorted([asked, first.message_id])


def test_agents_answers_teach_when_nobody_wrote_after_them(inbox: Inbox, mail: Mail) -> None:
    asked = inbox.customer_writes("Where is it?")
    answer(mail, asked)
    theirs = inbox.agent_answers(asked, "It is in Lyon.\n\nAm 3.11.2026 schrieb Ana:\n> Where?")
    [found] = mail.agent_replies(0, 4).replies
    assert (found.message_id, found.text, found.agent) == (theirs, "It is in Lyon.", "Maya")
    assert found.answers == asked
    assert mail.agent_replies(24, 4).replies == [], "the customer may still write"
    inbox.customer_writes("No.", **{"In-Reply-To": theirs, "References": theirs})
    assert mail.agent_replies(0, 4).replies == []


def test_with_the_mailbox_away_or_closed_the_reason_is_said(inbox: Inbox) -> None:
    with pytest.raises(MailboxAway, match="log-in"):
        mail_with(inbox, password="wrong").new(1)
    with pytest.raises(MailboxAway, match="does not answer"):
        mail_with(inbox, imap_port=9).new(1)
    with inbox.away(), pytest.raises(MailboxAway, match="does not answer"):
        mail_with(inbox, timeout_seconds=0.5).new(1)
    with pytest.raises(MailboxAway, match="MAIL_IMAP_HOST"):
        mail_with(inbox, imap_host="").new(1)
    missing = connection_of(mail_with(inbox, password="wrong", address="")).missing
    assert missing[0] == "MAIL_ADDRESS is empty (step 2)."
    assert all("log-in" in words for words in missing[1:]), missing
    assert len(missing) == 3


def test_a_stranger_s_certificate_is_not_trusted(inbox: Inbox) -> None:
    mail = mail_with(inbox, ca_file=None)
    with pytest.raises(MailboxAway, match="SSL"):
        mail.new(1)
    assert any("SSL" in words for words in connection_of(mail).missing)


COPIES = {"Cc": "Bo <bo@example.com>, zoe@example.com"}


def approve(mail: Mail, message_id: str) -> None:
    mail.reply(SendReplyRequest(answers=message_id, text="There.", automatic=False))


def test_who_is_in_copy_gets_what_a_person_approved_and_nothing_else(
    inbox: Inbox, mail: Mail
) -> None:
    post = inbox.servers.post
    answer(mail, inbox.customer_writes("Where is it?", **COPIES))
    assert (post.recipients, inbox.sent()[0]["Cc"]) == (["ana@example.com"], None)
    approve(mail, inbox.customer_writes("And that?", **COPIES))
    assert post.recipients[1:] == ["ana@example.com", "bo@example.com", "zoe@example.com"]
    assert inbox.sent()[1]["Cc"] == COPIES["Cc"]
    approve(mail_with(inbox, copy_approved=False), inbox.customer_writes("And?", **COPIES))
    assert (post.recipients[4:], inbox.sent()[2]["Cc"]) == (["ana@example.com"], None)


def test_a_copy_that_the_server_refuses_holds_nobody_up(
    inbox: Inbox, mail: Mail, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse_bo(_: object, session: object, envelope: Any, to: str, options: object) -> str:
        if to == "bo@example.com":
            return "550 no such mailbox"
        envelope.rcpt_tos.append(to)
        return "250 OK"

    monkeypatch.setattr(inbox.servers.post, "handle_RCPT", refuse_bo, raising=False)
    asked = inbox.customer_writes("Where is it?", **COPIES)
    approve(mail, asked)
    assert inbox.servers.post.recipients == ["ana@example.com", "zoe@example.com"]
    assert inbox.ids("Answered") == [asked]


def test_a_copy_beyond_ascii_asks_nothing_of_the_customers_server(
    inbox: Inbox, mail: Mail, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "_knows_utf8", lambda _: False)
    copies = "Cc: zoë@example.com, bo@example.com, a\\\\b@example.com"
    asked = f"From: ana@example.com\r\n{copies}\r\nMessage-ID: <1@x>\r\n\r\nWhere is it?"
    inbox.deliver(asked.encode())
    approve(mail, "<1@x>")
    assert inbox.servers.post.recipients == ["ana@example.com", "bo@example.com"]
    assert inbox.sent()[0]["Cc"] == "bo@example.com"


def test_an_answer_is_text_and_the_same_as_simple_html(inbox: Inbox, mail: Mail) -> None:
    text = "Hello 🪴\n\nSee https://help.example/a?b=1&c=2.\n- <img src=x onerror=alert(1)>"
    answer(mail, inbox.customer_writes("Where is it?"), text)
    [sent] = inbox.sent()
    assert sent.get_content_type() == "multipart/alternative"
    plain, html = sent.get_payload()
    assert (plain.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
    assert body(sent) == text
    shown = html.get_payload(decode=True).decode("utf-8")
    link = "https://help.example/a?b=1&amp;c=2"
    assert f'<p>See <a href="{link}">{link}</a>.</p>' in shown
    assert "<li>&lt;img src=x onerror=alert(1)&gt;</li>" in shown
    assert mail.conversation(str(sent["Message-ID"])).turns[-1].text == text
