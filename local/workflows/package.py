"""An n8n package (tar.gz) of workflows: n8n imports it in one go, ids kept, without a gap."""

import io
import json
import tarfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from local.workflows.credentials import Credential
from local.workflows.files import Json, WorkflowFile
from local.workflows.graph import calls_of
from local.workflows.table import TABLE_ID, TABLE_NAME, columns

N8N_VERSION = "2.41.1"
_TABLE_REFERENCE = f'"{TABLE_ID}"'


def build_package(workflows: Sequence[WorkflowFile], credentials: Sequence[Credential]) -> bytes:
    """Return the package; it names what the workflows need and holds no secret."""
    workflows = called_first(workflows)
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for path, content in _entries(workflows, credentials):
            data = json.dumps(content).encode()
            info = tarfile.TarInfo(path)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def called_first(workflows: Sequence[WorkflowFile]) -> list[WorkflowFile]:
    """Order workflows so that each comes after those it calls: n8n publishes in this order."""
    left, ordered = {file.id: file for file in workflows}, list[WorkflowFile]()
    while left:
        free = [
            id_ for id_, file in left.items() if not (calls_of(file.workflow) - {id_}) & set(left)
        ]
        for id_ in free or list(left):
            ordered.append(left.pop(id_))
    return ordered


def _entries(
    workflows: Sequence[WorkflowFile], credentials: Sequence[Credential]
) -> Iterator[tuple[str, Json]]:
    yield "manifest.json", _manifest(workflows, credentials)
    for file in workflows:
        yield f"workflows/{file.id}/workflow.json", _wire(file.workflow)
        metadata = {"versionId": file.id, "publishedVersionId": file.id}
        yield f"workflows/{file.id}/workflow-metadata.json", metadata
    for credential in credentials:
        content = {"id": credential.id, "name": credential.name, "type": credential.type}
        yield f"credentials/{credential.id}/credential.json", content
    table = {"id": TABLE_ID, "name": TABLE_NAME, "columns": columns()}
    yield f"data-tables/{TABLE_ID}/data-table.json", table


def _wire(workflow: Json) -> Json:
    """Add what n8n's package format demands; it has no place for the description."""
    kept = {key: value for key, value in workflow.items() if key != "description"}
    return kept | {"parentFolderId": None, "isArchived": False}


def _manifest(workflows: Sequence[WorkflowFile], credentials: Sequence[Credential]) -> Json:
    return {
        "packageFormatVersion": "1",
        "exportedAt": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "sourceN8nVersion": N8N_VERSION,
        "sourceId": "deskloop",
        "workflows": [_entry("workflows", file.id, file.name) for file in workflows],
        "credentials": [_entry("credentials", c.id, c.name) for c in credentials],
        "dataTables": [_entry("data-tables", TABLE_ID, TABLE_NAME)],
        "requirements": _requirements(workflows, credentials),
    }


def _entry(kind: str, id_: str, name: str) -> Json:
    return {"id": id_, "name": name, "target": f"{kind}/{id_}"}


def _requirements(
    workflows: Sequence[WorkflowFile], credentials: Sequence[Credential]
) -> dict[str, list[Json]]:
    text = {file.id: json.dumps(file.workflow) for file in workflows}
    needed: list[Json] = []
    for credential in credentials:
        users = [id_ for id_, content in text.items() if f'"{credential.id}"' in content]
        row = {"id": credential.id, "name": credential.name, "type": credential.type}
        needed += [row | {"usedByWorkflows": users}] if users else []
    readers = [id_ for id_, content in text.items() if _TABLE_REFERENCE in content]
    table: dict[str, Any] = {"id": TABLE_ID, "name": TABLE_NAME, "usedByWorkflows": readers}
    return {"credentials": needed, "dataTables": [table] if readers else []}
