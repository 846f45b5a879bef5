"""E-mail as the workflows see it: read, who said what, answered and noted."""

from enum import StrEnum

from pydantic import AwareDatetime, Field

from services.contracts.base import Contract, Identifier
from services.contracts.ticket import Author

MessageId = str
"""With its angle brackets, as in the header."""


class Automatic(StrEnum):
    """Why a message is no question of a person; such a message is never answered."""

    BOUNCE = "bounce"
    RECEIPT = "receipt"
    AUTO_REPLY = "auto_reply"
    MAILING_LIST = "mailing_list"
    ASKS_FOR_NO_REPLY = "asks_for_no_reply"
    NO_REPLY_ADDRESS = "no_reply_address"
    FROM_OURSELVES = "from_ourselves"


class MailAddress(Contract):
    """One mailbox of a header."""

    email: str
    name: str | None = None


class MailAttachment(Contract):
    """What is attached; its content stays in the mailbox."""

    name: str
    type: str
    bytes: int = Field(ge=0)


class MailMessage(Contract):
    """One message: the words of its writer, and what hangs on it."""

    message_id: MessageId
    references: list[MessageId] = Field(
        description="The messages it answers, the oldest first; the last one is In-Reply-To."
    )
    sender: MailAddress
    reply_to: MailAddress = Field(description="Where an answer goes; the sender if nothing else.")
    copies: list[MailAddress] = Field(
        default_factory=list, description="Who else got it, beside us and whom an answer goes to."
    )
    subject: str
    at: AwareDatetime = Field(description="When our mailbox received it.")
    text: str = Field(description="Without quoted text and signature.")
    shortened: bool = Field(description="Whether quoted text or a signature was cut.")
    attachments: list[MailAttachment]
    automatic: Automatic | None


class ParseMailRequest(Contract):
    """Body of `POST /parse`: the message as it came over the wire."""

    raw_base64: str


class MailTurn(MailMessage):
    """One message of a conversation."""

    author: Author
    folder: str


class Conversation(Contract):
    """All messages of one conversation that the mailbox holds, the oldest first."""

    key: Identifier = Field(description="The same for every message of it; names the ticket.")
    turns: list[MailTurn]
    waiting: MessageId | None = Field(
        description="The customer's newest message, where nobody answered it and no agent wrote."
    )


class NewMail(Contract):
    """One message that nobody took in yet, and what was said before it."""

    key: Identifier
    message: MailMessage
    author: Author = Field(description="Agents write to the mailbox, too: as a copy, or as a note.")
    before: list[MailTurn]
    answers: MessageId | None = Field(
        description="For a bounce or an auto-reply: the message of ours that it answers."
    )


class NewMails(Contract):
    """Answer of `GET /new`, the oldest first."""

    mails: list[NewMail]
    too_large: int = Field(ge=0, description="Messages over the size limit; they are put aside.")


class MailFolder(StrEnum):
    """The folders that Deskloop keeps in the mailbox."""

    TAKEN = "taken"
    ANSWERED = "answered"
    AGENTS = "agents"
    AUTOMATIC = "automatic"


class MoveMailRequest(Contract):
    """Body of `POST /move`."""

    message_id: MessageId
    folder: MailFolder


class MailMoved(Contract):
    """Answer of `POST /move`; `moved` false: it is not in a folder of ours any more."""

    moved: bool
    folder: str


class SendReplyRequest(Contract):
    """Body of `POST /replies`; each message is answered once, whoever asks how often."""

    answers: MessageId = Field(description="The customer's message; the reply goes to its sender.")
    text: str = Field(min_length=1)
    automatic: bool = Field(
        description="True where no person read it before it was sent: it goes to nobody in copy."
    )


class MailSent(Contract):
    """Answer of `POST /replies`."""

    message_id: MessageId
    repeated: bool = Field(description="It was sent before; nothing was sent now.")


class LeaveNoteRequest(Contract):
    """Body of `POST /notes`: a note in the mailbox beside the customer's message."""

    key: Identifier
    answers: MessageId
    text: str = Field(min_length=1)
    urgent: bool = False


class NoteLeft(Contract):
    """Answer of `POST /notes`."""

    message_id: MessageId
    repeated: bool


class AgentReply(Contract):
    """An agent's answer that nobody answered since."""

    key: Identifier
    message_id: MessageId
    answers: MessageId
    agent: str
    text: str
    at: AwareDatetime


class AgentReplies(Contract):
    """Answer of `GET /agent-replies`."""

    replies: list[AgentReply]


class MailConnection(Contract):
    """Answer of `GET /connection`: nothing is missing where the list is empty."""

    missing: list[str]
