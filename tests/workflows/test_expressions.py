"""Every expression of the workflows is one that n8n's own compiler understands."""

import json
import subprocess
from pathlib import Path

import pytest

from local.n8n.environment import N8N_FOLDER, node_folder
from local.workflows.files import WORKFLOWS_FOLDER

pytestmark = pytest.mark.n8n
_SCRIPT = """
const { Tournament } = require(process.argv[1]);
const tournament = new Tournament((error) => { throw error; });
const found = [];
for (const file of process.argv.slice(2)) {
  const look = (value, where) => {
    if (typeof value === "string" && value.startsWith("=")) {
      try { tournament.getExpressionCode(value.slice(1)); }
      catch (error) { found.push(`${where}: ${error.message}`); }
    } else if (value && typeof value === "object") {
      for (const key in value) look(value[key], where);
    }
  };
  const workflow = JSON.parse(require("fs").readFileSync(file));
  for (const node of workflow.nodes) look(node.parameters, `${workflow.name}: ${node.name}`);
}
console.log(JSON.stringify(found));
"""


def faulty(*files: Path) -> list[str]:
    """Return the nodes whose expressions n8n cannot compile; it would only say so when it runs."""
    tournament = N8N_FOLDER / "node_modules" / "@n8n" / "tournament"
    command = [str(node_folder() / "node"), "-e", _SCRIPT, str(tournament), *map(str, files)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    found: list[str] = json.loads(done.stdout)
    return found


def test_all_expressions_compile() -> None:
    files = sorted(WORKFLOWS_FOLDER.glob("*.json"))
    assert len(files) > 10
    assert faulty(*files) == []


def test_a_broken_expression_is_found(tmp_path: Path) -> None:
    node = {"name": "Broken", "parameters": {"url": "={{ { a: `${x?.y}-${z?.w}` } }}"}}
    path = tmp_path / "broken.json"
    path.write_text(json.dumps({"name": "Test", "nodes": [node]}))
    [found] = faulty(path)
    assert found.startswith("Test: Broken: ")
