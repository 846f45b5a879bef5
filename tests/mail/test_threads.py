"""Messages that belong together make one ticket, whatever mail programs and people do to them."""

from services.contracts.mail import MailFolder, MoveMailRequest, NewMail
from services.mail.service import Mail
from tests.helpdesks.email.standin.inbox import Inbox, written
from tests.mail.conftest import mail_with
from tests.mail.test_sending import answer


def newest(mail: Mail) -> NewMail:
    return mail.new(20).mails[-1]


def authors(found: NewMail) -> list[str]:
    return [turn.author.value for turn in found.before]


def test_an_answer_to_us_belongs_to_what_we_answered(inbox: Inbox, mail: Mail) -> None:
    asked = inbox.customer_writes("Where is it?")
    key = newest(mail).key
    answer(mail, asked, "It is on its way.")
    for headers in ({}, {"References": ""}, {"In-Reply-To": ""}):
        inbox.customer_answers(inbox.sent()[0], "It did not come.", **headers)
        found = newest(mail)
        assert found.key == key
        assert found.message.text == "It did not come."
        assert authors(found)[:2] == ["customer", "bot"]
        assert [turn.text for turn in found.before][:2] == ["Where is it?", "It is on its way."]


def test_an_answer_that_names_the_last_message_only_is_found(inbox: Inbox, mail: Mail) -> None:
    asked = inbox.customer_writes("Where is it?")
    key = newest(mail).key
    answer(mail, asked, "Which order?")
    ours = str(inbox.sent()[0]["Message-ID"])
    inbox.customer_writes("Number 5.", **{"In-Reply-To": ours, "References": ours})
    assert newest(mail).key == key
    assert authors(newest(mail)) == ["customer", "bot"]


def test_messages_in_the_wrong_order_are_one_conversation(inbox: Inbox, mail: Mail) -> None:
    first = written("First")
    id_ = str(first["Message-ID"])
    inbox.customer_writes("Second", **{"In-Reply-To": id_, "References": id_})
    early = newest(mail)
    assert authors(early) == ["customer"], "what it answers counts, though it is not there yet"
    inbox.deliver(first)
    assert newest(mail).key == early.key


def test_what_agents_filed_or_deleted_still_counts(inbox: Inbox, mail: Mail) -> None:
    asked = inbox.customer_writes("Where is it?")
    key = newest(mail).key
    answer(mail, asked, "Which order?")
    with inbox.servers.mailbox() as client:
        client.create_folder("Archive/2026")
        client.select_folder("Deskloop/Answered")
        client.move(client.search(), "Archive/2026")
    inbox.customer_answers(inbox.sent()[0], "Number 5.")
    found = newest(mail)
    assert (found.key, found.before[0].text) == (key, "Where is it?")
    for folder in ("Archive/2026", "Sent"):
        with inbox.servers.mailbox() as client:
            client.select_folder(folder)
            client.delete_messages(client.search())
            client.expunge()
    found = newest(mail)
    assert (found.key, authors(found)) == (key, ["customer", "bot"])
    assert "no longer in the mailbox" in found.before[0].text


def test_the_same_message_twice_is_the_same_turn(inbox: Inbox, mail: Mail) -> None:
    message = written("Where is it?")
    inbox.deliver(message)
    inbox.deliver(message)
    one, two = mail.new(20).mails
    assert (one.key, authors(one)) == (two.key, authors(two))
    mail.move(MoveMailRequest(message_id=str(message["Message-ID"]), folder=MailFolder.TAKEN))
    assert mail.new(20).mails == []
    answer(mail, str(message["Message-ID"]), "There.")
    inbox.deliver(message, hours_ago=-1)
    assert authors(newest(mail)) == [], "it stands where it first arrived, before our answer"


def test_a_message_without_an_id_is_found_again(inbox: Inbox, mail: Mail) -> None:
    inbox.customer_writes("Where is it?", **{"Message-ID": ""})
    inbox.customer_writes("And mine?", **{"Message-ID": ""})
    for found in mail.new(20).mails:
        request = MoveMailRequest(message_id=found.message.message_id, folder=MailFolder.TAKEN)
        assert mail.move(request).moved
        assert mail.conversation(found.message.message_id).turns[-1].text == found.message.text
    assert mail.new(20).mails == []
    assert len(inbox.messages("Taken in")) == 2


def test_who_waits_and_who_does_not(inbox: Inbox, mail: Mail) -> None:
    asked = inbox.customer_writes("Where is it?")
    assert mail.conversation(asked).waiting == asked
    more = inbox.customer_writes("Hello?", **{"In-Reply-To": asked, "References": asked})
    assert mail.conversation(asked).waiting == more
    inbox.customer_writes("I am away.", **{"In-Reply-To": asked, "Auto-Submitted": "auto-replied"})
    assert mail.conversation(asked).waiting == more, "a robot's note is no word of the customer"
    answer(mail, asked, "There.")
    assert mail.conversation(asked).waiting == more, "what was answered is the message before"
    inbox.agent_answers(more, "I have it.")
    conversation = mail.conversation(asked)
    assert conversation.waiting is None
    assert [turn.author.value for turn in conversation.turns] == [
        "customer",
        "customer",
        "bot",
        "agent",
    ]


def test_agents_at_other_addresses_are_known(inbox: Inbox) -> None:
    mail = mail_with(inbox, agents="maya@elsewhere.example, @larkspur.example")
    asked = inbox.customer_writes("Where is it?")
    headers = {"From": "Maya@elsewhere.example", "In-Reply-To": asked, "References": asked}
    inbox.customer_writes("I have it.", **headers)
    assert [found.author.value for found in mail.new(20).mails] == ["customer", "agent"]
    assert mail.conversation(asked).waiting is None


def test_mail_from_before_us_and_huge_mail_is_left_to_people(inbox: Inbox) -> None:
    mail = mail_with(inbox, max_message_bytes=20_000)
    inbox.deliver(written("From last week"), hours_ago=72)
    inbox.deliver(written("x" * 30_000, "Huge"))
    inbox.deliver(written("Now"))
    found = mail.new(20)
    assert ([mail.message.text for mail in found.mails], found.too_large) == (["Now"], 1)
    assert [m["Subject"] for m in inbox.messages("For agents")] == ["Huge"]
    assert len(inbox.messages("INBOX")) == 2


def test_a_bounce_tells_which_reply_did_not_arrive(inbox: Inbox, mail: Mail) -> None:
    asked = inbox.customer_writes("Where is it?")
    key = newest(mail).key
    answer(mail, asked, "There.")
    mail.move(MoveMailRequest(message_id=asked, folder=MailFolder.ANSWERED))
    sent = inbox.sent()[0]
    bounce = (
        "From: MAILER-DAEMON@mx.example\r\nMessage-ID: <b@mx>\r\nContent-Type: multipart/report;"
        ' report-type=delivery-status; boundary="b"\r\n\r\n--b\r\n\r\nNo such user\r\n--b\r\n'
        f"Content-Type: message/rfc822\r\n\r\n{sent.as_string()}\r\n--b--\r\n"
    )
    inbox.deliver(bounce.encode())
    found = newest(mail)
    assert (found.key, found.answers) == (key, sent["Message-ID"])
    assert found.message.automatic == "bounce"
