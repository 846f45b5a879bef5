"""Bring a running n8n to the state of the workflow files, changing only what differs."""

import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from local.workflows.client import N8nClient, N8nError
from local.workflows.credentials import credentials_of, deploy_credentials, wanted_credentials
from local.workflows.files import WORKFLOWS_FOLDER, Json, WorkflowFile, read_workflows
from local.workflows.graph import calls_of
from local.workflows.memory import Deployed, comparable
from local.workflows.package import build_package, called_first
from local.workflows.settings import DeploySettings, TableSeed
from local.workflows.table import TABLE_ID, add_columns, seed_table

_WEBHOOK = "n8n-nodes-base.webhook"
_WEBHOOK_SECONDS = 30.0


KEPT = "kept"
"""How the line of a workflow begins that was left as somebody edited it in n8n."""


def deploy(
    settings: DeploySettings,
    seed: TableSeed,
    folder: Path = WORKFLOWS_FOLDER,
    *,
    overwrite: bool = False,
) -> list[str]:
    """Deploy credentials, the Settings table and all workflows; returns a line per change.

    A second run changes nothing and returns an empty list. Workflows of a helpdesk that is not
    set up are left out, and unpublished where it was set up before. A request that arrives
    meanwhile is answered by the old version or by the new one. What was edited in n8n since the
    last deployment is kept, and said so, unless `overwrite`.

    Raises
    ------
    N8nError
        Where n8n does not answer or refuses; what was done until then stays and does no harm.
    """
    everything = read_workflows(folder)
    files = usable(everything, settings)
    with N8nClient(settings) as client:
        changes = deploy_credentials(client)
        changes += _unpublish(client, [file for file in everything if file not in files])
        there = existing_workflows(client, files)
        deployed = Deployed(settings.state_folder)
        edited = [] if overwrite else [f for f in files if _is_edited(f, there, deployed)]
        files = [file for file in files if file not in edited]
        changed = [file for file in files if not _is_live(file, there.get(file.id))]
        # where a restored backup lost the table, importing any workflow makes it again
        exists = _table_exists(client)
        changes += add_columns(client) if exists else []
        if changed or not exists:
            _import(client, changed or files)
        deployed.remember([file.workflow for file in files])
        changes += [f"published {file.name}" for file in changed]
        changes += [_kept(file) for file in edited]
        changes += seed_table(client, seed)
        changes += _describe(client, files)
        _wait_for_webhooks(client, files)
    return changes


def usable(files: Sequence[WorkflowFile], settings: DeploySettings) -> list[WorkflowFile]:
    """Return the workflows whose credentials exist: a helpdesk that is not set up has none.

    What calls a workflow that is left out is left out too: n8n would not publish it.
    """
    made = {credential.id for credential in wanted_credentials(settings)}
    found = [file for file in files if credentials_of(file.workflow) <= made]
    while True:
        there = {file.id for file in found}
        whole = [file for file in found if calls_of(file.workflow) <= there]
        if len(whole) == len(found):
            return found
        found = whole


def _unpublish(client: N8nClient, files: Sequence[WorkflowFile]) -> list[str]:
    """Switch workflows off that must not run any more; whoever calls another goes first."""
    there = existing_workflows(client, files)
    running = [file for file in reversed(called_first(files)) if _is_active(there.get(file.id))]
    for file in running:
        client.api("POST", f"/workflows/{file.id}/deactivate")
    return [f"unpublished {file.name}" for file in running]


def _is_active(found: Json | None) -> bool:
    return bool(found and found["active"])


def existing_workflows(client: N8nClient, files: Sequence[WorkflowFile]) -> dict[str, Json]:
    """Return those of our workflows that n8n has, by id."""
    found = {file.id: client.workflow(file.id) for file in files}
    return {id_: workflow for id_, workflow in found.items() if workflow is not None}


def _is_live(file: WorkflowFile, found: Json | None) -> bool:
    """Tell whether n8n runs exactly this workflow."""
    if found is None or not found["active"] or found["isArchived"]:
        return False
    return comparable(found) == comparable(file.workflow) and _published_is_current(found)


def _published_is_current(found: Json) -> bool:
    return bool(found["versionId"] == found.get("activeVersionId"))


def _is_edited(file: WorkflowFile, there: Mapping[str, Json], deployed: Deployed) -> bool:
    """Tell whether n8n has a support lead's own version, which is not the file's."""
    found = there.get(file.id)
    if found is None or found["isArchived"] or comparable(found) == comparable(file.workflow):
        return False
    return deployed.edited_since(found)


def _kept(file: WorkflowFile) -> str:
    return (
        f"{KEPT} {file.name} as it was edited in n8n; `make export-workflows` writes it to its "
        "file, `make deploy-workflows OVERWRITE=1` puts the file back"
    )


def _table_exists(client: N8nClient) -> bool:
    tables = client.api("GET", "/data-tables", params={"limit": 100})["data"]
    return any(table["id"] == TABLE_ID for table in tables)


def _import(client: N8nClient, files: Sequence[WorkflowFile]) -> None:
    package = build_package(files, wanted_credentials(client.settings))
    client.api(
        "POST",
        "/n8n-packages/import",
        files={"package": ("deskloop.tar.gz", package, "application/gzip")},
        data={
            "workflowConflictPolicy": "new-version",
            "workflowPublishingPolicy": "publish-all",
            "workflowIdPolicy": "source",
            "credentialMatchingMode": "id-only",
            "credentialMissingMode": "must-preexist",
            "dataTableMissingMode": "create",
        },
    )


def _describe(client: N8nClient, files: Sequence[WorkflowFile]) -> list[str]:
    """Set descriptions where they differ; packages do not carry them."""
    there = existing_workflows(client, files)
    differing = [
        file
        for file in files
        if (there[file.id].get("description") or "") != file.workflow.get("description", "")
    ]
    for file in differing:
        body = {"description": file.workflow.get("description", "")}
        client.rest("PATCH", f"/workflows/{file.id}", json=body)
    return [f"described {file.name}" for file in differing]


def _wait_for_webhooks(client: N8nClient, files: Sequence[WorkflowFile]) -> None:
    """Return when n8n has registered every webhook; it is ready up to a second before that."""
    deadline = time.monotonic() + _WEBHOOK_SECONDS
    for path in _webhook_paths(files):
        while not client.webhook_exists(path):
            if time.monotonic() > deadline:
                raise N8nError(f"n8n has not registered the webhook {path}")
            time.sleep(0.2)


def _webhook_paths(files: Sequence[WorkflowFile]) -> list[str]:
    nodes = [node for file in files for node in file.workflow["nodes"]]
    return [node["parameters"]["path"] for node in nodes if node["type"] == _WEBHOOK]
