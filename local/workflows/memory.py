"""What was deployed last, so that a change made in n8n's editor is told from one in the files."""

import hashlib
import json
from pathlib import Path

from local.workflows.files import Json, canonical

_FILE = "n8n-deployed.json"


def comparable(workflow: Json) -> Json:
    """What counts as a workflow's content; packages do not carry its description."""
    return {key: value for key, value in canonical(workflow).items() if key != "description"}


def fingerprint(workflow: Json) -> str:
    """A hash of the content."""
    text = json.dumps(comparable(workflow), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


class Deployed:
    """The fingerprints of what this set-up put into n8n, by workflow id."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / _FILE
        known = self._path.read_text(encoding="utf-8") if self._path.exists() else "{}"
        self._fingerprints: dict[str, str] = json.loads(known)

    def edited_since(self, found: Json) -> bool:
        """Whether somebody changed this workflow in n8n after it was put there."""
        last = self._fingerprints.get(found["id"])
        return last is not None and last != fingerprint(found)

    def remember(self, workflows: list[Json]) -> None:
        """Note that n8n now has these."""
        self._fingerprints |= {workflow["id"]: fingerprint(workflow) for workflow in workflows}
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._path.write_text(json.dumps(self._fingerprints, indent=1), encoding="utf-8")
