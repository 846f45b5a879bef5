"""Deploying to a running n8n: idempotent, without a gap, and back again unchanged."""

import copy
import threading
import time
from pathlib import Path

import pytest
from pydantic import SecretStr

from local.workflows.client import N8nClient, N8nError
from local.workflows.credentials import wanted_credentials
from local.workflows.deploy import deploy, existing_workflows, usable
from local.workflows.export import export
from local.workflows.files import WorkflowFile, read_workflows, write_workflow
from local.workflows.table import TABLE_ID
from tests.workflows import samples
from tests.workflows.conftest import N8n
from tests.workflows.stubs import Stubs

pytestmark = pytest.mark.n8n
TRIAGE = "triage-incoming-ticket"


def snapshot(n8n: N8n, files: list[WorkflowFile]) -> object:
    """All that a deployment touches, with when n8n last changed it."""
    with N8nClient(n8n.settings) as client:
        found = existing_workflows(client, files)
        return (
            {i: (w["versionId"], w["activeVersionId"], w["updatedAt"]) for i, w in found.items()},
            client.api("GET", "/credentials", params={"limit": 250}),
            client.api("GET", f"/data-tables/{TABLE_ID}/rows"),
        )


def test_a_second_run_changes_nothing(n8n: N8n) -> None:
    files = read_workflows(n8n.folder)
    before = snapshot(n8n, files)
    assert deploy(n8n.settings, n8n.seed, n8n.folder) == []
    assert snapshot(n8n, files) == before


def test_everything_is_published_with_its_description(n8n: N8n) -> None:
    files = read_workflows(n8n.folder)
    with N8nClient(n8n.settings) as client:
        found = existing_workflows(client, files)
    assert len(found) == len(files)
    for file in files:
        assert found[file.id]["active"]
        assert found[file.id]["description"] == file.workflow["description"]


def test_a_new_setting_reaches_a_table_that_is_there(n8n: N8n) -> None:
    """As after an update: n8n's table lacks a column that the workflows read."""
    with N8nClient(n8n.settings) as client:
        columns = client.api("GET", f"/data-tables/{TABLE_ID}/columns")
        column = next(each for each in columns if each["name"] == "forget_after_days")
        client.api("DELETE", f"/data-tables/{TABLE_ID}/columns/{column['id']}")
        client.rest("POST", "/workflows/forget-old-tickets/deactivate", json={})
    changes = deploy(n8n.settings, n8n.seed, n8n.folder)
    assert "added the setting forget_after_days" in changes
    assert "set forget_after_days in the Settings table" in changes
    assert deploy(n8n.settings, n8n.seed, n8n.folder) == []


def test_import_and_export_give_the_same_files(n8n: N8n, tmp_path: Path) -> None:
    """Also of the files as they are committed, which `n8n` made impatient."""
    committed = read_workflows()
    try:
        deploy(n8n.settings, n8n.seed)
        for file in committed:
            (tmp_path / file.path.name).write_text(f'{{"id": "{file.id}", "name": "{file.name}"}}')
        export(n8n.settings, tmp_path)
        for file in committed:
            assert (tmp_path / file.path.name).read_text() == file.path.read_text()
    finally:
        deploy(n8n.settings, n8n.seed, n8n.folder)


def test_a_renamed_workflow_gets_a_file_of_its_new_name(n8n: N8n, tmp_path: Path) -> None:
    file = next(f for f in read_workflows(n8n.folder) if f.id == TRIAGE)
    write_workflow(tmp_path / "an-old-name.json", file.workflow)
    assert export(n8n.settings, tmp_path) == [
        "wrote triage-incoming-ticket.json",
        "removed an-old-name.json",
    ]


def test_what_the_support_lead_set_stays(n8n: N8n) -> None:
    n8n.set(documents=9)
    try:
        assert deploy(n8n.settings, n8n.seed, n8n.folder) == []
        with N8nClient(n8n.settings) as client:
            rows = client.api("GET", f"/data-tables/{TABLE_ID}/rows")["data"]
        assert [row["documents"] for row in rows] == [9]
    finally:
        n8n.set(documents=5)


def test_a_setting_without_a_value_is_filled(n8n: N8n) -> None:
    n8n.set(corrections=None)
    assert deploy(n8n.settings, n8n.seed, n8n.folder) == ["set corrections in the Settings table"]


def test_the_address_of_a_helpdesk_that_is_set_up_later_is_filled(n8n: N8n) -> None:
    bare = n8n.seed.model_copy(update={"zendesk_url": ""})
    n8n.set(zendesk_url="")
    assert deploy(n8n.settings, bare, n8n.folder) == []
    assert deploy(n8n.settings, n8n.seed, n8n.folder) == ["set zendesk_url in the Settings table"]


def test_a_changed_secret_reaches_n8n(n8n: N8n, stubs: Stubs) -> None:
    changed = n8n.settings.model_copy(update={"service_token": SecretStr("another-token-of-tests")})
    try:
        assert sorted(deploy(changed, n8n.seed, n8n.folder)) == [
            f"updated credential Deskloop {holder}"
            for holder in ("mail service", "services token", "webhook signer")
        ]
        n8n.post("triage", samples.handed_out())
        stubs.wait_for("finish")
        assert stubs.calls[0].headers["authorization"] == "Bearer another-token-of-tests"
    finally:
        deploy(n8n.settings, n8n.seed, n8n.folder)


def test_redeploying_under_load_loses_no_request(n8n: N8n, stubs: Stubs, tmp_path: Path) -> None:
    changed = _changed_copy(n8n.folder, tmp_path)
    stubs.answers["attempts"] = (200, samples.STOP)
    statuses: list[int] = []
    stop = threading.Event()

    def keep_sending() -> None:
        while not stop.is_set():
            statuses.append(n8n.post("triage", samples.handed_out()).status_code)
            time.sleep(0.05)

    sender = threading.Thread(target=keep_sending)
    sender.start()
    try:
        for folder in (changed, n8n.folder):
            assert deploy(n8n.settings, n8n.seed, folder) != []
    finally:
        stop.set()
        sender.join()
    assert len(statuses) > 10
    assert set(statuses) == {200}
    stubs.wait_for("attempts", count=len(statuses))


def _changed_copy(folder: Path, target: Path) -> Path:
    """All workflows with something changed in each."""
    for file in read_workflows(folder):
        workflow = copy.deepcopy(file.workflow)
        workflow["nodes"][-1]["parameters"]["width"] += 16
        write_workflow(target / file.path.name, workflow)
    return target


def test_the_api_key_is_kept_and_used_again(n8n: N8n) -> None:
    kept = n8n.settings.state_folder / "n8n-api-key.json"
    before = kept.read_text()
    with N8nClient(n8n.settings) as client:
        client.api("GET", "/workflows", params={"limit": 1})
    assert kept.read_text() == before
    assert kept.stat().st_mode & 0o077 == 0


def test_a_lost_api_key_is_replaced(n8n: N8n) -> None:
    assert n8n.client.api("GET", "/workflows", params={"limit": 1})["data"]
    (n8n.settings.state_folder / "n8n-api-key.json").unlink()
    assert deploy(n8n.settings, n8n.seed, n8n.folder) == []
    # whoever still has the old one takes the new one
    assert n8n.client.api("GET", "/workflows", params={"limit": 1})["data"]


def test_n8n_away_is_a_clear_error(n8n: N8n, tmp_path: Path) -> None:
    away = n8n.settings.model_copy(update={"url": "http://127.0.0.1:9", "state_folder": tmp_path})
    with pytest.raises(N8nError, match="does not answer"):
        deploy(away, n8n.seed, n8n.folder)


def test_a_wrong_password_is_a_clear_error(n8n: N8n, tmp_path: Path) -> None:
    wrong = n8n.settings.model_copy(
        update={"owner_password": SecretStr("Wrong-password-1"), "state_folder": tmp_path}
    )
    with pytest.raises(N8nError, match="401"):
        deploy(wrong, n8n.seed, n8n.folder)


def test_workflows_name_only_credentials_that_are_made(n8n: N8n) -> None:
    made = {c.id for c in wanted_credentials(n8n.settings)}
    used = {
        held["id"]
        for file in read_workflows()
        for node in file.workflow["nodes"]
        for held in node.get("credentials", {}).values()
    }
    assert used == made


def test_a_helpdesk_that_is_not_set_up_is_left_out(n8n: N8n) -> None:
    bare = n8n.settings.model_copy(update={"zendesk_api_token": None})
    files = read_workflows()
    left_out = {file.name for file in files} - {file.name for file in usable(files, bare)}
    assert left_out >= {"Receive Zendesk ticket", "Post to Zendesk"}
    assert all("Zendesk" in name for name in left_out)
    try:
        changes = deploy(bare, n8n.seed, n8n.folder)
        assert sorted(changes) == sorted(f"unpublished {name}" for name in left_out)
        assert deploy(bare, n8n.seed, n8n.folder) == []
        with N8nClient(n8n.settings) as client:
            assert not client.webhook_exists("zendesk")
    finally:
        changes = deploy(n8n.settings, n8n.seed, n8n.folder)
    assert sorted(changes) == sorted(f"published {name}" for name in left_out)
    assert deploy(n8n.settings, n8n.seed, n8n.folder) == []


def test_credentials_are_not_readable_in_the_state(n8n: N8n) -> None:
    for file in n8n.settings.state_folder.iterdir():
        assert "a-token-that-only" not in file.read_text()


def test_what_was_edited_in_n8n_is_kept_until_told_otherwise(n8n: N8n) -> None:
    [file] = [f for f in read_workflows(n8n.folder) if f.id == TRIAGE]
    edited = copy.deepcopy(file.workflow)
    edited["nodes"][0]["notes"] = "the lead was here"
    body = {key: edited[key] for key in ("name", "nodes", "connections", "settings")}
    with N8nClient(n8n.settings) as client:
        client.api("PUT", f"/workflows/{TRIAGE}", json=body)
        [said] = deploy(n8n.settings, n8n.seed, n8n.folder)
        assert said.startswith("kept Triage incoming ticket")
        found = client.workflow(TRIAGE)
        assert found is not None
        assert found["nodes"][0]["notes"] == "the lead was here"
        assert deploy(n8n.settings, n8n.seed, n8n.folder, overwrite=True) == [
            "published Triage incoming ticket"
        ]
    assert deploy(n8n.settings, n8n.seed, n8n.folder) == []
