"""The webhook and the triggers that docs/helpdesks/zendesk.md has an administrator create."""

import json
from typing import Any

from tests.helpdesks.bed.system import System
from tests.helpdesks.bed.vendors import ZENDESK
from tests.helpdesks.zendesk.standin.hooks import add_trigger, add_webhook
from tests.helpdesks.zendesk.standin.zendesk import Zendesk

Json = dict[str, Any]


def body(event: str) -> str:
    """What goes into a trigger's JSON body."""
    return json.dumps(
        {
            "event": event,
            "ticket_id": "{{ticket.id}}",
            "at": "{{ticket.updated_at_with_timestamp}}",
        }
    )


def condition(field: str, operator: str, value: Any = None) -> Json:
    return {"field": field, "operator": operator, "value": value}


def triggers(bot_id: int) -> dict[str, tuple[str, Json]]:
    """Return each trigger's event and conditions, by title."""
    not_us = condition("current_user_id", "is_not", str(bot_id))
    public = condition("comment_is_public", "is", "true")
    customer, agent = condition("role", "is", "end_user"), condition("role", "is", "agent")
    changed = condition("update_type", "is", "Change")
    either = [condition("update_type", "is", "Create"), changed]
    return {
        "Deskloop: a customer wrote": (
            "customer_wrote",
            {"all": [public, customer], "any": either},
        ),
        "Deskloop: an agent solved it": (
            "agent_solved",
            {"all": [changed, condition("status", "value", "solved"), agent, not_us]},
        ),
        "Deskloop: the customer rated": (
            "rated",
            {
                "all": [
                    changed,
                    condition("satisfaction_score", "changed"),
                    condition("satisfaction_score", "is_not", "offered"),
                ]
            },
        ),
        "Deskloop: it was opened again": (
            "reopened",
            {"all": [changed, condition("status", "value_previous", "solved"), not_us]},
        ),
    }


def set_up(zendesk: Zendesk, endpoint: str, secret: str) -> None:
    """Create webhook and triggers."""
    account = zendesk.account
    webhook = add_webhook(account, "Deskloop", endpoint)
    webhook["secret"] = secret
    for title, (event, conditions) in triggers(zendesk.bot["id"]).items():
        action = {"field": "notification_webhook", "value": [webhook["id"], body(event)]}
        add_trigger(account, title, conditions, [action])


def connect(zendesk: Zendesk, system: System) -> None:
    """Webhook and triggers exist in Zendesk; n8n knows the groups."""
    set_up(zendesk, system.webhook("zendesk"), ZENDESK.webhook_secret)
    system.n8n.set(
        zendesk_review_group_id=zendesk.support["id"],
        zendesk_human_group_id=zendesk.billing["id"],
    )
