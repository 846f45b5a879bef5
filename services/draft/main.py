"""The draft service's application: `uvicorn --factory services.draft.main:create_app`."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from services.common.app import create_service_app
from services.common.counters import LanguageCounter
from services.common.embeddings import EmbeddingSettings, create_embedder
from services.common.llm.build import build_models
from services.common.llm.providers import Provider, provider_order
from services.common.llm.settings import ModelSettings
from services.common.settings import CommonSettings
from services.draft.drafter import Drafter
from services.draft.guidelines import GuidelinesFolder
from services.draft.local import LocalDrafter
from services.draft.model import ModelDrafter
from services.draft.routes import router
from services.draft.service import DraftService
from services.draft.settings import DraftSettings


def create_drafters(settings: DraftSettings, models: ModelSettings) -> list[Drafter]:
    """The drafters that the settings ask for, in order.

    Raises `ProviderMisconfigured` or `GuidelinesInvalid`, naming the setting or the file.
    """
    guidelines = GuidelinesFolder(settings.guidelines)
    fallback = [name.strip() for name in settings.fallback.split(",") if name.strip()]
    order = provider_order("DRAFT", settings.provider, fallback, models)
    names = {
        Provider.ANTHROPIC: settings.anthropic_model,
        Provider.OPENAI: settings.openai_model,
    }
    drafters: list[Drafter] = []
    model = build_models(order, names, models, answer_seconds=settings.answer_seconds)
    if model is not None:
        drafters.append(
            ModelDrafter(
                model,
                guidelines,
                max_turns=settings.max_turns,
                max_tokens=settings.max_tokens,
            )
        )
    if Provider.LOCAL in order:
        embedder = create_embedder(EmbeddingSettings())
        local = LocalDrafter(embedder, guidelines, settings.local_minimum_evidence)
        drafters.insert(0 if order[0] is Provider.LOCAL else len(drafters), local)
    return drafters


def create_app() -> FastAPI:
    """Build the service from the environment."""
    drafters = create_drafters(DraftSettings(), ModelSettings())

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        preparing = asyncio.gather(*(drafter.prepare() for drafter in drafters))
        yield
        await preparing
        for drafter in drafters:
            await drafter.close()

    app = create_service_app(
        "draft",
        "Drafts a reply from given sources, with verbatim quotes, or abstains.",
        CommonSettings(),
        [router],
        lifespan=lifespan,
    )
    app.state.service = DraftService(drafters)
    app.state.drafted = LanguageCounter(app, "drafted", "Drafts asked for", "abstained")
    return app
