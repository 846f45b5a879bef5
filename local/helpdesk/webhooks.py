"""Signed webhooks that can neither fail nor delay what a customer or an agent does.

django-helpdesk's own are unsigned and sent inside the request, and a refused connection becomes an
error page for the customer. These are sent by a thread of their own; what does not arrive after a
few tries is found by the workflow `Reconcile helpdesk`.
"""

import hashlib
import hmac
import json
import logging
import queue
import threading
import time
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import httpx
from django.conf import settings
from django.db import close_old_connections, transaction
from helpdesk.models import FollowUp, Ticket
from helpdesk.signals import new_ticket_done, update_ticket_done

from local.helpdesk.payload import Author, author_of, follow_up_json, ticket_json

_log = logging.getLogger("deskloop.webhooks")
_TIMEOUT = httpx.Timeout(10.0, connect=2.0)
_PAUSES = (0.5, 3.0)
"""Seconds before the second and the third try."""


class Event(StrEnum):
    """What happened to a ticket."""

    CREATED = "ticket.created"
    CUSTOMER_REPLIED = "ticket.customer_replied"
    CUSTOMER_CLOSED = "ticket.customer_closed"
    REOPENED = "ticket.reopened"
    AGENT_UPDATED = "ticket.agent_updated"


class Target(StrEnum):
    """Which workflow is told."""

    TICKET = "ticket"
    FOLLOW_UP = "follow_up"
    OUTCOME = "outcome"


TOLD: dict[Event, tuple[Target, ...]] = {
    Event.CREATED: (Target.TICKET,),
    Event.CUSTOMER_REPLIED: (Target.TICKET, Target.OUTCOME),
    Event.CUSTOMER_CLOSED: (Target.OUTCOME,),
    Event.REOPENED: (Target.OUTCOME,),
    Event.AGENT_UPDATED: (Target.FOLLOW_UP,),
}


@dataclass(frozen=True)
class Notice:
    """One webhook to send."""

    event: Event
    target: Target
    ticket_id: int
    follow_up_id: int | None = None


_waiting: "queue.Queue[Notice]" = queue.Queue(maxsize=5000)
_thread_lock = threading.Lock()
_thread: threading.Thread | None = None


def connect() -> None:
    """Listen to django-helpdesk's signals."""
    new_ticket_done.connect(_on_new_ticket, dispatch_uid="deskloop")
    update_ticket_done.connect(_on_follow_up, dispatch_uid="deskloop")


def events_of(follow_up: FollowUp) -> list[Event]:
    """Return what a follow-up means to the workflows; nothing where it is the bot's own."""
    author = author_of(follow_up)
    if author is Author.BOT:
        return []
    reopened = [Event.REOPENED] if follow_up.new_status == Ticket.REOPENED_STATUS else []
    if author is Author.AGENT:
        return [Event.AGENT_UPDATED, *reopened]
    if follow_up.new_status in (Ticket.RESOLVED_STATUS, Ticket.CLOSED_STATUS):
        return [Event.CUSTOMER_CLOSED]
    return [Event.CUSTOMER_REPLIED, *reopened]


def signed_headers(secret: str, body: bytes, now: float) -> dict[str, str]:
    """Return the headers that prove who sent `body`, and when (unix seconds)."""
    timestamp = str(int(now))
    signed = timestamp.encode() + b"." + body
    digest = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    return {
        "Content-Type": "application/json",
        "X-Deskloop-Timestamp": timestamp,
        "X-Deskloop-Signature": digest,
    }


def _on_new_ticket(sender: Any, ticket: Ticket, **_: Any) -> None:
    _tell(Event.CREATED, ticket.id)


def _on_follow_up(sender: Any, followup: FollowUp, **_: Any) -> None:
    for event in events_of(followup):
        _tell(event, followup.ticket_id, followup.id)


def _tell(event: Event, ticket_id: int, follow_up_id: int | None = None) -> None:
    for target in TOLD[event]:
        _enqueue(Notice(event, target, ticket_id, follow_up_id))


def _enqueue(notice: Notice) -> None:
    def put() -> None:
        _start_thread()
        try:
            _waiting.put_nowait(notice)
        except queue.Full:
            _log.error("too many webhooks waiting; left ticket %s to be found", notice.ticket_id)

    transaction.on_commit(put)


def _start_thread() -> None:
    global _thread
    with _thread_lock:
        if _thread is None or not _thread.is_alive():
            _thread = threading.Thread(target=_send_forever, name="webhooks", daemon=True)
            _thread.start()


def _send_forever() -> None:
    with httpx.Client(timeout=_TIMEOUT) as http:
        while True:
            notice = _waiting.get()
            try:
                _send(http, notice)
            except Exception:
                # whatever it was, the next notice must still be sent
                _log.exception("webhook for ticket %s failed", notice.ticket_id)
            finally:
                close_old_connections()
                _waiting.task_done()


def _send(http: httpx.Client, notice: Notice) -> None:
    body = json.dumps(_body(notice)).encode()
    url = getattr(settings.OPTIONS, f"webhook_{notice.target.value}_url")
    for pause in (*_PAUSES, None):
        problem = _try(http, url, body)
        if problem is None:
            _log.info("webhook %s for ticket %s sent", notice.event.value, notice.ticket_id)
            return
        if pause is not None:
            time.sleep(pause)
    _log.warning("webhook for ticket %s not delivered: %s", notice.ticket_id, problem)


def _try(http: httpx.Client, url: str, body: bytes) -> str | None:
    secret = settings.OPTIONS.webhook_secret.get_secret_value()
    try:
        answer = http.post(url, content=body, headers=signed_headers(secret, body, time.time()))
    except httpx.HTTPError as error:
        return type(error).__name__
    return None if answer.is_success else f"HTTP {answer.status_code}"


def _body(notice: Notice) -> dict[str, Any]:
    ticket = Ticket.objects.select_related("queue", "assigned_to").get(id=notice.ticket_id)
    follow_up = None
    if notice.follow_up_id is not None:
        follow_up = FollowUp.objects.select_related("user").get(id=notice.follow_up_id)
    return {
        "event": notice.event.value,
        "ticket": ticket_json(ticket),
        "follow_up": follow_up_json(follow_up) if follow_up else None,
    }
