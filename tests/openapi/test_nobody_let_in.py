"""Without the token every call of every service is refused, but for the two that say how it is."""

import pytest
from fastapi.routing import APIRoute
from httpx import ASGITransport, AsyncClient

from tests.conftest import TOKEN
from tests.openapi.apps import SERVICES, create

OPEN = {"/health", "/ready"}
ASSETS = {"/docs/swagger-ui-bundle.js", "/docs/swagger-ui.css", "/docs/favicon.png"}
"""Swagger UI itself, the same for everybody in the world."""
WRONG = ["", "Bearer", "Bearer wrong-but-quite-as-long-as-it", f"Basic {TOKEN}", f"Bearer {TOKEN}x"]


@pytest.mark.parametrize("service", SERVICES)
async def test_every_call_needs_the_token(
    service: str, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DESKLOOP_DATABASE_URL", database_url)
    app = create(service, monkeypatch)
    routes = [
        (method, route.path)
        for route in app.routes
        if isinstance(route, APIRoute)
        for method in route.methods
    ]
    # routes of included routers are listed by the schema, whatever the framework calls them
    schema = app.openapi()["paths"]
    calls = {(method.upper(), path) for path, methods in schema.items() for method in methods}
    calls |= set(routes) | {("GET", "/metrics"), ("GET", "/docs"), ("GET", "/openapi.json")}
    closed = {(m, path) for m, path in calls if path not in OPEN | ASSETS}
    assert len(closed) >= 4
    async with AsyncClient(transport=ASGITransport(app=app), base_url="http://s") as http:
        for method, path in sorted(closed):
            for header in WRONG:
                answer = await http.request(method, path, headers={"Authorization": header})
                assert answer.status_code == 401, f"{method} {path} with '{header}'"
                assert answer.json()["code"] == "unauthenticated"
                assert TOKEN not in answer.text
