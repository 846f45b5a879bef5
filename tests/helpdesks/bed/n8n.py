"""A real n8n whose outbound HTTPS goes through the proxy, and trusts the tests' authority too."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from local.n8n.environment import N8N_SCRIPT, N8nOptions, n8n_command, n8n_environment
from local.postgres.embedded import EmbeddedPostgres, free_port
from local.workflows.settings import DeploySettings
from tests.helpdesks.bed.authority import Authority
from tests.helpdesks.bed.proxy import Proxy
from tests.helpdesks.bed.vendors import VENDORS

OWNER = "lead@larkspur.example"
PASSWORD = "Only-the-tests-1"
WEBHOOK_KEY = "a-key-that-only-the-tests-use"
TOKEN = "a-token-that-only-the-tests-use"
_DATABASE = "n8n_helpdesks"
_READY_SECONDS = 300


@contextmanager
def running_n8n(
    postgres: EmbeddedPostgres, folder: Path, port: int, proxy: Proxy, authority: Authority
) -> Iterator[Path]:
    """Start n8n on `port`; about 20 seconds. Yields its log file."""
    if not N8N_SCRIPT.exists():
        pytest.fail("n8n is not installed: `make up` or `python3 local/bootstrap.py`")
    postgres.ensure_database(_DATABASE)
    outbound = {
        "HTTPS_PROXY": proxy.url,
        "NO_PROXY": "127.0.0.1,localhost",
        "NODE_EXTRA_CA_CERTS": str(authority.ca_file),
    }
    kept = {"EXECUTIONS_DATA_SAVE_MANUAL_EXECUTIONS": "true"}
    environment = n8n_environment(_options(postgres, folder, port)) | outbound | kept
    log = folder / "n8n.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            n8n_command(), env=environment, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        _wait_until_ready(process, port, log)
        yield log
    finally:
        process.terminate()
        process.wait(20)


def _options(postgres: EmbeddedPostgres, folder: Path, port: int) -> N8nOptions:
    return N8nOptions(
        database_url=postgres.url(_DATABASE),
        port=port,
        broker_port=free_port(),
        user_folder=folder,
        encryption_key=WEBHOOK_KEY,
        owner_email=OWNER,
        owner_password=PASSWORD,
        save_failed="all",
    )


def deploy_settings(port: int, folder: Path) -> DeploySettings:
    """Return what `make up` would deploy with, all vendors set up."""
    vendors = {name: value for vendor in VENDORS for name, value in vendor.deploy.items()}
    return DeploySettings.model_validate(
        {
            "url": f"http://127.0.0.1:{port}",
            "LOCAL_N8N_OWNER_EMAIL": OWNER,
            "LOCAL_N8N_OWNER_PASSWORD": PASSWORD,
            "webhook_key": WEBHOOK_KEY,
            "DESKLOOP_TOKEN": TOKEN,
            "LOCAL_HELPDESK_BOT_PASSWORD": "a-password-of-the-tests",
            "state_folder": folder / "state",
            **vendors,
        }
    )


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
