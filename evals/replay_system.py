"""The five steps behind their contract: in this process over a throw-away PostgreSQL, or by URL."""

import hashlib
import os
import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psycopg
import yaml
from dotenv import dotenv_values
from fastapi import FastAPI
from psycopg import sql

from evals.errors import DataInvalid
from evals.gate_config import Configuration, Policies, check_categories, policy_of
from evals.replay_rows import Known
from local.articles import Article, read_articles
from local.postgres.embedded import EmbeddedPostgres
from local.settings import ENV_FILE
from services.classify.main import create_app as classify_app
from services.classify.settings import ClassifySettings
from services.classify.taxonomy import load_taxonomy
from services.contracts.policies import CategoryPolicy, PolicyList, PolicyValues
from services.draft.main import create_app as draft_app
from services.retrieve.main import create_app as retrieve_app
from services.rules.main import create_app as rules_app
from services.store_correction.main import create_app as store_correction_app
from sql.migrate import apply

STEPS = ("classify", "rules", "retrieve", "draft")
KNOWLEDGE = Path("local/knowledge")
_BY = "evals"
_TIMEOUT = httpx.Timeout(180.0)
_APPS = {
    "classify": classify_app,
    "rules": rules_app,
    "retrieve": retrieve_app,
    "draft": draft_app,
}


@dataclass(frozen=True)
class Knowledge:
    """Help articles and past corrections, read from a folder."""

    folder: Path
    articles: tuple[Article, ...]
    corrections: tuple[dict[str, Any], ...]


Answers = dict[tuple[str, str, str, str], bytes]
"""Answers by step, its settings, path and body: what is asked alike is asked once."""


@dataclass
class System:
    """One client per step, and what the labels may say."""

    steps: Mapping[str, httpx.AsyncClient]
    known: Known
    marks: Mapping[str, str] = field(default_factory=dict)
    """Of each step whose answer depends on nothing else: its settings."""
    answers: Answers | None = None


def read_knowledge(folder: Path) -> Knowledge:
    """Articles (*.md with front matter) and, where there, corrections.yaml."""
    if not folder.is_dir():
        raise DataInvalid(f"{folder}: there is no such folder of knowledge")
    try:
        articles = read_articles(folder)
        path = folder / "corrections.yaml"
        taught = yaml.safe_load(path.read_text("utf-8")) if path.exists() else None
        corrections = tuple(_correction(path, row) for row in (taught or {}).get("corrections", ()))
    except (ValueError, yaml.YAMLError, AttributeError) as error:
        raise DataInvalid(f"{folder}: {error}") from error
    if not articles and not corrections:
        raise DataInvalid(f"{folder}: holds no article (*.md with front matter) and no correction")
    return Knowledge(folder, tuple(articles), corrections)


def _correction(path: Path, row: Any) -> dict[str, Any]:
    wanted = ("ticket_text", "human_resolution", "category")
    if not isinstance(row, dict) or not all(str(row.get(name) or "").strip() for name in wanted):
        raise DataInvalid(f"{path}: a correction without {', '.join(wanted)}: {str(row)[:80]!r}")
    mark = hashlib.sha256(row["ticket_text"].encode()).hexdigest()[:16]
    return {
        "ticket_id": f"seed:{mark}",
        "ticket_text": row["ticket_text"].strip(),
        "human_resolution": row["human_resolution"].strip(),
        "category": row["category"],
        "agent_id": row.get("agent_id", _BY),
        "verdict": row.get("verdict", "taught"),
    }


async def store_knowledge(
    server: EmbeddedPostgres, name: str, knowledge: Knowledge, configuration: Configuration
) -> None:
    """Make the database `name` with everything known in it, through the services that store it."""
    server.ensure_database(name)
    apply(server.url(name))
    token = secrets.token_urlsafe(24)
    async with AsyncExitStack() as stack:
        with configuration.applied(_own(server.url(name), token)):
            retrieve, store = retrieve_app(), store_correction_app()
        http = await stack.enter_async_context(_in_process(retrieve, token))
        for article in knowledge.articles:
            _checked(await http.put(f"/documents/{article.id}", json=_document(article)))
        if knowledge.corrections:
            http = await stack.enter_async_context(_in_process(store, token))
            for body in knowledge.corrections:
                _checked(await http.post("/corrections", json=body))


def copy_database(server: EmbeddedPostgres, source: str, target: str) -> None:
    """A copy of the database `source`, to which nobody may be connected."""
    command = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        connection.execute(command.format(sql.Identifier(target), sql.Identifier(source)))


@asynccontextmanager
async def in_process(
    server: EmbeddedPostgres,
    database: str,
    configuration: Configuration,
    urls: Mapping[str, str],
) -> AsyncIterator[System]:
    """The steps with `configuration` over `database`; those in `urls` are somebody else's."""
    token = secrets.token_urlsafe(24)
    async with AsyncExitStack() as stack:
        with configuration.applied(_own(server.url(database), token)):
            apps = {name: make() for name, make in _APPS.items() if name not in urls}
            taxonomy = load_taxonomy(ClassifySettings().taxonomy)
            steps = {
                name: await stack.enter_async_context(_in_process(app, token))
                for name, app in apps.items()
            }
        for name, url in urls.items():
            steps[name] = await stack.enter_async_context(_remote(name, url))
        await _apply_policies(steps["rules"], configuration.policies, own="rules" not in urls)
        intents = {each.id: [i.id for i in each.intents] for each in taxonomy.categories}
        sources = None if "retrieve" in urls else await _article_ids(steps["retrieve"])
        marks = {name: configuration.mark(name) for name in apps if name != "rules"}
        yield System(steps, Known(None if "classify" in urls else intents, sources), marks)


@asynccontextmanager
async def running(urls: Mapping[str, str]) -> AsyncIterator[System]:
    """A system that runs; nothing is stored in it or changed."""
    async with AsyncExitStack() as stack:
        steps = {
            name: await stack.enter_async_context(_remote(name, url)) for name, url in urls.items()
        }
        categories = [policy.category for policy in await _policies(steps["rules"])]
        yield System(steps, Known(None, await _article_ids(steps["retrieve"]), categories))


async def check_ready(urls: Mapping[str, str]) -> None:
    """Ask what runs elsewhere whether it is ready; raises `DataInvalid` naming step and URL."""
    for name, url in urls.items():
        async with _remote(name, url):
            pass


def _own(database_url: str, token: str) -> dict[str, str]:
    return {
        "DESKLOOP_TOKEN": token,
        "DESKLOOP_DATABASE_URL": database_url,
        # tickets may hold anything; the steps' own lines would drown what is reported
        "DESKLOOP_LOG_LEVEL": "CRITICAL",
    }


@asynccontextmanager
async def _in_process(app: FastAPI, token: str) -> AsyncIterator[httpx.AsyncClient]:
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        async with _client("http://step", token, transport) as http:
            yield http


@asynccontextmanager
async def _remote(name: str, url: str) -> AsyncIterator[httpx.AsyncClient]:
    token = os.environ.get("DESKLOOP_TOKEN") or dotenv_values(ENV_FILE).get("DESKLOOP_TOKEN") or ""
    async with _client(url, token, None) as http:
        try:
            answer = await http.get("/ready")
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise DataInvalid(f"{name} does not answer at {url}: {error}") from error
        if answer.status_code != 200:
            raise DataInvalid(f"{name} at {url} is not ready: {answer.text[:200]}")
        yield http


def _client(url: str, token: str, transport: httpx.AsyncBaseTransport | None) -> httpx.AsyncClient:
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.AsyncClient(base_url=url, headers=headers, transport=transport, timeout=_TIMEOUT)


async def _apply_policies(rules: httpx.AsyncClient, changes: Policies, *, own: bool) -> None:
    if changes.unchanged:
        return
    if not own:
        raise DataInvalid("POLICY_… cannot be changed in a rules step that runs elsewhere")
    if changes.preset:
        answer = await rules.post(f"/policies/preset/{changes.preset}", json={"updated_by": _BY})
        if answer.status_code == 404:
            raise DataInvalid(f"POLICY_PRESET: {answer.json()['detail']}")
        _checked(answer)
    policies = await _policies(rules)
    check_categories(changes, [policy.category for policy in policies])
    for policy in policies:
        now = policy.model_dump(include=set(PolicyValues.model_fields))
        body = policy_of(changes, policy.category, now).model_dump(mode="json")
        _checked(await rules.put(f"/policies/{policy.category}", json=body | {"updated_by": _BY}))


async def _policies(rules: httpx.AsyncClient) -> list[CategoryPolicy]:
    return PolicyList.model_validate_json(_checked(await rules.get("/policies")).content).policies


async def _article_ids(retrieve: httpx.AsyncClient) -> list[str]:
    found: list[str] = []
    while True:
        query = {"limit": 500, "offset": len(found)}
        page = _checked(await retrieve.get("/documents", params=query)).json()
        found += [document["id"] for document in page["documents"]]
        if not page["documents"] or len(found) >= page["total"]:
            return found


def _checked(answer: httpx.Response) -> httpx.Response:
    if answer.is_error:
        where = f"{answer.request.method} {answer.request.url.path}"
        raise DataInvalid(f"{where} answered {answer.status_code}: {answer.text[:300]}")
    return answer


def _document(article: Article) -> dict[str, Any]:
    return {
        "title": article.title,
        "text": article.text,
        "format": "markdown",
        "url": article.url,
        "category": article.category,
        "locale": article.locale,
    }
