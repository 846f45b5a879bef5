"""`Check the connection` says in words what is missing."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.helpdesks.bed.connection import missing_in, said_of
from tests.helpdesks.bed.n8n import TOKEN
from tests.helpdesks.bed.system import System
from tests.helpdesks.zendesk.standin.zendesk import Zendesk

pytestmark = pytest.mark.n8n


def test_all_is_well(desk: Zendesk, system: System) -> None:
    assert missing_in(system, "Zendesk") == ""


@pytest.fixture
def settings(system: System) -> Iterator[Any]:
    """Edits the Settings table; undone afterwards."""
    found = dict(system.n8n.seed)
    yield system.n8n.set
    names = ("zendesk_url", "zendesk_agent_email", "ledger_url")
    system.n8n.set(**{name: found[name] for name in names})


def test_each_part_that_is_missing_is_named_with_its_step(
    desk: Zendesk, system: System, settings: Any
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


def test_a_wrong_token_and_an_unknown_secret_are_told_apart(
    desk: Zendesk, system: System, settings: Any
) -> None:
    desk.account.pressure.fail("GET", "/users/me", 500, times=3)
    settings(ledger_url="http://127.0.0.1:9")
    said = missing_in(system, "Zendesk")
    assert "Zendesk does not answer at https://acme.zendesk.com (500)" in said
    assert "The ledger does not answer" in said
    desk.bot["role"] = "end-user"
    try:
        said = missing_in(system, "Zendesk")
    finally:
        desk.bot["role"] = "admin"
    assert "(403)" in said


def test_what_could_not_be_taken_in_is_told(desk: Zendesk, system: System) -> None:
    failure = {"workflow": "Receive Zendesk ticket", "step": "Write it as a ticket"}
    body = {"source": "zendesk", "reason": "No subject.", "shape": {"ticket": {}}, **failure}
    headers = {"Authorization": f"Bearer {TOKEN}"}
    url = f"{system.ledger_url}/webhooks/failures"
    assert httpx.post(url, json=body, headers=headers).status_code == 201
    words = "Since yesterday 1 × not taken in at “Write it as a ticket”: No subject."
    assert words in said_of(system, "Zendesk")


def test_a_helpdesk_that_is_not_used_is_no_fault(
    desk: Zendesk, system: System, settings: Any
) -> None:
    settings(zendesk_url="")
    assert missing_in(system, "Zendesk") == ""
