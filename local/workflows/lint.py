"""The static rules for workflows, each a function that yields what it finds wrong."""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from local.workflows import geometry, words
from local.workflows.files import KEYS, Json, canonical
from local.workflows.graph import (
    CALLED,
    CODE,
    DATA_TABLE,
    ERROR_TRIGGER,
    HTTP,
    IF,
    SET,
    STOP,
    SWITCH,
    TRIGGERS,
    WEBHOOK,
    lines,
    of_type,
    output_count,
    sends_signature,
    sticky_notes,
    targets,
    work_nodes,
)
from local.workflows.table import TABLE_ID

MAX_NODES = 15
TRIES = 3
LONGEST_TIMEOUT_MS = 60_000
_CREDENTIALS = {
    *("deskloopServices", "deskloopInboxKey", "djangoHelpdesk01"),
    *("zendeskSupport01", "freshdeskSupport", "intercomTeam0001"),
    *("deskloopMail0001", "deskloopWebhook1"),
}
_ANSWERED_BY_STRANGERS = {"send-signed-webhook"}
_DEFAULT_NAME = re.compile(
    r"(HTTP Request|Webhook|Switch|If|Edit Fields|Set|Code|Merge|Filter|Wait|Split Out|Loop Over "
    r"Items|Execute Workflow|Execute Sub-workflow|Respond to Webhook|Schedule Trigger|Error Trigger"
    r"|Stop and Error|Data table|Sticky Note|Extract from File|No Operation.*|When .* called.*"
    r"|Get row\(s\)|Call '.*'|Manual Trigger)\s?\d*",
    re.IGNORECASE,
)
_SENTENCE_CASE = re.compile(
    r"[A-Z][a-z]+( ([a-z][a-z’'-]*|django-helpdesk|Slack|Zendesk|Freshdesk|Intercom))*"
)
_SECRET = re.compile(
    r"(Bearer\s+[\w.-]{8,}|Basic\s+[\w+/=]{8,}|\bsk-[\w-]{8,}|eyJ[\w-]{20,}"
    r"|(password|secret|api_?key|token)[\"']?\s*[:=]\s*[\"'][^\"'{=]{6,})",
    re.IGNORECASE,
)
_REFERENCE = re.compile(r"""\$\(['"]([^'"]+)['"]\)""")
_SENT_ONCE = re.compile(
    r"/(conversations|tickets)/\{\{[^{}]*\}\}/(reply|\{\{[^{}]*'reply'[^{}]*\}\})$"
)
"""A call that sends a message, and that the other side would carry out a second time."""
_HEARD_FROM_ELSEWHERE = re.compile(r"error|problem|json\.status")
KEEPS_ITS_WORDS = (
    r".replace(/(getaddrinfo )?\bE(CONN|NOTF|TIMED|HOST|ADDR|AI_)[A-Z]+/g, 'no answer')"
)
"""n8n replaces a whole message in which a code such as ECONNREFUSED stands by words of its own."""
_TRIPS_OVER_ERRORS = re.compile(r"\$response\.body(\.|\?\.\w+\.)")
"""Fails on another body, which n8n reads as *complete*: an error becomes a page like any other."""
_SECTION = re.compile(r"## (\d+) · \S")


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong, and by which rule."""

    workflow: str
    rule: str
    text: str

    def __str__(self) -> str:
        return f"{self.workflow}: {self.text} ({self.rule})"


Rule = Callable[[Json], Iterator[str]]


def keys_are_ours(workflow: Json) -> Iterator[str]:
    """Only the keys that survive a round trip, with a description that says something."""
    yield from (f"unexpected key '{key}'" for key in workflow if key not in KEYS)
    if len(workflow.get("description", "")) < 60:
        yield "the description does not say what it does and why"
    if canonical(workflow)["nodes"] != workflow["nodes"]:
        yield "the nodes are not in reading order: export it"


def connections_resolve(workflow: Json) -> Iterator[str]:
    """Each line ends at nodes that exist, and each node is reached."""
    names = {node["name"] for node in workflow["nodes"]}
    for line in lines(workflow):
        yield from (f"a line names '{n}', which is no node" for n in _missing(line, names))
    reached = {line.target for line in lines(workflow)}
    for node in work_nodes(workflow):
        if node["type"] not in TRIGGERS and node["name"] not in reached:
            yield f"nothing leads to '{node['name']}'"


def _missing(line: object, names: set[str]) -> list[str]:
    ends = (getattr(line, "source", ""), getattr(line, "target", ""))
    return [name for name in ends if name not in names]


def references_resolve(workflow: Json) -> Iterator[str]:
    """Each node that an expression names exists."""
    names = {node["name"] for node in workflow["nodes"]}
    for node in work_nodes(workflow):
        used = _REFERENCE.findall(json.dumps(node["parameters"], ensure_ascii=False))
        yield from (
            f"'{node['name']}' refers to '{name}', which is no node"
            for name in sorted(set(used) - names)
        )


def names_read_well(workflow: Json) -> Iterator[str]:
    """Names are sentences in sentence case, and none is n8n's default."""
    for node in work_nodes(workflow):
        if _DEFAULT_NAME.fullmatch(node["name"]):
            yield f"'{node['name']}' is a default name"
        elif not _SENTENCE_CASE.fullmatch(node["name"]):
            yield f"'{node['name']}' is not in sentence case"


def network_nodes_are_careful(workflow: Json) -> Iterator[str]:
    """Each network node has a time-out, three tries, one where twice does harm, and a format.

    Where n8n has to guess the format it guesses the encoding too, and takes three accented letters
    in a row for Chinese; an error between pages must not pass for the last page. Only what is sent
    to a stranger may answer as it likes.
    """
    for node in of_type(workflow, HTTP):
        options = node["parameters"].get("options", {})
        timeout = options.get("timeout")
        answer = options.get("response", {}).get("response", {})
        if "responseFormat" not in answer and workflow["id"] not in _ANSWERED_BY_STRANGERS:
            yield f"'{node['name']}' does not say that its answer is JSON or text"
        if not isinstance(timeout, int) or not 0 < timeout <= LONGEST_TIMEOUT_MS:
            yield f"'{node['name']}' has no sensible time-out"
        complete = options.get("pagination", {}).get("pagination", {}).get("completeExpression", "")
        if _TRIPS_OVER_ERRORS.search(complete):
            yield f"'{node['name']}' takes a page that is an error for the last: write body?.a?.b"
        if _SENT_ONCE.search(node["parameters"].get("url", "")):
            if node.get("retryOnFail"):
                yield f"'{node['name']}' would send the same message again"
        elif not node.get("retryOnFail") or node.get("maxTries") != TRIES:
            yield f"'{node['name']}' does not try three times"


def errors_are_caught(workflow: Json) -> Iterator[str]:
    """Each network node's error output leads somewhere, and not upwards."""
    tops = {node["name"]: node["position"][1] for node in workflow["nodes"]}
    for node in of_type(workflow, HTTP):
        name = node["name"]
        ends = targets(workflow, name, 1)
        if node.get("onError") != "continueErrorOutput" or not ends:
            yield f"the error output of '{name}' is not wired"
        for end in set(ends) - set(targets(workflow, name, 0)):
            if tops.get(end, 0) < tops[name]:
                yield f"the failure branch of '{name}' goes up to '{end}'"


def messages_keep_their_words(workflow: Json) -> Iterator[str]:
    """What a failure says of an answer from elsewhere holds no code that n8n would put in place."""
    for node in of_type(workflow, STOP):
        message = node["parameters"]["errorMessage"].replace("{{ ", "\0{{ ").split("\0")
        if any(_HEARD_FROM_ELSEWHERE.search(p) and KEEPS_ITS_WORDS not in p for p in message):
            yield f"'{node['name']}' lacks {KEEPS_ITS_WORDS}, without which n8n says something else"


def decisions_have_a_way_out(workflow: Json) -> Iterator[str]:
    """Each Switch has a wired fallback; each IF's true output is wired."""
    for node in of_type(workflow, SWITCH):
        options = node["parameters"].get("options", {})
        fallback = output_count(node) - 1
        if options.get("fallbackOutput") != "extra" or not targets(
            workflow, node["name"], fallback
        ):
            yield f"'{node['name']}' has no fallback"
    for node in of_type(workflow, IF):
        if not targets(workflow, node["name"], 0):
            yield f"nothing follows '{node['name']}'"


def inputs_are_typed(workflow: Json) -> Iterator[str]:
    """A sub-workflow declares typed inputs, and its last node shapes what is returned, or fails."""
    for node in of_type(workflow, CALLED):
        declared = node["parameters"].get("workflowInputs", {}).get("values", [])
        if not declared or any(not field.get("type") for field in declared):
            yield f"'{node['name']}' does not declare typed inputs"
        sources = {line.source for line in lines(workflow)}
        ends = [n for n in work_nodes(workflow) if n["name"] not in sources]
        if any(end["type"] not in (SET, STOP) for end in ends):
            yield "the last node does not shape what is returned"


def credentials_are_references(workflow: Json) -> Iterator[str]:
    """Calls and webhooks are authenticated by credentials that the deploy tool makes."""
    for node in of_type(workflow, HTTP, WEBHOOK):
        held = list(node.get("credentials", {}).values())
        signed = node["parameters"].get("options", {}).get("rawBody")
        if not held and not (signed or sends_signature(node) or _reads_in_public(node)):
            yield f"'{node['name']}' has no credential"
        if held and "page_url" in node["parameters"].get("url", ""):
            yield f"'{node['name']}' would show a credential to any website"
        if any(set(c) != {"id", "name"} or c["id"] not in _CREDENTIALS for c in held):
            yield f"'{node['name']}' names a credential that the deploy tool does not make"


def _reads_in_public(node: Json) -> bool:
    """Tell whether a node reads a page as any visitor would, and says so."""
    parameters = node["parameters"]
    return bool(parameters.get("authentication") == "none" and parameters.get("method") == "GET")


def no_secrets(workflow: Json) -> Iterator[str]:
    """Nothing in the file looks like a secret."""
    found = _SECRET.search(json.dumps(workflow))
    if found:
        yield f"'{found.group()[:20]}…' looks like a secret"


def addresses_are_settings(workflow: Json) -> Iterator[str]:
    """Each address comes from the Settings table, which the workflow reads or is handed."""
    for node in of_type(workflow, HTTP):
        if not re.match(r"=\{\{ .*_url \}\}", node["parameters"].get("url", "")):
            yield f"the address of '{node['name']}' is not a setting"
    reads = any(TABLE_ID in json.dumps(n["parameters"]) for n in of_type(workflow, DATA_TABLE))
    handed = any('"settings"' in json.dumps(n["parameters"]) for n in of_type(workflow, CALLED))
    if of_type(workflow, HTTP) and not (reads or handed):
        yield "it does not read the Settings table"


def error_workflow_is_named(workflow: Json) -> Iterator[str]:
    """Each workflow names the error workflow; that one itself does not."""
    if not of_type(workflow, ERROR_TRIGGER) and not workflow["settings"].get("errorWorkflow"):
        yield "it names no error workflow"


def it_is_small(workflow: Json) -> Iterator[str]:
    """At most fifteen nodes, none of them code."""
    if len(work_nodes(workflow)) > MAX_NODES:
        yield f"{len(work_nodes(workflow))} nodes are more than {MAX_NODES}"
    yield from (f"'{node['name']}' is a Code node" for node in of_type(workflow, *CODE))


def it_is_on_the_grid(workflow: Json) -> Iterator[str]:
    """Positions and sizes of notes are multiples of 16."""
    for node in workflow["nodes"]:
        sizes = [node["parameters"].get(key, 0) for key in ("width", "height")]
        if any(value % geometry.GRID for value in [*node["position"], *sizes]):
            yield f"'{node['name']}' is off the grid"


def it_is_laid_out(workflow: Json) -> Iterator[str]:
    """Left to right; no node on another, no line across another or behind a node."""
    left = {node["name"]: node["position"][0] for node in workflow["nodes"]}
    for line in lines(workflow):
        if left.get(line.target, 0) <= left.get(line.source, 0):
            yield f"'{line.source}' → '{line.target}' does not go to the right"
    yield from (f"'{a}' covers '{b}'" for a, b in geometry.overlapping_nodes(workflow))
    for one, two in geometry.crossings(workflow):
        yield f"'{one.source}' → '{one.target}' crosses '{two.source}' → '{two.target}'"
    for line, name in geometry.lines_behind_nodes(workflow):
        yield f"'{line.source}' → '{line.target}' runs behind '{name}'"


def lines_keep_off_words(workflow: Json) -> Iterator[str]:
    """No line runs through a node's name or the words of a section."""
    for line, text in words.lines_through_words(workflow):
        yield f"'{line.source}' → '{line.target}' runs through the words '{text}'"


def words_are_uncovered(workflow: Json) -> Iterator[str]:
    """No node and no other words lie over a node's name or the words of a section."""
    yield from (f"'{over}' covers the words '{a}'" for a, over in words.covered_words(workflow))


def names_keep_off_edges(workflow: Json) -> Iterator[str]:
    """A node's name stands inside of its section."""
    for name, note in words.names_over_edges(workflow):
        yield f"the name of '{name}' runs over the edge of '{note}', or stands outside"


def notes_explain_it(workflow: Json) -> Iterator[str]:
    """One overview, and numbered sections that cover each node exactly once."""
    notes = sticky_notes(workflow)
    overviews = [n for n in notes if n["parameters"]["content"].startswith("# ")]
    sections = [n for n in notes if _SECTION.match(n["parameters"]["content"])]
    if len(overviews) != 1 or "**Colours:**" not in overviews[0]["parameters"]["content"]:
        yield "there is not exactly one overview that says what the colours mean"
    numbers = sorted(int(_SECTION.match(n["parameters"]["content"])[1]) for n in sections)  # type: ignore[index]
    if numbers != list(range(1, len(numbers) + 1)):
        yield f"the sections are numbered {numbers}"
    for node in work_nodes(workflow):
        around = [s for s in sections if _covers(s, node)]
        if len(around) != 1:
            yield f"'{node['name']}' lies in {len(around)} sections"
    yield from (f"'{a}' covers '{b}'" for a, b in geometry.overlapping_notes(workflow))


def _covers(section: Json, node: Json) -> bool:
    return geometry.node_box(section).contains(geometry.node_box(node))


RULES: Sequence[Rule] = (
    keys_are_ours,
    connections_resolve,
    references_resolve,
    names_read_well,
    network_nodes_are_careful,
    errors_are_caught,
    messages_keep_their_words,
    decisions_have_a_way_out,
    inputs_are_typed,
    credentials_are_references,
    no_secrets,
    addresses_are_settings,
    error_workflow_is_named,
    it_is_small,
    it_is_on_the_grid,
    it_is_laid_out,
    lines_keep_off_words,
    words_are_uncovered,
    names_keep_off_edges,
    notes_explain_it,
)


def lint_workflow(workflow: Json) -> list[Finding]:
    """Apply all rules to one workflow; a broken line is reported before anything is drawn."""
    name = str(workflow["name"])
    broken = [Finding(name, "connections_resolve", t) for t in connections_resolve(workflow)]
    if broken:
        return broken
    return [Finding(name, rule.__name__, text) for rule in RULES for text in rule(workflow)]
