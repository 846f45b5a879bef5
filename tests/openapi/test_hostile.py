"""A hostile text of 100 kB holds no step up: its time grows with the text's length, no faster.

The slowest takes a few seconds; what grows with the square of the length would take minutes.
"""

import time
from collections.abc import Iterator

import httpx
import pytest

from local.postgres.embedded import EmbeddedPostgres
from tests.common.test_redaction_hostile import TEXTS
from tests.conftest import AUTH, copy_of
from tests.contract.bodies import changed
from tests.contract.step import STEPS, Call
from tests.openapi.fuzzing import served

SECONDS = 30
HOSTILE = TEXTS | {
    "empty lines": " \n" * 50_000,
    "DOS lines": "\r\n" * 50_000,
    "links in brackets": "[a](" * 25_000,
    "rules": "-\n" * 50_000,
    "almost tags": "<a " * 33_000,
    "almost comments": "<!-- " * 20_000,
    "almost quotes": "On a wrote\n" * 9_000,
    "triggers": "ignore all act as speak to your " * 3_000,
    "base64": "QUJD" * 25_000,
    "zero width": "a\u200b" * 50_000,
    "japanese": "弁護" * 50_000,
    "percent": "1%" * 50_000,
}
MORE = {
    "/check-draft": [("draft", "reply")],
    "/corrections": [("human_resolution",), ("ai_draft",)],
}


@pytest.fixture(scope="module", params=STEPS)
def step(
    request: pytest.FixtureRequest, postgres: EmbeddedPostgres, migrated_template: str
) -> Iterator[tuple[httpx.Client, list[Call]]]:
    with (
        copy_of(migrated_template, postgres) as url,
        served(request.param, url) as address,
        httpx.Client(base_url=address, headers=AUTH, timeout=300) as http,
    ):
        yield http, STEPS[request.param]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_text_is_answered_in_bounded_time(
    step: tuple[httpx.Client, list[Call]], name: str
) -> None:
    http, calls = step
    for call in calls:
        for path in [call.text, *MORE.get(call.path, [])]:
            start = time.process_time()
            answer = http.post(call.path, json=changed(call.body, path, HOSTILE[name]))
            seconds = time.process_time() - start
            assert answer.status_code < 500, answer.text
            assert seconds < SECONDS, (call.path, path)
