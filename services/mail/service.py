"""What the workflows may do with the mailbox."""

import base64
import binascii
import re
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta

import structlog

from services.contracts import Author
from services.contracts.mail import (
    AgentReplies,
    AgentReply,
    Conversation,
    LeaveNoteRequest,
    MailAddress,
    MailFolder,
    MailMessage,
    MailMoved,
    MailSent,
    MoveMailRequest,
    NewMail,
    NewMails,
    NoteLeft,
    SendReplyRequest,
)
from services.mail.conversations import Conversations
from services.mail.errors import NotAMessage, NotToBeAnswered, SendingUnclear, UnknownMessage
from services.mail.locks import KeyedLocks
from services.mail.mailbox import Found, Mailbox, open_mailbox
from services.mail.message import NO_ID, Reader, has_message_id
from services.mail.outgoing import Writer, wire
from services.mail.sending import Sender
from services.mail.settings import MailSettings
from services.mail.tokens import Tokens

logger = structlog.get_logger(__name__)

_MOST_REPLIES = 200
_MOST_BEFORE = 10
_HEAD_BYTES = 20_000
_READ_BYTES = 400_000
_PLAIN = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]+@[\w.-]+", re.ASCII)
_SEEN, _ANSWERED, _FLAGGED = b"\\Seen", b"\\Answered", b"\\Flagged"


class Mail:
    """One mailbox; every call logs in anew, so that nothing is remembered but what lies there."""

    def __init__(self, settings: MailSettings) -> None:
        self.settings = settings
        self.reader = Reader(settings.address, _split(settings.own_lists))
        self.writer = Writer(settings.address, settings.name)
        self._tokens = Tokens(settings)
        self.sender = Sender(settings, self._tokens)
        self._conversations = Conversations(self.reader, self.writer, _split(settings.agents))
        self._writing = KeyedLocks()

    def open(self) -> AbstractContextManager[Mailbox]:
        """Log in to the mailbox; raises `MailboxAway` or `NoToken`."""
        return open_mailbox(self.settings, self._tokens)

    def parse(self, raw_base64: str) -> MailMessage:
        """Read one raw message."""
        try:
            raw = base64.b64decode(raw_base64, validate=True)
        except (binascii.Error, ValueError):
            raise NotAMessage("raw_base64 is not Base64.") from None
        if not raw.strip():
            raise NotAMessage("raw_base64 holds no message.")
        return self.reader.read(raw)

    def new(self, limit: int) -> NewMails:
        """Return messages that lie in the inbox and are young enough, the oldest first."""
        with self.open() as mailbox:
            mailbox.make_folders()
            young, large = self._young(mailbox)
            mailbox.move(mailbox.inbox, large, mailbox.folder(MailFolder.AGENTS))
            found = mailbox.fetch(mailbox.inbox, young[:limit])
            mails = [self._new(mailbox, each) for each in found]
        if mails or large:
            logger.info("mail_read", count=len(mails), too_large=len(large))
        return NewMails(mails=mails, too_large=len(large))

    def _young(self, mailbox: Mailbox) -> tuple[list[int], list[int]]:
        oldest = datetime.now(UTC) - timedelta(hours=self.settings.max_age_hours)
        day_before = (oldest - timedelta(days=1)).date()
        uids = mailbox.search(mailbox.inbox, ["SINCE", day_before, "UNDELETED", "UNDRAFT"])
        sizes = mailbox.sizes(mailbox.inbox, uids)
        young = [uid for uid in uids if uid in sizes and sizes[uid][1] >= oldest]
        large = [uid for uid in young if sizes[uid][0] > self.settings.max_message_bytes]
        return [uid for uid in young if uid not in large], large

    def _new(self, mailbox: Mailbox, found: Found) -> NewMail:
        message = self.reader.read(found.raw, found.received)
        answers = self._conversations.answered_by(found, message) if message.automatic else None
        about = message
        if answers and answers not in message.references:
            about = message.model_copy(update={"references": [*message.references, answers]})
        conversation = self._conversations.of(mailbox, about)
        before = []
        for turn in conversation.turns:
            if turn.message_id == message.message_id:
                break
            before.append(turn)
        is_agent = self._conversations.is_agent(message.sender.email)
        return NewMail(
            key=conversation.key,
            message=message,
            author=Author.AGENT if is_agent else Author.CUSTOMER,
            before=before,
            answers=answers,
        )

    def conversation(self, message_id: str) -> Conversation:
        """Return the conversation that a message belongs to, as it is now."""
        with self.open() as mailbox:
            message, _ = self._message(mailbox, message_id)
            return self._conversations.of(mailbox, message)

    def _message(self, mailbox: Mailbox, message_id: str) -> tuple[MailMessage, Found]:
        for folder in [*mailbox.ours, *mailbox.elsewhere()]:
            for uid in self._uids(mailbox, folder, message_id)[:1]:
                for found in mailbox.fetch(folder, [uid]):
                    return self.reader.read(found.raw, found.received), found
        raise UnknownMessage(f"No message {message_id[:200]} in the mailbox.")

    def _uids(self, mailbox: Mailbox, folder: str, message_id: str) -> list[int]:
        uids = mailbox.with_id(folder, message_id)
        if uids or not message_id.endswith(NO_ID):
            return uids
        # other ids that are none, such as one with a space in it, servers read differently
        asked = {*mailbox.without_id(folder)[-_MOST_REPLIES:]}
        asked |= {*mailbox.search(folder, ["ALL"])[-_MOST_REPLIES:]}
        heads = list(mailbox.fetch(folder, sorted(asked), _HEAD_BYTES))
        odd = [each.uid for each in heads if not has_message_id(each.raw)]
        found = mailbox.fetch(folder, odd)
        return [each.uid for each in found if self.reader.read(each.raw).message_id == message_id]

    def move(self, request: MoveMailRequest) -> MailMoved:
        """Put a message, and each copy of it, into one of our folders."""
        with self.open() as mailbox:
            mailbox.make_folders()
            return self._move(mailbox, request.message_id, request.folder)

    def _move(self, mailbox: Mailbox, message_id: str, target: MailFolder) -> MailMoved:
        name, moved = mailbox.folder(target), False
        for folder in mailbox.ours:
            if folder in (mailbox.sent, name):
                continue
            uids = self._uids(mailbox, folder, message_id)
            mailbox.move(folder, uids, name)
            moved = moved or bool(uids)
        uids = self._uids(mailbox, name, message_id)
        if target is MailFolder.ANSWERED:
            mailbox.flag(name, uids, _SEEN, _ANSWERED)
        elif target is MailFolder.AGENTS:
            mailbox.unread(name, uids)
        return MailMoved(moved=moved or bool(uids), folder=name)

    def reply(self, request: SendReplyRequest) -> MailSent:
        """Answer a customer's message once; see the errors of `Sender.send`.

        The reply lies in the folder `Sending` from before it is sent until the server took it. What
        is found there later was perhaps sent, and is not sent again.
        """
        # a caller that lost patience and asks again waits for its own first call
        with self._writing.of(request.answers), self.open() as mailbox:
            mailbox.make_folders()
            answered, _ = self._message(mailbox, request.answers)
            if answered.automatic:
                raise NotToBeAnswered(f"It comes from no person: {answered.automatic.value}.")
            reply_id = self.writer.reply_id(answered.message_id)
            repeated = self._was_sent(mailbox, reply_id)
            if not repeated:
                self._send(mailbox, answered, request)
            self._move(mailbox, answered.message_id, MailFolder.ANSWERED)
            self._tidy(mailbox, answered)
        logger.info("reply_sent", repeated=repeated)
        return MailSent(message_id=reply_id, repeated=repeated)

    def _others(self, answered: MailMessage) -> list[MailAddress]:
        """Return who gets a copy; nobody whose address could keep the reply from who asked.

        Letters beyond ASCII, for one, ask for SMTPUTF8 of the customer's server, too.
        """
        return [
            each
            for each in answered.copies
            if _PLAIN.fullmatch(each.email) and not self._conversations.is_agent(each.email)
        ]

    def _tidy(self, mailbox: Mailbox, answered: MailMessage) -> None:
        """Put what the answer settled beside it: the notes, and what the customer wrote before."""
        target = mailbox.folder(MailFolder.ANSWERED)
        agents = mailbox.folder(MailFolder.AGENTS)
        about = mailbox.fetch(agents, mailbox.about(agents, [answered.message_id]), _HEAD_BYTES)
        ids = {each.uid: self.reader.read(each.raw).message_id for each in about}
        mailbox.move(agents, [uid for uid in ids if self.writer.is_note(ids[uid])], target)
        for folder in (agents, mailbox.folder(MailFolder.TAKEN)):
            for id_ in answered.references[-_MOST_BEFORE:]:
                mailbox.move(folder, mailbox.with_id(folder, id_), target)

    def _was_sent(self, mailbox: Mailbox, reply_id: str) -> bool:
        waiting = mailbox.with_id(mailbox.sending, reply_id)
        if mailbox.with_id(mailbox.sent, reply_id):
            if waiting:
                mailbox.delete(mailbox.sending, waiting)
            return True
        if waiting:
            raise SendingUnclear(
                "This reply was handed to the SMTP server before, and nobody knows whether it was "
                f"taken: it lies in {mailbox.sending}."
            )
        return False

    def _send(self, mailbox: Mailbox, answered: MailMessage, request: SendReplyRequest) -> None:
        # what nobody read goes to nobody but who asked: it may hold what concerns only them
        with_copies = self.settings.copy_approved and not request.automatic
        copies = self._others(answered) if with_copies else []
        message = self.writer.reply(
            answered, request.text, automatic=request.automatic, copies=copies
        )
        reply_id = str(message["Message-ID"])
        mailbox.append(mailbox.sending, wire(message), _SEEN)
        try:
            sent_to = [each.email for each in copies]
            self.sender.send(message, self.settings.address, answered.reply_to.email, sent_to)
        except SendingUnclear:
            raise
        except Exception:
            mailbox.delete(mailbox.sending, mailbox.with_id(mailbox.sending, reply_id))
            raise
        waiting = mailbox.with_id(mailbox.sending, reply_id)
        if mailbox.with_id(mailbox.sent, reply_id):
            # the server keeps what it sends
            mailbox.delete(mailbox.sending, waiting)
        else:
            mailbox.move(mailbox.sending, waiting, mailbox.sent)

    def note(self, request: LeaveNoteRequest) -> NoteLeft:
        """Lay a note beside a customer's message, in the agents' folder; the same key once."""
        note_id = self.writer.note_id(request.key)
        with self._writing.of(request.answers), self.open() as mailbox:
            mailbox.make_folders()
            answered, _ = self._message(mailbox, request.answers)
            folder = mailbox.folder(MailFolder.AGENTS)
            repeated = bool(mailbox.with_id(folder, note_id))
            if not repeated:
                message = self.writer.note(
                    request.key, answered, request.text, urgent=request.urgent
                )
                mailbox.append(folder, wire(message), *([_FLAGGED] if request.urgent else []))
            self._move(mailbox, answered.message_id, MailFolder.AGENTS)
        return NoteLeft(message_id=note_id, repeated=repeated)

    def agent_replies(self, settled_hours: float, days: int) -> AgentReplies:
        """Return agents' answers of the last `days` that ended a conversation.

        An answer counts as the end where nobody wrote for `settled_hours` after it.
        """
        now = datetime.now(UTC)
        since = (now - timedelta(days=days)).date()
        with self.open() as mailbox:
            uids = mailbox.search(mailbox.sent, ["SINCE", since])[-_MOST_REPLIES:]
            sent = [
                self.reader.read(each.raw, each.received)
                for each in mailbox.fetch(mailbox.sent, uids, _READ_BYTES)
            ]
            old = now - timedelta(hours=settled_hours)
            candidates = [
                message
                for message in sent
                if message.references
                and message.at <= old
                and not self.writer.is_reply(message.message_id)
            ]
            replies = [self._lesson(mailbox, message) for message in candidates]
        return AgentReplies(replies=[reply for reply in replies if reply])

    def _lesson(self, mailbox: Mailbox, message: MailMessage) -> AgentReply | None:
        conversation = self._conversations.of(mailbox, message)
        asked = any(turn.author is Author.CUSTOMER for turn in conversation.turns)
        if not asked or conversation.turns[-1].message_id != message.message_id or not message.text:
            return None
        return AgentReply(
            key=conversation.key,
            message_id=message.message_id,
            answers=message.references[-1],
            agent=message.sender.name or message.sender.email,
            text=message.text,
            at=message.at,
        )


def _split(value: str) -> tuple[str, ...]:
    return tuple(part.strip().lower() for part in value.split(",") if part.strip())
