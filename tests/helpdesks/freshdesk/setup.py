"""The automation rules that docs/helpdesks/freshdesk.md has an administrator create."""

from typing import Any

from tests.helpdesks.bed.system import System
from tests.helpdesks.bed.vendors import FRESHDESK
from tests.helpdesks.freshdesk.standin.freshdesk import Freshdesk
from tests.helpdesks.freshdesk.standin.hooks import CREATED, UPDATED, add_rule
from tests.helpdesks.freshdesk.standin.state import CLOSED, OPEN, RESOLVED

Json = dict[str, Any]
AGENT, REQUESTER, EITHER = 1, 2, 3


def webhook(event: str, endpoint: str, secret: str) -> Json:
    """The action *Trigger webhook*, with the JSON that the guide has them paste."""
    return {
        "field_name": "trigger_webhook",
        "request_type": "POST",
        "content_type": "JSON",
        "content_layout": "2",
        "url": endpoint,
        "content": {"event": event, "ticket_id": "{{ticket.id}}"},
        "custom_headers": {"X-Deskloop-Secret": secret},
    }


def is_open() -> Json:
    fits = {"resource_type": "ticket", "field_name": "status", "operator": "in", "value": [OPEN]}
    return {"name": "condition_set_1", "match_type": "all", "properties": [fits]}


def moves(*ways: tuple[int | str, int]) -> list[Json]:
    return [{"field_name": "status", "from": before, "to": after} for before, after in ways]


def set_up(freshdesk: Freshdesk, endpoint: str, secret: str) -> None:
    """Create the five rules."""
    reply, rated = [{"field_name": "reply_sent"}], [{"field_name": "customer_feedback"}]
    resolved = moves(("--", RESOLVED), ("--", CLOSED))
    opened = moves((RESOLVED, OPEN), (CLOSED, OPEN))
    wanted: list[tuple[str, str, int, int | None, list[Json]]] = [
        ("Deskloop: a new ticket", "customer_wrote", CREATED, None, []),
        ("Deskloop: the customer replied", "customer_wrote", UPDATED, REQUESTER, reply),
        ("Deskloop: an agent resolved it", "agent_solved", UPDATED, AGENT, resolved),
        ("Deskloop: the customer rated", "rated", UPDATED, REQUESTER, rated),
        ("Deskloop: it was opened again", "reopened", UPDATED, EITHER, opened),
    ]
    for name, event, kind, performer, events in wanted:
        more = {"performer": {"type": performer}, "events": events} if performer else {}
        more |= {"conditions": [is_open()]} if kind == CREATED else {}
        add_rule(freshdesk.account, kind, name, [webhook(event, endpoint, secret)], **more)


def connect(freshdesk: Freshdesk, system: System) -> None:
    """The rules exist in Freshdesk; n8n knows our agent and the groups."""
    set_up(freshdesk, system.webhook("freshdesk"), FRESHDESK.webhook_secret)
    system.n8n.set(
        freshdesk_agent_id=freshdesk.bot["id"],
        freshdesk_review_group_id=freshdesk.support["id"],
        freshdesk_human_group_id=freshdesk.billing["id"],
    )
