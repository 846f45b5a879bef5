"""`Check the connection` says in words what is missing in Intercom."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.helpdesks.bed.system import System, run_workflow
from tests.helpdesks.intercom.standin.intercom import Intercom

pytestmark = pytest.mark.n8n
FAILURES = "Since yesterday"


@pytest.fixture
def settings(system: System) -> Iterator[Any]:
    """Edits the Settings table; undone afterwards, as are the settings of other helpdesks."""
    found = dict(system.n8n.seed)
    with_others = {n: found[n] for n in found if n.endswith("_url") and n != "intercom_url"}
    yield system.n8n.set
    system.n8n.set(**with_others, intercom_url=found["intercom_url"])


def said_of_intercom(system: System) -> list[Any]:
    """Run `Check the connection`; what it says of Intercom, whatever it says of others."""
    done = run_workflow(system, "check-the-connection", "Every morning")
    ran = done["data"]["resultData"]["runData"].get("Say it in words")
    items = ran[0]["data"]["main"][0] if ran else []
    return [item["json"] for item in items if item["json"]["helpdesk"] == "Intercom"]


def missing(system: System) -> list[str]:
    [found] = said_of_intercom(system)
    said = list(found["missing"])
    assert found["result"].startswith("Intercom is connected" if not said else "See docs")
    return [words for words in said if FAILURES not in words]


def test_all_is_well(desk: Intercom, system: System) -> None:
    assert missing(system) == []


def test_each_part_that_is_missing_is_named_with_its_step(
    desk: Intercom, system: System, settings: Any
) -> None:
    bot, team = desk.bot, desk.account.teams.pop(desk.billing["id"])
    bot["has_inbox_seat"] = False
    try:
        said = missing(system)
    finally:
        bot["has_inbox_seat"] = True
        desk.account.teams[team["id"]] = team
    assert said == [
        "The teammate as whom we write has no seat in the inbox (step 1).",
        f"There is no team {team['id']} in Intercom: intercom_human_team_id in the table Settings "
        "(step 5).",
    ]
    settings(intercom_admin_id=99)
    try:
        [said_of_admin] = missing(system)
    finally:
        settings(intercom_admin_id=int(bot["id"]))
    assert "There is no teammate 99 in Intercom" in said_of_admin
    assert f"Deskloop {bot['id']}" in said_of_admin


def test_a_wrong_token_and_trouble_are_told_apart(
    desk: Intercom, system: System, settings: Any
) -> None:
    desk.account.pressure.fail("GET", "/me", 500, times=3)
    settings(ledger_url="http://127.0.0.1:9")
    said = "\n".join(missing(system))
    assert "Intercom does not answer at https://api.intercom.io (500)" in said
    assert "The ledger does not answer" in said
    settings(ledger_url=system.ledger_url)
    desk.account.pressure.fail("GET", "/me", 401, times=3)
    desk.account.pressure.fail("GET", "/admins", 403, times=3)
    said = "\n".join(missing(system))
    assert "does not accept the access token" in said
    desk.account.pressure.reset()
    desk.account.pressure.fail("GET", "/admins", 403, times=3)
    assert missing(system) == [
        "The teammates of Intercom could not be read: the app lacks the permission “Read admins” "
        "(step 2)."
    ]


def test_a_helpdesk_that_is_not_used_is_no_fault(
    desk: Intercom, system: System, settings: Any
) -> None:
    settings(intercom_url="")
    assert said_of_intercom(system) == []
