"""The workflow files: five keys and a description, always written the same way."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.workflows.settings import REPOSITORY

WORKFLOWS_FOLDER = REPOSITORY / "n8n-workflows"
KEYS = ("id", "name", "description", "nodes", "connections", "settings")

_NODE_KEYS = ("id", "name", "type", "typeVersion", "position", "parameters", "credentials")

Json = dict[str, Any]


@dataclass(frozen=True)
class WorkflowFile:
    """One workflow and the file it lives in."""

    path: Path
    workflow: Json

    @property
    def id(self) -> str:
        """The workflow's fixed id."""
        return str(self.workflow["id"])

    @property
    def name(self) -> str:
        """What the support lead sees in n8n's list."""
        return str(self.workflow["name"])


def canonical(workflow: Json) -> Json:
    """Keep what belongs to us and survives a round trip; n8n adds about twenty other keys."""
    kept = {key: workflow[key] for key in KEYS if workflow.get(key) is not None}
    nodes = sorted(kept["nodes"], key=_reading_order)
    kept["nodes"] = [_in_order(node) for node in nodes]
    names = [node["name"] for node in nodes]
    kept["connections"] = {n: kept["connections"][n] for n in names if n in kept["connections"]}
    return kept


def _in_order(node: Json) -> Json:
    """Order a node's keys as one reads them; n8n's importer and its editor each have their way."""
    first = [key for key in _NODE_KEYS if key in node]
    return {key: node[key] for key in [*first, *sorted(set(node) - set(first))]}


def _reading_order(node: Json) -> tuple[bool, int, int, str]:
    """Order nodes as one reads the canvas, the notes last, so that files compare well."""
    x, y = node["position"]
    return (node["type"].endswith("stickyNote"), x, y, node["name"])


def read_workflows(folder: Path = WORKFLOWS_FOLDER) -> list[WorkflowFile]:
    """Read all workflow files, sorted by file name."""
    return [
        WorkflowFile(path, json.loads(path.read_text())) for path in sorted(folder.glob("*.json"))
    ]


def write_workflow(path: Path, workflow: Json) -> bool:
    """Write the canonical form; True where the file changed."""
    text = json.dumps(canonical(workflow), indent=2, ensure_ascii=False) + "\n"
    if path.exists() and path.read_text() == text:
        return False
    path.write_text(text)
    return True


def file_name(name: str) -> str:
    """Return the file name of a workflow called `name`."""
    return name.lower().replace(" ", "-") + ".json"
