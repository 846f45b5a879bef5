"""One real n8n for all workflow tests, with the workflows deployed against stub services."""

import copy
import json
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from local.n8n.environment import N8N_SCRIPT, N8nOptions, n8n_command, n8n_environment
from local.postgres.embedded import EmbeddedPostgres, free_port
from local.workflows.client import N8nClient
from local.workflows.deploy import deploy
from local.workflows.files import read_workflows, write_workflow
from local.workflows.graph import HTTP, SCHEDULE, of_type
from local.workflows.settings import DeploySettings, TableSeed
from local.workflows.table import TABLE_ID
from tests.workflows.stubs import Stubs, running_stubs

PASSWORD = "Only-the-tests-1"
WEBHOOK_KEY = "a-key-that-only-the-tests-use"
_READY_SECONDS = 300


@dataclass(frozen=True)
class N8n:
    """A running n8n and how to deploy to it."""

    settings: DeploySettings
    seed: TableSeed
    folder: Path
    log: Path
    client: N8nClient
    """The owner, logged in once: each log-in costs n8n a slow hash."""

    def post(
        self, path: str, body: object, headers: dict[str, str] | None = None
    ) -> httpx.Response:
        key = {"X-Deskloop-Key": WEBHOOK_KEY} if headers is None else headers
        return httpx.post(f"{self.settings.url}/webhook/{path}", json=body, headers=key, timeout=60)

    def run(self, workflow: str, trigger: str) -> str:
        """Start a workflow by hand, as in the editor; returns the execution's id."""
        body = {"triggerToStartFrom": {"name": trigger}}
        started = self.client.rest("POST", f"/workflows/{workflow}/run", json=body)
        return str(started["executionId"])

    def end(self, execution: str, seconds: float = 60) -> str:
        """Wait until an execution has ended; returns how: `success` or `error`."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            status = self.client.api("GET", f"/executions/{execution}")["status"]
            if status not in ("new", "running", "waiting"):
                return str(status)
            time.sleep(0.1)
        pytest.fail(f"execution {execution} did not end")

    def said(self, execution: str) -> str:
        """Return the message with which an execution failed."""
        with N8nClient(self.settings) as client:
            found = client.api("GET", f"/executions/{execution}", params={"includeData": "true"})
        return str(found["data"]["resultData"]["error"]["message"])

    def set(self, **values: object) -> None:
        """Edit the Settings table, as the support lead would."""
        where = {"columnName": "id", "condition": "eq", "value": 1}
        body = {"filter": {"type": "and", "filters": [where]}, "data": values}
        self.client.api("PATCH", f"/data-tables/{TABLE_ID}/rows/update", json=body)


@pytest.fixture(scope="session")
def stub_server() -> Iterator[Stubs]:
    with running_stubs() as stubs:
        yield stubs


@pytest.fixture
def stubs(stub_server: Stubs) -> Iterator[Stubs]:
    """The stubs as new; whatever the workflows sent must have obeyed the contracts."""
    stub_server.reset()
    yield stub_server
    assert stub_server.invalid == []


@pytest.fixture(scope="session")
def n8n(
    postgres: EmbeddedPostgres, stub_server: Stubs, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[N8n]:
    """n8n with all workflows deployed; about 20 seconds."""
    if not N8N_SCRIPT.exists():
        pytest.fail("n8n is not installed: `make up` or `python3 local/bootstrap.py`")
    folder = tmp_path_factory.mktemp("n8n")
    postgres.ensure_database("n8n")
    port = free_port()
    options = N8nOptions(
        database_url=postgres.url("n8n"),
        port=port,
        broker_port=free_port(),
        user_folder=folder,
        encryption_key="a-key-that-only-the-tests-use",
        owner_email="lead@larkspur.example",
        owner_password=PASSWORD,
        save_successful="all",
        save_failed="all",
    )
    log = folder / "n8n.log"
    # how a run that a test started has ended must be known
    environment = n8n_environment(options) | {"EXECUTIONS_DATA_SAVE_MANUAL_EXECUTIONS": "true"}
    with log.open("wb") as output:
        process = subprocess.Popen(
            n8n_command(), env=environment, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        _wait_until_ready(process, port, log)
        settings = _settings(port, folder)
        with N8nClient(settings) as client:
            running = N8n(settings, _seed(stub_server), _impatient(folder), log, client)
            deploy(running.settings, running.seed, running.folder)
            yield running
    finally:
        process.terminate()
        process.wait(20)


def _wait_until_ready(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + _READY_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if httpx.get(f"http://127.0.0.1:{port}/healthz/readiness").is_success:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.2)
    pytest.fail(f"n8n did not start:\n{log.read_text()[-2000:]}")


def _settings(port: int, folder: Path) -> DeploySettings:
    return DeploySettings.model_validate(
        {
            "url": f"http://127.0.0.1:{port}",
            "LOCAL_N8N_OWNER_EMAIL": "lead@larkspur.example",
            "LOCAL_N8N_OWNER_PASSWORD": PASSWORD,
            "webhook_key": WEBHOOK_KEY,
            "DESKLOOP_TOKEN": "a-token-that-only-the-tests-use",
            "LOCAL_HELPDESK_BOT_PASSWORD": "a-password-of-the-tests",
            "zendesk_url": "https://acme.zendesk.com",
            "zendesk_agent_email": "deskloop@acme.example",
            "zendesk_api_token": "a-token-of-the-tests",
            "freshdesk_url": "https://acme.freshdesk.com",
            "freshdesk_api_key": "a-key-of-the-tests",
            "intercom_url": "https://api.intercom.io",
            "intercom_access_token": "an-access-token-of-the-tests",
            "mail_url": "http://127.0.0.1:9",
            "webhook_reply_url": "https://desk.example.com/replies",
            "state_folder": folder / "state",
        }
    )


def _seed(stubs: Stubs) -> TableSeed:
    urls = {name: stubs.url for name in TableSeed.model_fields if name.endswith("_url")}
    return TableSeed.model_validate(urls)


def _impatient(folder: Path) -> Path:
    """The workflows as they are, but quick to give up, and never started by the clock."""
    target = folder / "workflows"
    target.mkdir()
    for file in read_workflows():
        workflow = copy.deepcopy(file.workflow)
        for node in of_type(workflow, HTTP):
            node["parameters"]["options"]["timeout"] = 1500
            node["waitBetweenTries"] = 50
        for node in of_type(workflow, SCHEDULE):
            node["parameters"]["rule"]["interval"] = [{"field": "months", "monthsInterval": 1}]
        write_workflow(target / file.path.name, workflow)
    assert json.loads((target / "triage-incoming-ticket.json").read_text())
    return target
