"""A service as it runs, and Schemathesis against its own OpenAPI."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import schemathesis
import uvicorn
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings

from local.postgres.embedded import free_port
from tests.conftest import AUTH, TOKEN
from tests.openapi.apps import create

EXAMPLES = 20


@contextmanager
def served(service: str, database_url: str) -> Iterator[str]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DESKLOOP_TOKEN", TOKEN)
        patch.setenv("DESKLOOP_DATABASE_URL", database_url)
        app = create(service, patch)
    with running(app) as address:
        yield address


@contextmanager
def running(app: FastAPI) -> Iterator[str]:
    """Serve `app` at the address returned."""
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_config=None, access_log=False))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(10)


def fuzz(api: schemathesis.schemas.BaseSchema) -> int:
    """Send all that the description allows, and more; returns how many operations there are."""
    tried = 0
    for found in api.get_all_operations():
        operation = found.ok()

        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy())
        def call(case: schemathesis.Case) -> None:
            answer = case.call(headers=AUTH)
            assert answer.status_code < 500, case.as_curl_command()

        call()
        tried += 1
    return tried
