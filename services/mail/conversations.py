"""Which messages belong together, who wrote each, and what names the whole."""

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from services.contracts import Author
from services.contracts.mail import Automatic, Conversation, MailFolder, MailMessage, MailTurn
from services.mail.mailbox import Found, Mailbox
from services.mail.message import NOBODY, Reader
from services.mail.outgoing import Writer

_Message = TypeVar("_Message", bound=MailMessage)
_ROUNDS = 4
_ASKED = 20
_MOST = 200
_READ_BYTES = 400_000
_DEEPEST = 100
_GONE = "(This message is no longer in the mailbox.)"


@dataclass(frozen=True)
class Conversations:
    """Finds conversations in a mailbox; `agents` are addresses and @domains, in lower case."""

    reader: Reader
    writer: Writer
    agents: tuple[str, ...] = ()

    def of(self, mailbox: Mailbox, message: MailMessage) -> Conversation:
        """Return the conversation of a message, itself included."""
        asked = [message.message_id, *message.references[-_ASKED:]]
        start = self._look(mailbox, mailbox.ours, asked)
        copies = [each for each in start if each.message.message_id == message.message_id]
        # as it was handed in (a bounce was told what it is about), when it first arrived
        first = min([message.at, *(copy.message.at for copy in copies)])
        message = message.model_copy(update={"at": first})
        start = [_Placed(message, each.folder) if each in copies else each for each in start]
        start += [] if copies else [_Placed(message, mailbox.inbox)]
        found = self._gathered(mailbox, start, set(asked))
        turns = [turn for each in found if (turn := self._turn(mailbox, each))]
        turns = _in_order([*self._gone(found), *turns])
        return Conversation(key=_key(found), turns=turns, waiting=_waiting(turns))

    def answered_by(self, found: Found, message: MailMessage) -> str | None:
        """Return our reply that a bounce or an automatic reply is about, wherever it names it."""
        text = f"{_text(found)}\n{message.text}"
        ids = [str(id_) for id_ in re.findall(r"<deskloop\.[0-9a-f]{40}@[^<>\s]{1,253}>", text)]
        return next((id_ for id_ in ids if self.writer.is_reply(id_)), None)

    def _gathered(
        self, mailbox: Mailbox, start: Sequence["_Placed"], asked: set[str]
    ) -> list["_Placed"]:
        """Return all messages that answer each other, each once."""
        known = _unique(mailbox, start)
        for places in [*[mailbox.ours] * _ROUNDS, mailbox.elsewhere()]:
            ids = _ids(known.values())
            missing = [id_ for id_ in ids if id_ not in known]
            todo = missing if places != mailbox.ours else [i for i in ids if i not in asked]
            if not todo or len(known) > _MOST:
                continue
            asked.update(todo)
            known = _unique(mailbox, [*known.values(), *self._look(mailbox, places, todo)])
        return [
            known[message.message_id] for message in _in_order([p.message for p in known.values()])
        ]

    def _look(
        self, mailbox: Mailbox, folders: Sequence[str], ids: Sequence[str]
    ) -> list["_Placed"]:
        found = []
        for folder in folders:
            uids = mailbox.about(folder, ids)[-_MOST:]
            for each in mailbox.fetch(folder, uids, _READ_BYTES):
                found.append(_Placed(self.reader.read(each.raw, each.received), folder))
        return found

    def _turn(self, mailbox: Mailbox, placed: "_Placed") -> MailTurn | None:
        author = self._author(mailbox, placed)
        if author is None:
            return None
        return MailTurn(**placed.message.model_dump(), author=author, folder=placed.folder)

    def _author(self, mailbox: Mailbox, placed: "_Placed") -> Author | None:
        """Tell who wrote a message; None where it is no part of what was said."""
        message = placed.message
        if placed.folder == mailbox.sent:
            return Author.BOT if self.writer.is_reply(message.message_id) else Author.AGENT
        if self.writer.is_note(message.message_id) and placed.folder == mailbox.folder(
            MailFolder.AGENTS
        ):
            return None
        if message.automatic is Automatic.FROM_OURSELVES or self.is_agent(message.sender.email):
            return Author.AGENT
        return None if message.automatic else Author.CUSTOMER

    def is_agent(self, address: str) -> bool:
        """Tell whether an address is one of those who answer customers."""
        lower = address.lower()
        return lower in self.agents or f"@{lower.rpartition('@')[2]}" in self.agents

    def _gone(self, found: Sequence["_Placed"]) -> list[MailTurn]:
        """Return a turn for each message that others answer and that nobody finds any more."""
        there = {each.message.message_id for each in found}
        gone: dict[str, MailTurn] = {}
        for each in found:
            for id_ in each.message.references:
                if id_ not in there and id_ not in gone:
                    gone[id_] = self._placeholder(id_, each.message)
        return list(gone.values())

    def _placeholder(self, id_: str, answer: MailMessage) -> MailTurn:
        ours = self.writer.is_reply(id_)
        return MailTurn(
            message_id=id_,
            references=[],
            sender=NOBODY,
            reply_to=NOBODY,
            subject=answer.subject,
            at=answer.at,
            text=_GONE,
            shortened=False,
            attachments=[],
            automatic=None,
            author=Author.BOT if ours else Author.CUSTOMER,
            folder="",
        )


@dataclass(frozen=True)
class _Placed:
    message: MailMessage
    folder: str


def _unique(mailbox: Mailbox, found: Sequence[_Placed]) -> dict[str, _Placed]:
    """Return one message per Message-ID; what was sent says most about who wrote it."""
    known: dict[str, _Placed] = {}
    for each in found:
        other = known.get(each.message.message_id)
        is_better = other is None or each.folder == mailbox.sent
        is_first = (
            other is not None
            and other.folder != mailbox.sent
            and (each.message.at < other.message.at)
        )
        if is_better or is_first:
            known[each.message.message_id] = each
    return known


def _in_order(turns: Sequence[_Message]) -> list[_Message]:
    """Sort by arrival; within a second, which is all that servers tell, answers come later."""
    by_id = {turn.message_id: turn for turn in turns}
    depths: dict[str, int] = {}

    def depth(id_: str, above: frozenset[str]) -> int:
        if id_ not in by_id or id_ in above or len(above) >= _DEEPEST:
            return 0
        if id_ not in depths:
            answered = by_id[id_].references[-_ASKED:]
            depths[id_] = 1 + max((depth(a, above | {id_}) for a in answered), default=0)
        return depths[id_]

    return sorted(turns, key=lambda turn: (turn.at, depth(turn.message_id, frozenset())))


def _waiting(turns: Sequence[MailTurn]) -> str | None:
    """Return the customer's last word, unless an agent wrote after it or we answered it."""
    newest = next((turn for turn in reversed(turns) if turn.author is Author.CUSTOMER), None)
    if newest is None:
        return None
    later = turns[turns.index(newest) + 1 :]
    taken = any(turn.author is Author.AGENT for turn in later)
    answered = any(turn.references[-1:] == [newest.message_id] for turn in later)
    return None if taken or answered else newest.message_id


def _ids(found: Iterable[_Placed]) -> list[str]:
    ids: dict[str, None] = {}
    for each in found:
        ids |= dict.fromkeys([each.message.message_id, *each.message.references[-_ASKED:]])
    return list(ids)


def _key(found: Sequence[_Placed]) -> str:
    """Return the name of a conversation, from the Message-ID it began with."""
    first = found[0].message
    root = first.references[0] if first.references else first.message_id
    return hashlib.sha256(root.encode()).hexdigest()[:32]


def _text(found: Found) -> str:
    # without the line breaks that quoted-printable puts into long lines
    return re.sub(rb"=\r?\n", b"", found.raw).decode("latin-1")
