"""What `Check the connection` says of Freshdesk in particular."""

import pytest

from tests.helpdesks.bed.connection import missing_in
from tests.helpdesks.bed.system import Edit, System
from tests.helpdesks.freshdesk.standin.freshdesk import Freshdesk

pytestmark = pytest.mark.n8n


def test_each_part_that_is_missing_is_named_with_its_step(
    desk: Freshdesk, system: System, settings: Edit
) -> None:
    account, bot = desk.account, desk.bot
    rules = {rule["name"]: rule for kind in (1, 4) for rule in account.rules[kind]}
    solved = rules["Deskloop: an agent resolved it"]
    [new] = rules["Deskloop: a new ticket"]["actions"]
    group = account.groups.pop(desk.billing["id"])
    headers, new["custom_headers"] = new["custom_headers"], {}
    solved["active"] = False
    settings(freshdesk_agent_id=0)
    try:
        said = missing_in(system, "Freshdesk")
    finally:
        solved["active"], new["custom_headers"] = True, headers
        account.groups[group["id"]] = group
        settings(freshdesk_agent_id=bot["id"])
    for words in (
        "docs/helpdesks/freshdesk.md",
        f"We are logged in as Deskloop, agent {bot['id']}",
        f"There is no group {group['id']} in Freshdesk: freshdesk_human_group_id",
        "The rule “Deskloop: an agent resolved it” is missing or not active in Freshdesk (step 4).",
        "The rule “Deskloop: a new ticket” does not send the header X-Deskloop-Secret (step 4).",
    ):
        assert words in said
    assert "the customer replied" not in said


def test_rules_that_we_may_not_read_are_not_said_to_be_missing(
    desk: Freshdesk, system: System
) -> None:
    desk.account.admins.clear()
    try:
        assert missing_in(system, "Freshdesk") == ""
    finally:
        desk.account.admins.add(desk.bot["id"])


def test_a_wrong_key_is_told(desk: Freshdesk, system: System) -> None:
    desk.bot["deactivated"] = True
    try:
        assert "Freshdesk does not accept the API key" in missing_in(system, "Freshdesk")
    finally:
        desk.bot["deactivated"] = False
