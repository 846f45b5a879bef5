"""What the design promises of every service, shown on a small one."""

import logging
import re
from collections.abc import AsyncIterator

import httpx
import pytest
from asgi_lifespan import LifespanManager
from fastapi import APIRouter, FastAPI

from services.common.app import create_service_app
from services.common.errors import NotFound, Unavailable
from services.common.settings import CommonSettings
from services.contracts import ClassifyRequest, Requester
from tests.conftest import TOKEN, Client


class Overloaded(Unavailable):
    code = "overloaded"
    retry_after = 7


def small_app(**settings: object) -> FastAPI:
    router = APIRouter()

    @router.post("/echo")
    async def echo(body: ClassifyRequest) -> Requester:
        return body.ticket.requester

    @router.get("/missing")
    async def missing() -> None:
        raise NotFound("No ticket 'x:1'.")

    @router.get("/overloaded")
    async def overloaded() -> None:
        raise Overloaded("Try later.")

    @router.get("/broken")
    async def broken() -> None:
        raise RuntimeError("secret of the customer")

    async def away() -> None:
        raise ConnectionRefusedError

    return create_service_app(
        "small", "For tests.", CommonSettings(**settings), [router], checks={"database": away}
    )


@pytest.fixture
async def http(client: Client) -> AsyncIterator[httpx.AsyncClient]:
    async with client(small_app()) as connected:
        yield connected


def body(**changes: object) -> dict[str, object]:
    ticket = {
        "id": "desk:1",
        "source": "desk",
        "subject": "Hello",
        "body": "Where is my parcel?",
        "requester": {"id": "r1"},
        "created_at": "2026-11-22T10:00:00Z",
    }
    return {"ticket": ticket | changes}


@pytest.mark.parametrize("header", [None, "Bearer wrong", f"Basic {TOKEN}", "Bearer "])
async def test_a_call_without_the_token_is_refused(
    http: httpx.AsyncClient, header: str | None
) -> None:
    headers = {"Authorization": header or ""}
    answer = await http.get("/missing", headers=headers)
    assert answer.status_code == 401
    assert answer.json()["code"] == "unauthenticated"
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("path", ["/metrics", "/docs", "/openapi.json"])
async def test_metrics_and_docs_need_the_token(http: httpx.AsyncClient, path: str) -> None:
    assert (await http.get(path)).status_code == 200
    assert (await http.get(path, headers={"Authorization": ""})).status_code == 401


async def test_docs_can_be_opened() -> None:
    async with LifespanManager(small_app(open_docs=True)) as running:
        transport = httpx.ASGITransport(app=running.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://s") as anonymous:
            assert (await anonymous.get("/openapi.json")).status_code == 200
            assert (await anonymous.get("/metrics")).status_code == 401


async def test_docs_and_metrics_can_be_closed(client: Client) -> None:
    async with client(small_app(serve_docs=False, serve_metrics=False)) as http:
        for path in ("/docs", "/openapi.json", "/docs/swagger-ui-bundle.js", "/metrics"):
            assert (await http.get(path)).status_code == 404, path
        assert (await http.post("/echo", json=body())).status_code == 200


async def test_the_docs_page_asks_nobody_else(http: httpx.AsyncClient) -> None:
    page = await http.get("/docs")
    links = re.findall(r"""(?:src|href|url)\s*[=:]\s*['"]([^'"]+)""", page.text)
    assert len(links) >= 4
    assert not [link for link in links if "//" in link]
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    for link in links:
        assert (await http.get(f"/{link}")).status_code == 200, link
    # Swagger UI 5: the older ones do not know OpenAPI 3.1
    assert 'PACKAGE_VERSION:"5.' in (await http.get("/docs/swagger-ui-bundle.js")).text


def nested(depth: int) -> dict[str, object]:
    return {"a": nested(depth - 1)} if depth else {}


async def test_the_previous_token_still_passes(client: Client) -> None:
    app = small_app(token="a-brand-new-token-of-today", token_previous=TOKEN)
    async with client(app) as http:
        assert (await http.post("/echo", json=body())).status_code == 200
        new = {"Authorization": "Bearer a-brand-new-token-of-today"}
        assert (await http.post("/echo", json=body(), headers=new)).status_code == 200


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"priority": 1}, "ticket.priority"),
        ({"id": ""}, "ticket.id"),
        ({"subject": "NUL \x00"}, "ticket.subject"),
        ({"metadata": {"a": ["\x00"]}}, "ticket.metadata"),
        ({"metadata": nested(300)}, "ticket.metadata"),
        ({"body": 5}, "ticket.body"),
        ({"id": "other:1"}, "ticket"),
        ({"requester": {"id": "r", "email": "\x00"}}, "ticket.requester"),
        ({"created_at": "yesterday"}, "ticket.created_at"),
    ],
)
async def test_bad_input_names_the_field(
    http: httpx.AsyncClient, changes: dict[str, object], field: str
) -> None:
    answer = await http.post("/echo", json=body(**changes))
    assert answer.status_code == 422
    problem = answer.json()
    assert problem["code"] == "invalid_request"
    assert problem["errors"][0]["field"].startswith(field)


async def test_broken_unicode_and_broken_json_are_refused(http: httpx.AsyncClient) -> None:
    headers = {"content-type": "application/json"}
    lone = b'{"ticket": {"id": "desk:1", "source": "desk", "subject": "\\ud800"}}'
    assert (await http.post("/echo", content=lone, headers=headers)).status_code == 422
    assert (await http.post("/echo", content=b"{nope", headers=headers)).status_code == 422


async def test_a_body_over_the_limit_is_refused_however_it_is_sent(
    http: httpx.AsyncClient,
) -> None:
    large = b"x" * 1_048_577

    async def chunks() -> AsyncIterator[bytes]:
        for start in range(0, len(large), 65_536):
            yield large[start : start + 65_536]

    for content in (large, chunks()):
        answer = await http.post("/echo", content=content)
        assert answer.status_code == 413
        assert answer.json()["code"] == "payload_too_large"
        assert answer.headers["X-Request-ID"]


async def test_expected_errors_are_problem_documents(http: httpx.AsyncClient) -> None:
    missing = await http.get("/missing")
    assert (missing.status_code, missing.json()["code"]) == (404, "not_found")
    assert missing.json()["detail"] == "No ticket 'x:1'."
    overloaded = await http.get("/overloaded")
    assert (overloaded.status_code, overloaded.headers["Retry-After"]) == (503, "7")
    assert (await http.get("/nowhere")).json()["code"] == "not_found"
    assert (await http.get("/echo")).json()["code"] == "method_not_allowed"


async def test_an_unexpected_error_says_nothing_of_its_content(http: httpx.AsyncClient) -> None:
    answer = await http.get("/broken")
    assert answer.status_code == 500
    assert "secret" not in answer.text


async def test_an_unexpected_error_is_logged_with_its_place_and_without_its_words(
    http: httpx.AsyncClient, capsys: pytest.CaptureFixture[str]
) -> None:
    """A constraint of the database quotes the whole row, a validator the value."""
    await http.get("/broken")
    logged = capsys.readouterr()
    assert "in broken" in logged.out
    assert "builtins.RuntimeError" in logged.out
    assert "secret of the customer" not in logged.out.replace(
        'raise RuntimeError(\\"secret of the customer\\")', ""
    )
    assert "secret of the customer" not in logged.err


def test_uvicorn_does_not_log_the_words_once_more() -> None:
    small_app()
    logger = logging.getLogger("uvicorn.error")
    error = RuntimeError("xylographic")
    told = (RuntimeError, error, None)
    for message, kept in (("Exception in ASGI application\n", None), ("Cannot start", told)):
        record = logger.makeRecord(logger.name, logging.ERROR, "", 0, message, (), told)
        assert logger.filter(record)
        assert record.exc_info == kept


async def test_the_request_id_is_kept_or_made(http: httpx.AsyncClient) -> None:
    kept = await http.get("/missing", headers={"X-Request-ID": "from-n8n-17"})
    assert kept.headers["X-Request-ID"] == "from-n8n-17"
    assert kept.json()["request_id"] == "from-n8n-17"
    assert len((await http.get("/health")).headers["X-Request-ID"]) == 32


async def test_ready_names_what_is_away_and_health_needs_no_token(
    http: httpx.AsyncClient,
) -> None:
    none = {"Authorization": ""}
    assert (await http.get("/health", headers=none)).status_code == 200
    ready = await http.get("/ready", headers=none)
    assert ready.status_code == 503
    assert ready.json()["detail"] == "Away: database."
    assert "Retry-After" in ready.headers
