"""`Check the connection` says in words what is missing."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.helpdesks.bed.connection import missing_in, said_of
from tests.helpdesks.bed.n8n import TOKEN
from tests.helpdesks.bed.system import System
from tests.helpdesks.freshdesk.standin.freshdesk import Freshdesk

pytestmark = pytest.mark.n8n


def test_all_is_well(desk: Freshdesk, system: System) -> None:
    assert missing_in(system, "Freshdesk") == ""


@pytest.fixture
def settings(system: System) -> Iterator[Any]:
    """Edits the Settings table; undone afterwards."""
    found = dict(system.n8n.seed)
    yield system.n8n.set
    system.n8n.set(**{name: found[name] for name in ("freshdesk_url", "ledger_url")})


def test_each_part_that_is_missing_is_named_with_its_step(
    desk: Freshdesk, system: System, settings: Any
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


def test_a_wrong_key_and_an_unknown_secret_are_told_apart(
    desk: Freshdesk, system: System, settings: Any
) -> None:
    desk.account.pressure.fail("GET", "/agents/me", 500, times=3)
    settings(ledger_url="http://127.0.0.1:9")
    said = missing_in(system, "Freshdesk")
    assert "Freshdesk does not answer at https://acme.freshdesk.com (500)" in said
    assert "The ledger does not answer" in said
    desk.bot["deactivated"] = True
    try:
        assert "Freshdesk does not accept the API key" in missing_in(system, "Freshdesk")
    finally:
        desk.bot["deactivated"] = False


def test_what_could_not_be_taken_in_is_told(desk: Freshdesk, system: System) -> None:
    failure = {"workflow": "Receive Freshdesk ticket", "step": "Write it as a ticket"}
    body = {"source": "freshdesk", "reason": "No subject.", "shape": {"ticket": {}}, **failure}
    headers = {"Authorization": f"Bearer {TOKEN}"}
    url = f"{system.ledger_url}/webhooks/failures"
    assert httpx.post(url, json=body, headers=headers).status_code == 201
    words = "Since yesterday 1 × not taken in at “Write it as a ticket”: No subject."
    assert words in said_of(system, "Freshdesk")


def test_a_helpdesk_that_is_not_used_is_no_fault(
    desk: Freshdesk, system: System, settings: Any
) -> None:
    settings(freshdesk_url="")
    assert missing_in(system, "Freshdesk") == ""
