"""The real services of one process, called over HTTP's interface in the workflow's order."""

import os
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import httpx
from asgi_lifespan import LifespanManager

from local.articles import read_articles
from local.settings import ROOT

Json = dict[str, Any]

NAMES = ("classify", "rules", "retrieve", "draft", "store_correction")
TOKEN = "a-token-that-only-the-tests-use"
READY_SECONDS = 120.0
"""Language models and recognisers load at the start; a busy machine takes its time."""


@dataclass(frozen=True)
class Decision:
    """What each step said of one ticket; `draft` and `check` are None where triage ended it."""

    classification: Json
    triage: Json
    draft: Json | None = None
    check: Json | None = None

    @property
    def sent(self) -> str | None:
        """The reply that a customer would have got."""
        if self.check is None or self.draft is None or self.check["verdict"] != "auto_send":
            return None
        return str(self.draft["reply"])


class Steps:
    """The five services; what one answers is what the next is asked with, as in n8n."""

    def __init__(self, clients: dict[str, httpx.AsyncClient]) -> None:
        self._clients = clients

    async def call(self, service: str, method: str, path: str, body: Json | None = None) -> Json:
        """Call a service; anything but success is a failure with its answer."""
        answer = await self._clients[service].request(method, path, json=body)
        assert answer.is_success, f"{service} {path}: {answer.status_code} {answer.text[:500]}"
        return dict(answer.json()) if answer.content else {}

    async def index_articles(self) -> None:
        """Store the demo company's help articles."""
        for article in read_articles(ROOT / "local" / "knowledge"):
            body: Json = {"title": article.title, "text": article.text, "url": article.url}
            body |= {"format": "markdown", "locale": article.locale}
            await self.call("retrieve", "PUT", f"/documents/{article.id}", body)

    async def set_policies(self, **values: Any) -> None:
        """Give every category these values on top of the preset `balanced`."""
        by = {"updated_by": "tests"}
        found = await self.call("rules", "POST", "/policies/preset/balanced", by)
        for policy in found["policies"]:
            kept = {k: v for k, v in policy.items() if k not in ("category", "updated_at")}
            path = f"/policies/{policy['category']}"
            await self.call("rules", "PUT", path, {**kept, **values, **by})

    async def decide(self, ticket: Json) -> Decision:
        """What the workflow `Triage incoming ticket` makes of a ticket."""
        classification = await self.classify(ticket)
        triage = await self.triage(ticket, classification)
        if triage["requires_human"]:
            return Decision(classification, triage)
        return await self.answer(ticket, classification, triage)

    async def classify(self, ticket: Json) -> Json:
        """The classify step."""
        return await self.call("classify", "POST", "/classify", {"ticket": ticket})

    async def triage(self, ticket: Json, classification: Json) -> Json:
        """The rules step before drafting."""
        history = {"similar_asks": 0, "turns": 1, "answered_automatically": False}
        body = {"ticket": ticket, "classification": classification, "history": history}
        return await self.call("rules", "POST", "/triage", body)

    async def answer(self, ticket: Json, classification: Json, triage: Json) -> Decision:
        """The steps from retrieving on."""
        asked: Json = {"ticket": ticket, "category": classification["category"]}
        asked |= {"language": classification["language"]}
        evidence = await self.call("retrieve", "POST", "/retrieve", asked)
        sources = {name: evidence[name] for name in ("documents", "corrections")}
        body = {"ticket": ticket, "classification": classification}
        draft = await self.call("draft", "POST", "/draft", body | sources)
        checked = body | {"triage": triage, "draft": draft, "evidence": evidence}
        check = await self.call("rules", "POST", "/check-draft", checked)
        return Decision(classification, triage, draft, check)


@asynccontextmanager
async def running_steps(environment: dict[str, str]) -> AsyncIterator[Steps]:
    """Start the services with these settings; `DESKLOOP_DATABASE_URL` must be among them."""
    async with AsyncExitStack() as stack:
        with _environment({"DESKLOOP_TOKEN": TOKEN, **environment}):
            modules = {name: import_module(f"services.{name}.main") for name in NAMES}
            apps = {name: module.create_app() for name, module in modules.items()}
        clients = {}
        for name, app in apps.items():
            manager = LifespanManager(
                app, startup_timeout=READY_SECONDS, shutdown_timeout=READY_SECONDS
            )
            running = await stack.enter_async_context(manager)
            transport = httpx.ASGITransport(app=running.app, raise_app_exceptions=False)
            client = httpx.AsyncClient(
                transport=transport,
                base_url="http://service",
                headers={"Authorization": f"Bearer {TOKEN}"},
                timeout=READY_SECONDS,
            )
            clients[name] = await stack.enter_async_context(client)
        yield Steps(clients)


@contextmanager
def _environment(values: dict[str, str]) -> Iterator[None]:
    before = dict(os.environ)
    os.environ.update(values)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
