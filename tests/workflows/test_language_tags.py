"""The tag of a ticket's language: which there is, and that the support lead can leave it out."""

import json
import subprocess

import pytest

from local.n8n.environment import node_folder
from local.workflows.files import WORKFLOWS_FOLDER

HELPDESKS = ("zendesk", "intercom", "freshdesk")


def tags(helpdesk: str, language: str | None, tag_language: int | None = 1) -> list[str]:
    """Work out `language_tags` of `Write the note` as n8n would."""
    workflow = json.loads((WORKFLOWS_FOLDER / f"post-to-{helpdesk}.json").read_text())
    note = next(node for node in workflow["nodes"] if node["name"] == "Write the note")
    fields = note["parameters"]["assignments"]["assignments"]
    text = next(field["value"] for field in fields if field["name"] == "language_tags")
    expression = text.removeprefix("={{").removesuffix("}}")
    ticket = {
        "settings": {} if tag_language is None else {"tag_language": tag_language},
        "classification": None if language is None else {"language": language},
    }
    script = f"const $json = {json.dumps(ticket)}; console.log(JSON.stringify({expression}))"
    command = [str(node_folder() / "node"), "-e", script]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    found: list[str] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("helpdesk", HELPDESKS)
def test_the_primary_language_is_a_tag_unless_switched_off_or_unknown(helpdesk: str) -> None:
    assert tags(helpdesk, "de") == ["lang_de"]
    assert tags(helpdesk, "pt-BR") == ["lang_pt"]
    assert tags(helpdesk, "de", tag_language=0) == []
    assert tags(helpdesk, "de", tag_language=None) == []
    assert tags(helpdesk, "und") == []
    assert tags(helpdesk, None) == []
