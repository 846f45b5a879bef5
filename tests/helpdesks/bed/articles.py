"""`Sync help centre`, run with one helpdesk's knowledge base as its source."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from services.contracts.help_centre import FinishSyncRequest, SyncArticleRequest
from tests.helpdesks.bed.system import System, run_workflow
from tests.workflows.stubs import Call, Stubs

_REPORT = {
    **{"new": [], "changed": [], "removed": [], "failed": []},
    **{"unchanged": 0, "embedded": 0, "stale_corrections": 0},
}


class _Any(dict[str, Any]):
    """Answers as told; every article that is put is stored."""

    def __init__(self, stored: Callable[[Call], tuple[int, Any]], told: dict[str, Any]) -> None:
        super().__init__(told)
        self._stored = stored

    def get(self, key: str, default: Any = None) -> Any:
        return self._stored if key.startswith("PUT ") else super().get(key, default)


@dataclass(frozen=True)
class Synced:
    """How a night ended, and what was sent to retrieve."""

    status: str
    problem: str
    articles: dict[str, SyncArticleRequest]
    finish: FinishSyncRequest | None


def sync(system: System, stubs: Stubs, source: str, locales: str = "") -> Synced:
    """Run a night; retrieve takes every article."""

    def stored(call: Call) -> tuple[int, Any]:
        return 200, {"id": call.step, "change": "new", "embedded": 1}

    stubs.answers = _Any(stored, stubs.answers | {"syncs": (200, _REPORT)})
    system.n8n.set(help_centre_source=source, help_centre_locales=locales)
    try:
        done = run_workflow(system, "sync-help-centre", "Every night")
    finally:
        system.n8n.set(help_centre_source="none", help_centre_locales="")
    puts = [call for call in stubs.calls if call.method == "PUT"]
    finished = stubs.bodies("syncs")
    error = done["data"]["resultData"].get("error") or {}
    return Synced(
        done["status"],
        str(error.get("message", "")),
        {c.path.rpartition("/")[2]: SyncArticleRequest.model_validate(c.body) for c in puts},
        FinishSyncRequest.model_validate(finished[0]) if finished else None,
    )
