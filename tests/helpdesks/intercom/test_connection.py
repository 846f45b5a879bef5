"""What `Check the connection` says of Intercom in particular."""

import pytest

from tests.helpdesks.bed.connection import missing_in
from tests.helpdesks.bed.system import Edit, System
from tests.helpdesks.intercom.standin.intercom import Intercom

pytestmark = pytest.mark.n8n


def missing(system: System) -> list[str]:
    """Return what is missing, line by line."""
    _, *lines = missing_in(system, "Intercom").split("\n")
    return [line.removeprefix("• ") for line in lines]


def test_each_part_that_is_missing_is_named_with_its_step(
    desk: Intercom, system: System, settings: Edit
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


def test_a_wrong_token_and_a_missing_permission_are_told_apart(
    desk: Intercom, system: System
) -> None:
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
