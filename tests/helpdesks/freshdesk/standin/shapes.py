"""Freshdesk's objects with all their fields, as its API shows them."""

from html import unescape
from typing import Any

Json = dict[str, Any]
_NULL_IN_TICKET = (
    *("email_config_id", "group_id", "responder_id", "company_id", "subject", "association_type"),
    *("support_email", "to_emails", "product_id", "type", "due_by", "fr_due_by"),
    *("associated_tickets_count", "structured_description", "sentiment_score", "nr_due_by"),
)
_LISTS_IN_TICKET = (
    *("cc_emails", "fwd_emails", "reply_cc_emails", "ticket_cc_emails", "ticket_bcc_emails"),
    *("tags", "attachments"),
)


def empty_ticket(id_: int, now: str) -> Json:
    nothing: Json = dict.fromkeys(_NULL_IN_TICKET)
    lists: Json = {key: [] for key in _LISTS_IN_TICKET}
    return {
        **nothing,
        **lists,
        "id": id_,
        "status": 2,
        "priority": 1,
        "source": 2,
        "spam": False,
        "is_escalated": False,
        "fr_escalated": False,
        "nr_escalated": False,
        "description": "",
        "description_text": "",
        "custom_fields": {},
        "created_at": now,
        "updated_at": now,
    }


def empty_conversation(id_: int, ticket_id: int, user_id: int, body: str, now: str) -> Json:
    return {
        "id": id_,
        "body": body,
        "body_text": text_of(body),
        "incoming": False,
        "private": False,
        "user_id": user_id,
        "support_email": None,
        "source": 0,
        "category": 1,
        "to_emails": [],
        "from_email": None,
        "cc_emails": [],
        "bcc_emails": [],
        "email_failure_count": None,
        "outgoing_failures": None,
        "thread_id": None,
        "thread_message_id": None,
        "created_at": now,
        "updated_at": now,
        "last_edited_at": None,
        "last_edited_user_id": None,
        "attachments": [],
        "automation_id": None,
        "automation_type_id": None,
        "auto_response": False,
        "ticket_id": ticket_id,
        "threading_id": None,
        "source_additional_info": None,
    }


def empty_agent(id_: int, name: str, email: str, now: str) -> Json:
    contact = {
        "active": True,
        "email": email,
        "job_title": None,
        "language": "en",
        "last_login_at": now,
        "mobile": None,
        "name": name,
        "phone": None,
        "time_zone": "UTC",
        "created_at": now,
        "updated_at": now,
    }
    return {
        "id": id_,
        "type": "support_agent",
        "available": True,
        "available_since": None,
        "occasional": False,
        "ticket_scope": 1,
        "signature": None,
        "created_at": now,
        "updated_at": now,
        "last_active_at": now,
        "deactivated": False,
        "contact": contact,
    }


def empty_contact(id_: int, name: str, email: str | None, now: str) -> Json:
    return {
        "id": id_,
        "active": False,
        "address": None,
        "company_id": None,
        "description": None,
        "email": email,
        "job_title": None,
        "language": "en",
        "mobile": None,
        "name": name,
        "phone": None,
        "time_zone": "UTC",
        "twitter_id": None,
        "custom_fields": {},
        "tags": [],
        "other_emails": [],
        "facebook_id": None,
        "created_at": now,
        "updated_at": now,
    }


def empty_group(id_: int, name: str, now: str) -> Json:
    return {
        "id": id_,
        "name": name,
        "description": None,
        "escalate_to": None,
        "unassigned_for": None,
        "business_hour_id": None,
        "group_type": "support_agent_group",
        "created_at": now,
        "updated_at": now,
        "agent_ids": [],
        "auto_ticket_assign": 0,
    }


def text_of(html: str) -> str:
    """Return the words of an HTML message, roughly as Freshdesk writes its `…_text` fields."""
    text = html.replace("<br>", "\n").replace("</p>", "\n\n").replace("</div>", "\n")
    while "<" in text and ">" in text[text.index("<") :]:
        start = text.index("<")
        text = text[:start] + text[text.index(">", start) + 1 :]
    return unescape(text).strip("\n")
