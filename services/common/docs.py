"""The API's documentation page, served from our own machine: no browser asks anybody else."""

from importlib.util import find_spec
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import FileResponse, HTMLResponse

_POLICY = (
    "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'"
)


def _assets() -> Path:
    """Return where the package lies that carries Swagger UI; nothing of it is run."""
    spec = find_spec("fastapi_offline")
    if spec is None or spec.origin is None:
        raise RuntimeError("fastapi-offline is not installed: run `uv sync`")
    return Path(spec.origin).parent / "static"


def add_docs(app: FastAPI, dependencies: list[Any]) -> None:
    """Add `/docs` and `/openapi.json`, and the files that the page needs."""
    assets = _assets()

    @app.get("/openapi.json", include_in_schema=False, dependencies=dependencies)
    async def openapi() -> dict[str, Any]:
        return app.openapi()

    @app.get("/docs", include_in_schema=False, dependencies=dependencies)
    async def docs() -> HTMLResponse:
        page = get_swagger_ui_html(
            openapi_url="openapi.json",
            title=app.title,
            swagger_js_url="docs/swagger-ui-bundle.js",
            swagger_css_url="docs/swagger-ui.css",
            swagger_favicon_url="docs/favicon.png",
        )
        page.headers["Content-Security-Policy"] = _POLICY
        return page

    for name in ("swagger-ui-bundle.js", "swagger-ui.css", "favicon.png"):
        _serve(app, f"/docs/{name}", assets / name)


def _serve(app: FastAPI, path: str, file: Path) -> None:
    @app.get(path, include_in_schema=False)
    async def asset() -> FileResponse:
        return FileResponse(file)
