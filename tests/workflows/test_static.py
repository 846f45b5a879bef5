"""The workflow files obey the rules of readable workflows, and each rule can fail."""

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from local.workflows.deploy import usable
from local.workflows.files import WorkflowFile, read_workflows
from local.workflows.graph import CALL, calls_of
from local.workflows.lint import RULES, lint_workflow
from local.workflows.lint_together import lint_together
from local.workflows.package import called_first
from local.workflows.settings import DeploySettings

Workflow = dict[str, Any]
Plant = Callable[[Workflow], object]
FILES = {file.id: file for file in read_workflows()}
TRIAGE, POST = "triage-incoming-ticket", "post-to-django-helpdesk"


def node(workflow: Workflow, name: str) -> Workflow:
    return next(each for each in workflow["nodes"] if each["name"] == name)


def http(workflow: Workflow) -> Workflow:
    return node(workflow, "Classify the ticket")


def test_the_issue_s_workflows_are_all_there() -> None:
    assert {file.name for file in FILES.values()} == {
        "Apply review decision in Intercom",
        "Apply review decision in Freshdesk",
        "Apply review decision in Zendesk",
        "Apply review decision in e-mail",
        "Apply review decision in webhook",
        "Apply review decision",
        "Check the connection",
        "Connection of Intercom",
        "Connection of Freshdesk",
        "Connection of Zendesk",
        "Connection of e-mail",
        "Fetch articles from Intercom",
        "Fetch articles from Freshdesk",
        "Fetch articles from Zendesk",
        "Connection of webhook",
        "Fetch articles from folder",
        "Fetch articles from sitemap",
        "Forget old tickets",
        "Learn from agent reply",
        "Learn from outcomes",
        "List pages of sitemap",
        "Post to Freshdesk",
        "Post to Intercom",
        "Post to Zendesk",
        "Post to webhook",
        "Post to django-helpdesk",
        "Post to e-mail",
        "Receive Freshdesk ticket",
        "Receive Intercom ticket",
        "Receive Zendesk ticket",
        "Receive django-helpdesk ticket",
        "Receive e-mail ticket",
        "Reconcile Intercom",
        "Reconcile Freshdesk",
        "Receive ticket by webhook",
        "Reconcile Zendesk",
        "Reconcile helpdesk",
        "Record Freshdesk event",
        "Record Intercom event",
        "Record Zendesk event",
        "Record agent correction",
        "Record e-mail event",
        "Record webhook event",
        "Send signed webhook",
        "Record outcome",
        "Record workflow failure",
        "Sample for quality review",
        "Sync help centre",
        "Take in Freshdesk ticket",
        "Take in Intercom conversation",
        "Tell Intercom of given-up tickets",
        "Tell Freshdesk of given-up tickets",
        "Tell Zendesk of given-up tickets",
        "Tell e-mail of given-up tickets",
        "Tell webhook of given-up tickets",
        "Triage incoming ticket",
        "Write to Freshdesk",
        "Write to Intercom",
    }


def test_all_files_obey_all_rules() -> None:
    assert [str(finding) for finding in lint_together(list(FILES.values()))] == []


def rename(workflow: Workflow, old: str, new: str) -> None:
    node(workflow, old)["name"] = new
    connections = workflow["connections"]
    if old in connections:
        connections[new] = connections.pop(old)
    for kinds in connections.values():
        for output in kinds["main"]:
            for target in output:
                target["node"] = new if target["node"] == old else target["node"]


def move(workflow: Workflow, name: str, x: int, y: int) -> None:
    node(workflow, name)["position"] = [x, y]


def note(workflow: Workflow, start: str) -> Workflow:
    notes = [n for n in workflow["nodes"] if n["type"].endswith("stickyNote")]
    return next(n for n in notes if n["parameters"]["content"].startswith(start))


def cut(workflow: Workflow, source: str, output: int) -> None:
    workflow["connections"][source]["main"][output] = []


def add_sixteenth_node(workflow: Workflow) -> None:
    extra = copy.deepcopy(http(workflow))
    for number in range(2):
        workflow["nodes"].append(extra | {"id": f"x{number}", "name": f"Look again {number}"})


def write_token(workflow: Workflow) -> None:
    header = {"name": "Authorization", "value": "Bearer abcdefgh12345678"}
    http(workflow)["parameters"]["headerParameters"] = {"parameters": [header]}


FAULTS: dict[str, tuple[str, Plant]] = {
    "unknown key": ("keys_are_ours", lambda w: w.update(versionId="1")),
    "no description": ("keys_are_ours", lambda w: w.update(description="Triage.")),
    "shuffled nodes": ("keys_are_ours", lambda w: w["nodes"].reverse()),
    "line to nowhere": (
        "connections_resolve",
        lambda w: w["connections"]["Draft a reply"]["main"][0][0].update(node="Nobody"),
    ),
    "unreached node": ("connections_resolve", lambda w: cut(w, "Receive the ticket", 0)),
    "dead reference": (
        "references_resolve",
        lambda w: http(w)["parameters"].update(jsonBody="={{ $('Nobody').first().json }}"),
    ),
    "default name": ("names_read_well", lambda w: rename(w, "Draft a reply", "HTTP Request3")),
    "title case": ("names_read_well", lambda w: rename(w, "Draft a reply", "Draft A Reply")),
    "emoji": ("names_read_well", lambda w: rename(w, "Draft a reply", "Draft a reply 🚀")),
    "no time-out": ("network_nodes_are_careful", lambda w: http(w)["parameters"].pop("options")),
    "guessed format": (
        "network_nodes_are_careful",
        lambda w: http(w)["parameters"]["options"].pop("response"),
    ),
    "an error taken for a page": (
        "network_nodes_are_careful",
        lambda w: http(w)["parameters"]["options"].update(
            pagination={"pagination": {"completeExpression": "={{ !$response.body.meta.more }}"}}
        ),
    ),
    "one try": ("network_nodes_are_careful", lambda w: http(w).update(maxTries=1)),
    "a message that is sent again": (
        "network_nodes_are_careful",
        lambda w: http(w)["parameters"].update(
            url="={{ $json.a_url }}/conversations/{{ 1 }}/reply"
        ),
    ),
    "no retry": ("network_nodes_are_careful", lambda w: http(w).pop("retryOnFail")),
    "error stops": ("errors_are_caught", lambda w: http(w).pop("onError")),
    "error unwired": ("errors_are_caught", lambda w: cut(w, "Classify the ticket", 1)),
    "failure goes up": ("errors_are_caught", lambda w: move(w, "Hand to a human", 2688, -960)),
    "a message that n8n replaces": (
        "messages_keep_their_words",
        lambda w: node(w, "Leave it in the inbox")["parameters"].update(
            errorMessage="=No ({{ $json.error?.code }})."
        ),
    ),
    "no fallback": (
        "decisions_have_a_way_out",
        lambda w: node(w, "Choose the route")["parameters"]["options"].clear(),
    ),
    "fallback unwired": ("decisions_have_a_way_out", lambda w: cut(w, "Choose the route", 2)),
    "no credential": ("credentials_are_references", lambda w: http(w).pop("credentials")),
    "strange credential": (
        "credentials_are_references",
        lambda w: http(w)["credentials"]["httpHeaderAuth"].update(id="other"),
    ),
    "a credential for any website": (
        "credentials_are_references",
        lambda w: http(w)["parameters"].update(url="={{ $json.page_url }}"),
    ),
    "sends without a credential": (
        "credentials_are_references",
        lambda w: (
            http(w).pop("credentials") and http(w)["parameters"].update(authentication="none")
        ),
    ),
    "a token": ("no_secrets", write_token),
    "fixed address": (
        "addresses_are_settings",
        lambda w: http(w)["parameters"].update(url="http://127.0.0.1:8101/classify"),
    ),
    "no settings": (
        "addresses_are_settings",
        lambda w: node(w, "Read the settings")["parameters"]["dataTableId"].update(value="other"),
    ),
    "no error workflow": (
        "error_workflow_is_named",
        lambda w: w["settings"].pop("errorWorkflow"),
    ),
    "code": ("it_is_small", lambda w: http(w).update(type="n8n-nodes-base.code")),
    "off the grid": ("it_is_on_the_grid", lambda w: move(w, "Draft a reply", 1793, -576)),
    "backwards": ("it_is_laid_out", lambda w: move(w, "Draft a reply", 0, -1600)),
    "one on the other": ("it_is_laid_out", lambda w: move(w, "Draft a reply", 2032, -672)),
    "crossing lines": ("it_is_laid_out", lambda w: move(w, "Send automatically", 2464, -480)),
    "line behind a node": ("it_is_laid_out", lambda w: move(w, "Draft a reply", 1792, -16)),
    "line through a name": (
        "lines_keep_off_words",
        lambda w: move(w, "Choose the route", 2240, -640),
    ),
    "line through a note's words": (
        "lines_keep_off_words",
        lambda w: note(w, "## 5").update(position=[2544, -112]),
    ),
    "a node over a name": (
        "words_are_uncovered",
        lambda w: move(w, "Ask a human to review", 2464, -848),
    ),
    "a node over a heading": (
        "words_are_uncovered",
        lambda w: move(w, "Hand to a human", 2736, -192),
    ),
    "a name over a name": (
        "words_are_uncovered",
        lambda w: move(w, "Go on if it is unanswered", 560, 0),
    ),
    "a node over a note's words": (
        "words_are_uncovered",
        lambda w: move(w, "Go on if it is unanswered", 672, -160),
    ),
    "name over an edge": (
        "names_keep_off_edges",
        lambda w: note(w, "## 5")["parameters"].update(height=224),
    ),
    "name outside of its section": (
        "names_keep_off_edges",
        lambda w: note(w, "## 5")["parameters"].update(height=208),
    ),
    "no overview": ("notes_explain_it", lambda w: w["nodes"].remove(note(w, "# "))),
    "uncovered node": ("notes_explain_it", lambda w: w["nodes"].remove(note(w, "## 5"))),
    "wrong number": (
        "notes_explain_it",
        lambda w: note(w, "## 5")["parameters"].update(content="## 7 · Human"),
    ),
    "notes overlap": (
        "notes_explain_it",
        lambda w: note(w, "# ")["parameters"].update(width=1600),
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_found(fault: str) -> None:
    rule, plant = FAULTS[fault]
    workflow = copy.deepcopy(FILES[TRIAGE].workflow)
    plant(workflow)
    assert rule in {finding.rule for finding in lint_workflow(workflow)}


def test_a_sixteenth_node_is_found() -> None:
    workflow = copy.deepcopy(FILES[TRIAGE].workflow)
    add_sixteenth_node(workflow)
    for number in range(2):
        line = {"node": f"Look again {number}", "type": "main", "index": 0}
        workflow["connections"]["Send automatically"] = {"main": [[line]]}
        workflow["connections"].setdefault("Ask a human to review", {"main": [[line]]})
    assert "it_is_small" in {finding.rule for finding in lint_workflow(workflow)}


@pytest.mark.parametrize(
    "plant",
    [
        lambda w: node(w, "When a ticket is decided")["parameters"].clear(),
        lambda w: cut(w, "Finish the ticket", 0) or cut(w, "Finish the ticket", 1),
    ],
    ids=["untyped", "ends without shaping"],
)
def test_a_sub_workflow_declares_what_it_takes_and_gives(plant: Plant) -> None:
    workflow = copy.deepcopy(FILES[POST].workflow)
    plant(workflow)
    assert lint_workflow(workflow) != []


def test_workflows_fit_together() -> None:
    files = [WorkflowFile(f.path, copy.deepcopy(f.workflow)) for f in FILES.values()]
    triage = next(file.workflow for file in files if file.id == TRIAGE)
    del node(triage, "Hand to a human")["parameters"]["workflowInputs"]["value"]["reasons"]
    triage["settings"]["errorWorkflow"] = "nobody"
    triage["id"] = POST
    assert {"calls_fit", "ids_are_unique"} <= {f.rule for f in lint_together(files)}


def test_what_freshdesk_would_send_twice_is_tried_once() -> None:
    workflow = copy.deepcopy(FILES["write-to-freshdesk"].workflow)
    assert lint_workflow(workflow) == []
    node(workflow, "Post it").update(retryOnFail=True, maxTries=3)
    assert [f.rule for f in lint_workflow(workflow)] == ["network_nodes_are_careful"]


def test_every_workflow_that_a_ticket_may_be_posted_with_fits() -> None:
    files = [WorkflowFile(f.path, copy.deepcopy(f.workflow)) for f in FILES.values()]
    zendesk = next(file.workflow for file in files if file.id == "post-to-zendesk")
    inputs = node(zendesk, "When a ticket is decided")["parameters"]["workflowInputs"]["values"]
    inputs.append({"name": "channel", "type": "string"})
    found = {(f.workflow, f.rule) for f in lint_together(files)}
    assert ("Triage incoming ticket", "calls_fit") in found


def test_what_is_called_is_published_first() -> None:
    order = [file.id for file in called_first(list(FILES.values()))]
    assert sorted(order) == sorted(FILES)
    assert order.index("learn-from-agent-reply") < order.index("record-zendesk-event")
    assert order.index("record-zendesk-event") < order.index("receive-zendesk-ticket")
    one, two = (copy.deepcopy(FILES[POST].workflow) for _ in range(2))
    for mine, other in ((one, "two"), (two, "one")):
        mine["nodes"] = [{"type": CALL, "parameters": {"workflowId": {"value": other}}}]
    circle = [WorkflowFile(Path(), w | {"id": i}) for w, i in ((one, "one"), (two, "two"))]
    assert len(called_first(circle)) == 2


def test_each_rule_is_shown_to_fail() -> None:
    shown = {rule for rule, _ in FAULTS.values()} | {"it_is_small", "inputs_are_typed"}
    assert {rule.__name__ for rule in RULES} == shown


def test_what_calls_a_workflow_that_is_left_out_is_left_out_too() -> None:
    secret = SecretStr("x" * 16)
    own = ("owner_password", "webhook_key", "service_token", "helpdesk_password")
    no_helpdesk = DeploySettings.model_construct(**dict.fromkeys(own, secret))
    files = list(FILES.values())
    here = usable(files, no_helpdesk)
    there = {file.id for file in here}
    assert {"triage-incoming-ticket", "sync-help-centre", "check-the-connection"} <= there
    assert not [file.name for file in here if not calls_of(file.workflow) <= there]
    assert not there & {"receive-freshdesk-ticket", "receive-intercom-ticket", "post-to-zendesk"}
