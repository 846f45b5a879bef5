"""The static rules that look at all workflows at once."""

import re
from collections.abc import Iterator, Mapping, Sequence

from local.workflows.files import Json, WorkflowFile
from local.workflows.graph import CALL, CALLED, WEBHOOK, of_type
from local.workflows.lint import Finding, lint_workflow

_CHOSEN = re.compile(r"={{ `([a-z-]+)\$\{")
"""A workflow that is chosen by what the ticket says, as `post-to-${source}`."""


def lint_together(files: Sequence[WorkflowFile]) -> list[Finding]:
    """Apply the rules that look at all workflows at once, and then all others."""
    return [
        *(finding for rule in (_ids_are_unique, _calls_fit) for finding in rule(files)),
        *(finding for file in files for finding in lint_workflow(file.workflow)),
    ]


def _ids_are_unique(files: Sequence[WorkflowFile]) -> Iterator[Finding]:
    taken: dict[str, str] = {}
    for file in files:
        nodes = file.workflow["nodes"]
        paths = [_webhook(node) for node in nodes if node["type"] == WEBHOOK]
        for key in [file.id, *(node["id"] for node in nodes), *paths]:
            if key in taken:
                yield Finding(file.name, "ids_are_unique", f"{key} is used by {taken[key]}, too")
            taken[key] = file.name


def _webhook(node: Json) -> str:
    parameters = node["parameters"]
    return f"webhook {parameters.get('httpMethod', 'GET')} {parameters['path']}"


def _calls_fit(files: Sequence[WorkflowFile]) -> Iterator[Finding]:
    """Called workflows exist and get exactly the inputs that they declare."""
    by_id = {file.id: file.workflow for file in files}
    for file in files:
        wanted = file.workflow["settings"].get("errorWorkflow")
        if wanted and wanted not in by_id:
            yield Finding(file.name, "calls_fit", f"there is no error workflow {wanted}")
        for node in of_type(file.workflow, CALL):
            given = set(node["parameters"]["workflowInputs"]["value"])
            called = _called(node["parameters"]["workflowId"]["value"], by_id)
            if not called or any(given != _declared(workflow) for workflow in called):
                text = f"'{node['name']}' does not fit the workflow that it calls"
                yield Finding(file.name, "calls_fit", text)


def _called(id_: str, by_id: Mapping[str, Json]) -> list[Json]:
    """Return the workflows that a call may reach: one, or all whose ids begin as said."""
    beginning = _CHOSEN.match(id_)
    if beginning is None:
        return [by_id[id_]] if id_ in by_id else []
    return [workflow for name, workflow in by_id.items() if name.startswith(beginning[1])]


def _declared(workflow: Json) -> set[str]:
    triggers = of_type(workflow, CALLED)
    values = triggers[0]["parameters"]["workflowInputs"]["values"] if triggers else []
    return {field["name"] for field in values}
