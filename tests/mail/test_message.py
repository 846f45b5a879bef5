"""A raw message is read whatever its writer did to it; machines are told from people."""

import base64
import time
from email.message import EmailMessage

import pytest

from services.contracts.mail import Automatic, MailMessage
from services.mail.errors import NotAMessage
from services.mail.message import Reader
from services.mail.service import Mail
from services.mail.settings import MailSettings

OWN = "support@larkspur.example"
READER = Reader(OWN, ("help.larkspur.example",))


def message(text: str = "Where is it?", **headers: str) -> EmailMessage:
    made = EmailMessage()
    wanted = {
        "From": "Ana Ruiz <ana@example.com>",
        "To": OWN,
        "Subject": "My order",
        "Message-ID": "<1@example.com>",
    }
    for name, value in (wanted | {k.replace("_", "-"): v for k, v in headers.items()}).items():
        made[name] = value
    made.set_content(text)
    return made


def read(made: EmailMessage | bytes) -> MailMessage:
    return READER.read(made if isinstance(made, bytes) else made.as_bytes())


def test_an_ordinary_message() -> None:
    found = read(message("Wo ist es? 🪴\n", Subject="Größe – 🪴", Reply_To="Bo <bo@example.com>"))
    assert (found.subject, found.text) == ("Größe – 🪴", "Wo ist es? 🪴")
    assert (found.sender.email, found.sender.name) == ("ana@example.com", "Ana Ruiz")
    assert found.reply_to.email == "bo@example.com"
    assert (found.message_id, found.references, found.automatic) == ("<1@example.com>", [], None)


def test_the_thread_ends_with_what_is_answered() -> None:
    found = read(message(References="<a@x> <b@x> junk <c@x>", In_Reply_To="<b@x> (of Monday)"))
    assert found.references == ["<a@x>", "<c@x>", "<b@x>"]


MACHINES: dict[str, tuple[dict[str, str], Automatic]] = {
    "vacation": ({"Auto-Submitted": "auto-replied (vacation)"}, Automatic.AUTO_REPLY),
    "generated": ({"Auto-Submitted": "auto-generated; owner=x"}, Automatic.AUTO_REPLY),
    "old vacation": ({"Precedence": "auto_reply"}, Automatic.AUTO_REPLY),
    "autoreply": ({"X-Autoreply": "yes"}, Automatic.AUTO_REPLY),
    "newsletter": ({"List-Unsubscribe": "<https://x.example>"}, Automatic.MAILING_LIST),
    "list": ({"List-Id": "Plants <plants.example>"}, Automatic.MAILING_LIST),
    "bulk": ({"Precedence": "Bulk"}, Automatic.MAILING_LIST),
    "empty return path": ({"Return-Path": "<>"}, Automatic.BOUNCE),
    "daemon": ({"From": "MAILER-DAEMON@mx.example"}, Automatic.BOUNCE),
    "no reply": ({"From": "Shop <no-reply@shop.example>"}, Automatic.NO_REPLY_ADDRESS),
    "nobody": ({"From": "undisclosed"}, Automatic.NO_REPLY_ADDRESS),
    "exchange": ({"X-Auto-Response-Suppress": "OOF, AutoReply"}, Automatic.ASKS_FOR_NO_REPLY),
    "ourselves": ({"From": "Support <Support@Larkspur.example>"}, Automatic.FROM_OURSELVES),
}


@pytest.mark.parametrize("what", MACHINES)
def test_machines_are_recognised(what: str) -> None:
    headers, reason = MACHINES[what]
    made = message()
    for name, value in headers.items():
        del made[name]
        made[name] = value
    assert read(made).automatic is reason


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto-Submitted": "no"},
        {"X-Auto-Response-Suppress": "DR, RN"},
        {"List-Id": "<help.larkspur.example>", "List-Post": "<mailto:x@y.example>"},
        {"From": "no-reply@forms.example", "Reply-To": "ana@example.com"},
    ],
)
def test_people_are_not_taken_for_machines(headers: dict[str, str]) -> None:
    made = message()
    for name, value in headers.items():
        del made[name]
        made[name] = value
    assert read(made).automatic is None


BOUNCE = b"""From: Mail <ana@example.com>\r\nContent-Type: multipart/report;
 report-type=%s; boundary="b"\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nNo such user\r\n--b--"""


def test_reports_are_recognised() -> None:
    assert read(BOUNCE % b"delivery-status").automatic is Automatic.BOUNCE
    assert read(BOUNCE % b'"disposition-notification"').automatic is Automatic.RECEIPT


def test_attachments_are_named_and_their_words_are_no_text() -> None:
    made = message("See the photo.")
    made.add_attachment(b"x" * 2048, maintype="image", subtype="jpeg", filename="Größe 🪴.jpg")
    made.add_attachment("secret words", filename="notes.txt")
    inner = message("inner words", Subject="The other one")
    made.add_attachment(inner)
    found = read(made)
    assert found.text == "See the photo."
    assert [file.name for file in found.attachments] == [
        "Größe 🪴.jpg",
        "notes.txt",
        "The other one.eml",
    ]
    assert (found.attachments[0].bytes, found.attachments[0].type) == (2048, "image/jpeg")


def test_html_only_and_both() -> None:
    made = message()
    made.set_content("<p>Where is <b>it</b>?</p>", subtype="html")
    assert read(made).text == "Where is it?"
    made = message("Plain words")
    made.add_alternative("<p>Rich words</p>", subtype="html")
    assert read(made).text == "Plain words"
    made = message(" \n")
    made.add_alternative("<p>Rich words</p>", subtype="html")
    assert read(made).text == "Rich words"


HEAD = (
    b"From: ana@example.com\r\nMessage-ID: <1@x>\r\nContent-Type: text/plain; charset=%s\r\n\r\n%s"
)
CHARSETS = {
    "iso-8859-1, really Windows": (
        b"iso-8859-1",
        "“Größe” – 5 €".encode("cp1252"),
        "“Größe” – 5 €",
    ),
    "gb2312": (b"gb2312", "订单在哪里？".encode("gb18030"), "订单在哪里？"),
    "shift_jis": (b"Shift_JIS", "配送①".encode("cp932"), "配送①"),
    "korean": (b"ks_c_5601-1987", "주문 어디".encode("cp949"), "주문 어디"),
    "iso-2022-jp": (b"iso-2022-jp", "配送".encode("iso-2022-jp"), "配送"),
    "koi8-r": (b"koi8-r", "Где заказ?".encode("koi8-r"), "Где заказ?"),
    "utf-8 said to be ascii": (b"us-ascii", "Größe 🪴".encode(), "Größe 🪴"),
    "nobody knows it": (b"x-unknown-9", "Größe".encode(), "Größe"),
    "not what it says": (b"utf-8", "Größe".encode("latin-1"), "Größe"),
}


@pytest.mark.parametrize("what", CHARSETS)
def test_odd_charsets(what: str) -> None:
    charset, raw, text = CHARSETS[what]
    assert read(HEAD % (charset, raw)).text == text


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x00\xff\xfe",
        b"From: \xff\xfe <a@b>\r\nSubject: =?x-odd?b?////?= =?utf-8?q?=ff?=\r\n\r\n\x00",
        b"Content-Type: multipart/mixed\r\n\r\nno boundary",
        b"Content-Type: text/plain; name*=x''%ff\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!",
        b"Message-ID: nonsense\r\nDate: yesterday\r\nReferences: <<>>\r\n\r\nhello",
        b"From: a@b\r\nContent-Type: message/rfc822\r\n\r\n",
    ],
)
def test_no_message_is_too_odd(raw: bytes) -> None:
    found = read(raw)
    assert found.message_id.startswith("<without-id-")
    assert found == read(raw).model_copy(update={"at": found.at})


@pytest.mark.parametrize("depth", [400, 3000])
def test_messages_within_messages_are_left_to_a_person(depth: int) -> None:
    head = b"From: ana@example.com\r\nSubject: Gr\xc3\xbc\xc3\x9fe\r\nMessage-ID: <1@x>\r\n"
    found = read(head + b"Content-Type: message/rfc822\r\n\r\n" * depth + b"hello")
    assert (found.message_id, found.subject) == ("<1@x>", "Grüße")
    assert (found.sender.email, found.automatic) == ("ana@example.com", None)
    assert "could not be read" in found.text
    assert [file.type for file in found.attachments] == ["message/rfc822"]


def test_headers_in_plain_utf_8_are_read() -> None:
    raw = "From: Jürgen <jürgen@bücher.example>\r\nSubject: Größe 🪴\r\n\r\nWo?".encode()
    found = read(raw)
    assert (found.sender.name, found.sender.email) == ("Jürgen", "jürgen@bücher.example")
    assert found.subject == "Größe 🪴"


def test_very_many_attachments_are_counted() -> None:
    part = b"--b\r\nContent-Type: image/png\r\n\r\n12345\r\n"
    head = b"From: a@b.example\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
    found = read(head + part * 250 + b"--b--")
    assert len(found.attachments) == 101
    assert (found.attachments[-1].name, found.attachments[-1].bytes) == ("150 more", 750)


def test_a_long_message_is_read_whole() -> None:
    text = "\n".join(f"line {n} äöü" for n in range(9000))
    assert read(message(text)).text == text


def test_a_subject_of_very_many_encoded_words_takes_no_time() -> None:
    started = time.monotonic()
    found = read(b"Subject: " + b"=?utf-8?q?a?= " * 100_000 + b"\r\n\r\nhello")
    assert found.subject.startswith("aaa")
    assert time.monotonic() - started < 5


def test_signs_that_nobody_sees_are_left_out() -> None:
    assert read(HEAD % (b"utf-8", b"a\x00\x01\x0b\x1f\x7fb\tc")).text == "ab\tc"


def test_of_a_text_without_end_the_beginning_is_read() -> None:
    found = read(message("word " * 200_000))
    assert (len(found.text), found.shortened) == (400_000, True)


def test_parts_without_number_take_no_time() -> None:
    head = b"From: a@b.example\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
    started = time.monotonic()
    found = read(head + b"--b\r\n\r\nx\r\n" * 1_000_000 + b"--b--")
    assert "could not be read" in found.text
    assert time.monotonic() - started < 5


def test_a_body_that_is_no_message_is_refused() -> None:
    mail = Mail(MailSettings())
    for bad in ("not base64!", base64.b64encode(b" \r\n").decode()):
        with pytest.raises(NotAMessage):
            mail.parse(bad)


def test_who_else_was_addressed() -> None:
    made = message(
        To=f"{OWN.upper()}, Bo <bo@example.com>",
        Cc="Grüße Zoë <zoe@example.com>, ANA@example.com, bo@example.com, nonsense, <a b@x>",
    )
    found = read(made)
    assert [each.email for each in found.copies] == ["bo@example.com", "zoe@example.com"]
    assert [each.name for each in found.copies] == ["Bo", "Grüße Zoë"]
    alias = {"Delivered_To": "bo@example.com", "List_Post": "<mailto:zoe@example.com>"}
    assert read(message(Cc="bo@example.com, zoe@example.com", **alias)).copies == []
    crowd = ", ".join(f"p{number}@example.com" for number in range(21))
    assert read(message(Cc=crowd)).copies == []
    assert len(read(message(Cc=crowd.partition(", ")[2])).copies) == 20


@pytest.mark.parametrize("name", ["From", "Reply-To", "To", "Cc", "List-Post"])
@pytest.mark.parametrize("odd", ["(" * 995, "(" * 60_000, "a:" * 30_000])
def test_addresses_within_each_other_keep_no_other_message_waiting(name: str, odd: str) -> None:
    found = read(f"{name}: {odd}\r\n\r\nWhere is it?".encode())
    assert (found.text, found.copies) == ("Where is it?", [])


def test_addresses_in_very_many_headers_are_read_in_bounded_time() -> None:
    started = time.monotonic()
    assert read(f"Cc: {'@' * 60_000}\r\n".encode() * 60 + b"\r\nWhere is it?").copies == []
    assert time.monotonic() - started < 5


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("=?UTF-8?Q?M=FCller?= Hub", "Müller Hub"),
        ("Größe =?UTF-8?Q?M=C3=BCller?= 日", "Größe Müller 日"),
        ("=?x-unknown?q?a=FC?=", "aü"),
    ],
)
def test_words_in_another_charset_than_they_say_are_read(written: str, read_as: str) -> None:
    found = read(f"From: {written} <a@x.example>\r\nSubject: {written}\r\n\r\nHi".encode())
    assert (found.subject, found.sender.name) == (read_as, read_as)
