"""Schemathesis against every service's own OpenAPI: whatever is sent, nothing answers 5xx."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import schemathesis
import uvicorn
from hypothesis import HealthCheck, given, settings

from local.postgres.embedded import EmbeddedPostgres, free_port
from tests.conftest import AUTH, TOKEN, copy_of
from tests.openapi.apps import SERVICES, create

EXAMPLES = 20


@pytest.fixture(scope="module", params=SERVICES)
def api(
    request: pytest.FixtureRequest, postgres: EmbeddedPostgres, migrated_template: str
) -> Iterator[schemathesis.schemas.BaseSchema]:
    with copy_of(migrated_template, postgres) as url, served(request.param, url) as address:
        yield schemathesis.openapi.from_url(f"{address}/openapi.json", headers=AUTH)


@contextmanager
def served(service: str, database_url: str) -> Iterator[str]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DESKLOOP_TOKEN", TOKEN)
        patch.setenv("DESKLOOP_DATABASE_URL", database_url)
        app = create(service, patch)
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_config=None, access_log=False))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(10)


def test_nothing_answers_5xx(api: schemathesis.schemas.BaseSchema) -> None:
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
    assert tried >= 4
