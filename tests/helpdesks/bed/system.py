"""n8n and the ledger as they are, the other steps as stubs, the helpdesks behind the proxy."""

import copy
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import HttpUrl, SecretStr

from local.postgres.embedded import EmbeddedPostgres, free_port
from local.workflows.client import N8nClient
from local.workflows.deploy import deploy
from local.workflows.files import read_workflows, write_workflow
from local.workflows.graph import HTTP, SCHEDULE, WAIT, of_type
from local.workflows.settings import TableSeed
from services.common.settings import CommonSettings, DatabaseSettings
from services.ledger.main import create_app
from services.ledger.settings import LedgerSettings
from tests.helpdesks.bed.authority import Authority
from tests.helpdesks.bed.n8n import TOKEN, WEBHOOK_KEY, deploy_settings, running_n8n
from tests.helpdesks.bed.proxy import Proxy
from tests.helpdesks.bed.servers import loopback, serving
from tests.helpdesks.bed.vendors import VENDORS
from tests.workflows.conftest import N8n
from tests.workflows.stubs import Stubs, running_stubs

Edit = Callable[..., None]
"""Edits the table Settings, as the support lead would."""
PATIENCE = 30.0
_NODE_TIMEOUT_MS = 1500
_MAIL_TIMEOUT_MS = 20_000


@dataclass(frozen=True)
class System:
    """What runs; the ledger tells how each ticket ended."""

    n8n: N8n
    stubs: Stubs
    ledger_url: str

    def webhook(self, path: str) -> str:
        """Return the address of one of n8n's webhooks."""
        return f"{self.n8n.settings.url}/webhook/{path}"

    def ledger(self, path: str, **query: Any) -> Any:
        """Ask the ledger; returns the decoded body, None where it does not know it."""
        headers = {"Authorization": f"Bearer {TOKEN}"}
        answer = loopback().get(f"{self.ledger_url}{path}", headers=headers, params=query)
        return answer.json() if answer.is_success else None

    def history(self, ticket_id: str) -> Any:
        """Return everything the ledger knows of a ticket; None where it never came."""
        return self.ledger(f"/tickets/{ticket_id}")

    def ended(self, ticket_id: str, turn: int = 1) -> Any:
        """Wait until a turn is finished; returns it as the history shows it."""
        deadline = time.monotonic() + PATIENCE
        while True:
            history = self.history(ticket_id) or {"turns": []}
            found = [t for t in history["turns"] if t["turn"] == turn]
            if found and found[0]["state"] == "finished":
                return found[0]
            assert time.monotonic() < deadline, f"{ticket_id} did not end: {history}"
            time.sleep(0.05)

    def event(self, ticket_id: str, kind: str) -> Any:
        """Wait for the newest event of a kind."""
        deadline = time.monotonic() + PATIENCE
        while True:
            events = (self.history(ticket_id) or {"events": []})["events"]
            found = [event for event in events if event["kind"] == kind]
            if found:
                return found[-1]
            assert time.monotonic() < deadline, f"no {kind}: {[e['kind'] for e in events]}"
            time.sleep(0.05)


@contextmanager
def running_system(
    postgres: EmbeddedPostgres, database_url: str, folder: Path, proxy: Proxy, authority: Authority
) -> Iterator[System]:
    """Start stubs, ledger and n8n, and deploy all workflows; about 30 seconds."""
    port = free_port()
    app = create_app(_ledger_settings(port), _common(), DatabaseSettings(database_url=database_url))
    with (
        running_stubs() as stubs,
        serving(app, lifespan="on") as ledger_port,
        running_n8n(postgres, folder, port, proxy, authority) as log,
        N8nClient(deploy_settings(port, folder)) as client,
    ):
        ledger_url, settings = f"http://127.0.0.1:{ledger_port}", client.settings
        n8n = N8n(settings, _seed(stubs, ledger_url), _impatient(folder), log, client)
        deploy(n8n.settings, n8n.seed, n8n.folder)
        yield System(n8n, stubs, ledger_url)


def _ledger_settings(n8n_port: int) -> LedgerSettings:
    n8n = f"http://127.0.0.1:{n8n_port}/webhook"
    secrets = {vendor.source: SecretStr(vendor.webhook_secret) for vendor in VENDORS}
    return LedgerSettings(
        webhook_secrets=secrets,
        triage_webhook_url=HttpUrl(f"{n8n}/triage"),
        review_webhook_url=HttpUrl(f"{n8n}/apply-review-decision"),
        n8n_key=SecretStr(WEBHOOK_KEY),
        lease_seconds=20,
        retry_base_seconds=0.2,
        poll_seconds=0.5,
        away_max_seconds=0.5,
    )


def _common() -> CommonSettings:
    return CommonSettings(token=SecretStr(TOKEN))


def _seed(stubs: Stubs, ledger_url: str) -> TableSeed:
    urls = {name: stubs.url for name in TableSeed.model_fields if name.endswith("_url")}
    vendors = {name: value for vendor in VENDORS for name, value in vendor.seed.items()}
    return TableSeed.model_validate(urls | {"ledger_url": ledger_url} | vendors)


def _impatient(folder: Path) -> Path:
    """The workflows as they are, but quick to give up, and never started by the clock."""
    target = folder / "workflows"
    target.mkdir()
    for file in read_workflows():
        workflow = copy.deepcopy(file.workflow)
        for node in of_type(workflow, HTTP):
            node["parameters"]["options"]["timeout"] = _timeout_ms(node)
            node["waitBetweenTries"] = 50
            if batching := node["parameters"]["options"].get("batching"):
                batching["batch"]["batchInterval"] = 1
        for node in of_type(workflow, WAIT):
            node["parameters"]["amount"] = 0.1
        for node in of_type(workflow, SCHEDULE):
            node["parameters"]["rule"]["interval"] = [{"field": "months", "monthsInterval": 1}]
        write_workflow(target / file.path.name, workflow)
    return target


def _timeout_ms(node: dict[str, Any]) -> int:
    """A mailbox takes its time; every other server of the tests answers at once."""
    is_mail = "deskloopMail0001" in str(node.get("credentials"))
    return _MAIL_TIMEOUT_MS if is_mail else _NODE_TIMEOUT_MS


def run_workflow(system: System, workflow: str, trigger: str) -> dict[str, Any]:
    """Start a workflow by hand, as in the editor, and return its finished execution."""
    client = system.n8n.client
    body = {"triggerToStartFrom": {"name": trigger}}
    id_ = client.rest("POST", f"/workflows/{workflow}/run", json=body)["executionId"]
    deadline = time.monotonic() + PATIENCE
    while True:
        execution = client.api("GET", f"/executions/{id_}")
        if execution["finished"] or execution.get("stoppedAt"):
            whole: dict[str, Any] = client.api("GET", f"/executions/{id_}?includeData=true")
            return whole
        assert time.monotonic() < deadline, f"{workflow} did not end"
        time.sleep(0.1)
