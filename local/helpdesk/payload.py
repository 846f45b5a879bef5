"""A ticket as JSON: what the webhooks carry and the API answers."""

from enum import StrEnum
from math import ceil
from typing import Any

from django.conf import settings
from helpdesk.models import FollowUp, FollowUpAttachment, Ticket

from local.helpdesk.options import BOT

MAX_TEXT = 100_000
"""Characters of one text; longer ones are cut, so that a ticket stays below a service's limit."""
MAX_FOLLOW_UPS = 200
MAX_ATTACHMENTS = 50


class Author(StrEnum):
    """Who wrote: the words of the services' contract."""

    CUSTOMER = "customer"
    AGENT = "agent"
    BOT = "bot"


def author_of(follow_up: FollowUp) -> Author:
    """Tell customer, agent and bot apart by the user: customers have none or are no staff."""
    if follow_up.user is None or not follow_up.user.is_staff:
        return Author.CUSTOMER
    return Author.BOT if follow_up.user.username == BOT else Author.AGENT


def ticket_json(ticket: Ticket) -> dict[str, Any]:
    """Return the whole ticket with its follow-ups, oldest first, and its public conversation.

    The follow-up that django-helpdesk makes of the description itself is left out.
    """
    follow_ups = _follow_ups(ticket)
    return {
        "id": ticket.id,
        "title": ticket.title,
        "description": _cut(ticket.description),
        "queue": {"id": ticket.queue_id, "slug": ticket.queue.slug, "title": ticket.queue.title},
        "submitter_email": ticket.submitter_email or "",
        "created": ticket.created.isoformat(),
        "modified": ticket.modified.isoformat(),
        "status": {"id": ticket.status, "name": str(ticket.get_status_display())},
        "open": ticket.status in (Ticket.OPEN_STATUS, Ticket.REOPENED_STATUS),
        "priority": ticket.priority,
        "assigned_to": _user(ticket.assigned_to),
        "url": f"{settings.OPTIONS.public_url}/tickets/{ticket.id}/",
        "public_url": settings.OPTIONS.public_url + _public_path(ticket),
        "last_follow_up_id": follow_ups[-1]["id"] if follow_ups else 0,
        "follow_ups": follow_ups,
        "conversation": _conversation(ticket, follow_ups),
        "attachments": _attachments(ticket, follow_ups),
    }


def follow_up_json(follow_up: FollowUp) -> dict[str, Any]:
    """Return one follow-up."""
    user = follow_up.user
    return {
        "id": follow_up.id,
        "title": str(follow_up.title or ""),
        "comment": _cut(follow_up.comment),
        "public": follow_up.public,
        "author": author_of(follow_up).value,
        "user": user.username if user else None,
        "is_staff": bool(user and user.is_staff),
        "date": follow_up.date.isoformat(),
        "new_status": follow_up.new_status,
    }


def _follow_ups(ticket: Ticket) -> list[dict[str, Any]]:
    rows = list(ticket.followup_set.select_related("user").order_by("id"))
    if rows and rows[0].comment == ticket.description and rows[0].new_status is None:
        rows = rows[1:]
    return [follow_up_json(row) for row in rows[-MAX_FOLLOW_UPS:]]


def _conversation(ticket: Ticket, follow_ups: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return what customer and support said to each other, the description first."""
    opening = {
        "author": Author.CUSTOMER.value,
        "body": _cut(ticket.description),
        "at": ticket.created.isoformat(),
    }
    said = [
        {"author": each["author"], "body": each["comment"], "at": each["date"]}
        for each in follow_ups
        if each["public"] and each["comment"]
    ]
    return [opening, *said]


def _attachments(ticket: Ticket, follow_ups: list[dict[str, Any]]) -> list[str]:
    """Name the files that the customer sent since support last answered, with their sizes."""
    answers = [
        each["id"] for each in follow_ups if each["public"] and each["author"] != Author.CUSTOMER
    ]
    rows = FollowUpAttachment.objects.filter(
        followup__ticket=ticket, followup__id__gt=max(answers, default=0)
    ).select_related("followup__user")
    return [
        f"{(row.filename or 'a file')[:200]} ({ceil((row.size or 0) / 1024)} kB)"
        for row in rows.order_by("id")[:MAX_ATTACHMENTS]
        if author_of(row.followup) is Author.CUSTOMER
    ]


def _public_path(ticket: Ticket) -> str:
    query = ticket.ticket_url.partition("/view/")[2]
    return f"/view/{query}"


def _user(user: Any) -> dict[str, Any] | None:
    if user is None:
        return None
    return {"id": user.id, "username": user.username, "name": user.get_full_name()}


def _cut(text: str | None) -> str:
    return (text or "")[:MAX_TEXT]
