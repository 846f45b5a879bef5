"""What Freshdesk refuses in a ticket, with its own words."""

from typing import TYPE_CHECKING, Any

from tests.helpdesks.freshdesk.standin import errors

if TYPE_CHECKING:
    from tests.helpdesks.freshdesk.standin.state import Account

Json = dict[str, Any]
STATUSES = (2, 3, 4, 5, 6, 7)
"""Open, pending, resolved, closed, and two that the account added: waiting on somebody."""
PRIORITIES = (1, 2, 3, 4)
LONGEST_TAG = 32
_KNOWN = {
    *("subject", "description", "status", "priority", "type", "source", "group_id", "tags"),
    *("responder_id", "requester_id", "email", "phone", "name", "cc_emails", "custom_fields"),
    *("due_by", "fr_due_by", "product_id", "company_id", "email_config_id"),
}


def check_ticket(account: "Account", wanted: Json, *, new: bool) -> None:
    """Raise Freshdesk's 400 where a field is unknown, missing or wrong."""
    for name in wanted:
        if name not in _KNOWN:
            raise errors.invalid(name, "Unexpected/invalid field in request", "invalid_field")
    if new:
        _check_new(wanted)
    _check_choice(wanted, "status", STATUSES)
    _check_choice(wanted, "priority", PRIORITIES)
    _check_reference(wanted, "group_id", account.groups, "group")
    _check_reference(wanted, "responder_id", account.agents, "agent")
    for tag in wanted.get("tags", []):
        if not isinstance(tag, str) or len(tag) > LONGEST_TAG or "," in tag:
            raise errors.invalid("tags", "Has 33 characters, it can have maximum of 32 characters")


def _check_new(wanted: Json) -> None:
    if not any(wanted.get(name) for name in ("requester_id", "email", "phone")):
        words = "It should be a/an Positive Integer"
        raise errors.invalid("requester_id", words, "missing_field")
    for name in ("status", "priority", "description"):
        if name not in wanted:
            raise errors.invalid(name, "It should not be blank", "missing_field")


def _check_choice(wanted: Json, name: str, allowed: tuple[int, ...]) -> None:
    if name in wanted and wanted[name] not in allowed:
        values = ",".join(map(str, allowed))
        raise errors.invalid(name, f"It should be one of these values: '{values}'")


def _check_reference(wanted: Json, name: str, there: dict[int, Json], what: str) -> None:
    if wanted.get(name) is not None and wanted[name] not in there:
        raise errors.invalid(name, f"There is no {what} matching the given {name}")
