"""HTTP of the mail service."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request

from services.contracts.mail import (
    AgentReplies,
    Conversation,
    LeaveNoteRequest,
    MailConnection,
    MailMessage,
    MailMoved,
    MailSent,
    MoveMailRequest,
    NewMails,
    NoteLeft,
    ParseMailRequest,
    SendReplyRequest,
)
from services.mail.connection import connection_of
from services.mail.service import Mail

router = APIRouter(tags=["mail"])


def _mail(request: Request) -> Mail:
    mail: Mail = request.app.state.mail
    return mail


Service = Annotated[Mail, Depends(_mail)]


@router.post("/parse", summary="Read one raw message")
def parse(body: ParseMailRequest, mail: Service) -> MailMessage:
    """The writer's own words, what hangs on it, and whether a person wrote it."""
    return mail.parse(body.raw_base64)


@router.get("/new", summary="Messages in the inbox that nobody took in yet, the oldest first")
def new(mail: Service, limit: Annotated[int, Query(ge=1, le=100)] = 20) -> NewMails:
    """They stay in the inbox until `POST /move`; asked again, the same come again."""
    return mail.new(limit)


@router.get("/conversation", summary="What was said in a conversation, as the mailbox has it now")
def conversation(
    mail: Service, message_id: Annotated[str, Query(min_length=3, max_length=1000)]
) -> Conversation:
    """By any message of it; 404 where the message is gone."""
    return mail.conversation(message_id)


@router.post("/move", summary="Put a message into one of our folders")
def move(body: MoveMailRequest, mail: Service) -> MailMoved:
    """The same again changes nothing."""
    return mail.move(body)


@router.post("/replies", summary="Answer a customer's message, once")
def reply(body: SendReplyRequest, mail: Service) -> MailSent:
    """409 `sending_unclear` where nobody knows whether it was sent; then it is never sent again."""
    return mail.reply(body)


@router.post("/notes", summary="Leave a note for agents beside a customer's message")
def note(body: LeaveNoteRequest, mail: Service) -> NoteLeft:
    """It stays in the mailbox, in the same conversation, and reaches no customer."""
    return mail.note(body)


@router.get("/agent-replies", summary="Agents' answers that ended a conversation")
def agent_replies(
    mail: Service,
    settled_hours: Annotated[float, Query(ge=0, le=720)] = 24,
    days: Annotated[int, Query(ge=1, le=60)] = 4,
) -> AgentReplies:
    """What agents sent from their mail program, where nobody wrote for so long after it."""
    return mail.agent_replies(settled_hours, days)


@router.get("/connection", summary="What is missing between us and the mailbox, in words")
def connection(mail: Service) -> MailConnection:
    """An empty list where both servers let us in."""
    return connection_of(mail)
