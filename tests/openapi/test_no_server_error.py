"""Schemathesis against every service's own OpenAPI: whatever is sent, nothing answers 5xx.

The mail service's, which needs mail servers: `tests/mail/test_no_server_error.py`.
"""

from collections.abc import Iterator

import pytest
import schemathesis

from local.postgres.embedded import EmbeddedPostgres
from tests.conftest import AUTH, copy_of
from tests.openapi.apps import SERVICES
from tests.openapi.fuzzing import fuzz, served


@pytest.fixture(scope="module", params=SERVICES)
def api(
    request: pytest.FixtureRequest, postgres: EmbeddedPostgres, migrated_template: str
) -> Iterator[schemathesis.schemas.BaseSchema]:
    with copy_of(migrated_template, postgres) as url, served(request.param, url) as address:
        yield schemathesis.openapi.from_url(f"{address}/openapi.json", headers=AUTH)


def test_nothing_answers_5xx(api: schemathesis.schemas.BaseSchema) -> None:
    assert fuzz(api) >= 4
