"""A folder of help articles and what drafts quote stay the same, changes and deletions included."""

from pathlib import Path

import pytest

from tests.e2e.helpdesk import CustomerTicket, Helpdesk
from tests.e2e.system import Json, System, decided

SETTINGS = {"help_centre_source": "folder"}
KETTLE = "# Sprig Kettle\n\n## Boiling\n\nThe Sprig Kettle boils one litre in 4 minutes.\n"
LID = "\n## Cleaning\n\nWash the lid of the Sprig Kettle by hand, never in the dishwasher.\n"
ASK = "How long does the Sprig Kettle take to boil one litre?"


@pytest.fixture
def folder(system: System) -> Path:
    folder = system.processes.help_folder
    folder.mkdir(exist_ok=True)
    system.set_table(**SETTINGS)
    return folder


def test_changes_and_deletions_reach_drafts_and_corrections(
    system: System, helpdesk: Helpdesk, folder: Path
) -> None:
    before = _documents(system)
    (folder / "kettle.md").write_text(KETTLE + LID)
    (folder / "toaster.html").write_text("<h1>Sprig Toaster</h1><p>It toasts two slices.</p>")
    first = _sync(system)
    assert (sorted(first["new"]), first["removed"]) == (["kettle", "toaster"], [])
    assert _documents(system) == before | {"kettle", "toaster"}

    correction = _answered_with_the_draft(system, helpdesk)
    assert correction["quality"] == []

    (folder / "kettle.md").write_text(KETTLE.replace("4 minutes", "9 minutes") + LID)
    (folder / "toaster.html").unlink()
    second = _sync(system)
    assert (second["changed"], second["removed"]) == (["kettle"], ["toaster"])
    assert (second["new"], second["unchanged"]) == ([], 0)
    assert second["stale_corrections"] == 1
    assert _documents(system) == before | {"kettle"}
    path = f"/corrections/{correction['id']}"
    assert system.call("store_correction", "GET", path)["quality"] == ["stale"]
    third = _sync(system)
    assert (third["unchanged"], third["embedded"]) == (1, 0)


def _answered_with_the_draft(system: System, helpdesk: Helpdesk) -> Json:
    """An agent sends the machine's draft as it is; it becomes a correction that quotes it."""
    with system.policies(send_threshold=1.0, review_threshold=0.1, cold_start_threshold=1.0):
        ticket = helpdesk.ask("Kettle", ASK)
        draft = decided(system.end(ticket))["draft"]
    assert "4 minutes" in draft["reply"]
    helpdesk.answer_as_agent(ticket, draft["reply"], solve=True)
    return system.wait_for("the correction", lambda: _correction(system, ticket), ticket=ticket)


def _correction(system: System, ticket: CustomerTicket) -> Json | None:
    query = {"ticket_id": ticket.ledger_id}
    found = system.call("store_correction", "GET", "/corrections", params=query)["corrections"]
    return dict(found[0]) if found else None


def _documents(system: System) -> set[str]:
    listed = system.call("retrieve", "GET", "/documents", params={"limit": 500})["documents"]
    return {document["id"] for document in listed}


def _sync(system: System) -> Json:
    """Press `Execute workflow`, and return the report."""
    count = len(_reports(system))
    system.run_workflow("sync-help-centre")

    def done() -> Json | None:
        reports = _reports(system)
        return reports[0] if len(reports) > count else None

    return system.wait_for("the report of the sync", done)


def _reports(system: System) -> list[Json]:
    return list(system.call("retrieve", "GET", "/help-centre/syncs")["syncs"])
