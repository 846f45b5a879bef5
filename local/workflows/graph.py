"""A workflow as a graph: which node is what, and which line goes where."""

from collections.abc import Iterator
from dataclasses import dataclass

from local.workflows.files import Json

HTTP = "n8n-nodes-base.httpRequest"
SWITCH = "n8n-nodes-base.switch"
IF = "n8n-nodes-base.if"
SET = "n8n-nodes-base.set"
STICKY = "n8n-nodes-base.stickyNote"
WEBHOOK = "n8n-nodes-base.webhook"
DATA_TABLE = "n8n-nodes-base.dataTable"
CALL = "n8n-nodes-base.executeWorkflow"
CALLED = "n8n-nodes-base.executeWorkflowTrigger"
STOP = "n8n-nodes-base.stopAndError"
ERROR_TRIGGER = "n8n-nodes-base.errorTrigger"
WAIT = "n8n-nodes-base.wait"
SCHEDULE = "n8n-nodes-base.scheduleTrigger"
CODE = ("n8n-nodes-base.code", "n8n-nodes-base.function", "n8n-nodes-base.functionItem")
TRIGGERS = (WEBHOOK, CALLED, ERROR_TRIGGER, SCHEDULE)


@dataclass(frozen=True)
class Line:
    """One connection: from output `output` of `source` to `target`."""

    source: str
    output: int
    target: str


def work_nodes(workflow: Json) -> list[Json]:
    """Return all nodes that do something: no sticky notes."""
    return [node for node in workflow["nodes"] if node["type"] != STICKY]


def sticky_notes(workflow: Json) -> list[Json]:
    """Return the sticky notes."""
    return [node for node in workflow["nodes"] if node["type"] == STICKY]


def of_type(workflow: Json, *types: str) -> list[Json]:
    """Return the nodes of these types."""
    return [node for node in workflow.get("nodes", []) if node["type"] in types]


def lines(workflow: Json) -> Iterator[Line]:
    """Yield all connections."""
    for source, kinds in workflow["connections"].items():
        for output, targets in enumerate(kinds.get("main", [])):
            for target in targets or []:
                yield Line(source, output, target["node"])


def calls_of(workflow: Json) -> set[str]:
    """Return the ids of the workflows that it calls; one that is chosen at run time is not told."""
    named = {str(node["parameters"]["workflowId"]["value"]) for node in of_type(workflow, CALL)}
    return {name for name in named if not name.startswith("=")}


def targets(workflow: Json, source: str, output: int) -> list[str]:
    """Return where one output of a node leads."""
    return [
        line.target for line in lines(workflow) if (line.source, line.output) == (source, output)
    ]


def sends_signature(node: Json) -> bool:
    """Tell whether a node sends a signature that another one made."""
    headers = node["parameters"].get("headerParameters", {}).get("parameters", [])
    return any(h["name"] == "X-Webhook-Signature" and h["value"][:1] == "=" for h in headers)


def output_count(node: Json) -> int:
    """Return how many outputs the editor shows for a node."""
    if node["type"] == IF:
        return 2
    if node["type"] == SWITCH:
        rules = len(node["parameters"].get("rules", {}).get("values", []))
        has_fallback = node["parameters"].get("options", {}).get("fallbackOutput") == "extra"
        return rules + int(has_fallback)
    return 2 if node.get("onError") == "continueErrorOutput" else 1
