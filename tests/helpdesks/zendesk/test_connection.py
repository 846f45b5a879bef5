"""What `Check the connection` says of Zendesk in particular."""

import pytest

from tests.helpdesks.bed.connection import missing_in
from tests.helpdesks.bed.system import Edit, System
from tests.helpdesks.zendesk.standin.zendesk import Zendesk

pytestmark = pytest.mark.n8n


def test_each_part_that_is_missing_is_named_with_its_step(
    desk: Zendesk, system: System, settings: Edit
) -> None:
    account, bot = desk.account, desk.bot
    [webhook] = account.webhooks.values()
    solved = next(t for t in account.triggers.values() if "solved" in t["title"])
    group = desk.account.groups.pop(desk.billing["id"])
    webhook["status"], solved["active"] = "inactive", False
    settings(zendesk_agent_email="somebody@acme.example")
    try:
        said = missing_in(system, "Zendesk")
    finally:
        webhook["status"], solved["active"] = "active", True
        account.groups[group["id"]] = group
    for words in (
        "docs/helpdesks/zendesk.md",
        f"We are logged in as {bot['email']}",
        f"There is no group {group['id']} in Zendesk: zendesk_human_group_id",
        "The webhook in Zendesk is not active (step 3).",
        "The trigger that reports “agent_solved” is missing or not active (step 4).",
    ):
        assert words in said
    assert "customer_wrote" not in said


def test_who_is_no_agent_is_told(desk: Zendesk, system: System) -> None:
    desk.bot["role"] = "end-user"
    try:
        said = missing_in(system, "Zendesk")
    finally:
        desk.bot["role"] = "admin"
    assert "Zendesk does not answer at https://acme.zendesk.com (403)" in said
