"""The classify service's application: `uvicorn --factory services.classify.main:create_app`."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from pydantic import ValidationError

from services.classify.classifier import Classifier
from services.classify.model_classifier import ModelClassifier
from services.classify.routes import router
from services.classify.service import ClassifyService
from services.classify.settings import ClassifySettings
from services.classify.store import Categories
from services.classify.taxonomy import Taxonomy, load_taxonomy
from services.common.app import create_service_app
from services.common.counters import LanguageCounter
from services.common.database import Database
from services.common.languages import detect_language
from services.common.llm import ModelSettings, Provider, build_models, provider_order
from services.common.redaction import redact
from services.common.settings import CommonSettings, DatabaseSettings


def create_classifiers(
    settings: ClassifySettings, models: ModelSettings, taxonomy: Taxonomy, categories: Categories
) -> list[Classifier]:
    """The classifiers that the settings ask for, in order.

    Raises `ProviderMisconfigured`, naming the setting.
    """
    fallback = [name.strip() for name in settings.fallback.split(",") if name.strip()]
    order = provider_order("CLASSIFY", settings.provider, fallback, models)
    names = {
        Provider.ANTHROPIC: settings.anthropic_model,
        Provider.OPENAI: settings.openai_model,
    }
    effort = None if settings.anthropic_effort == "none" else settings.anthropic_effort
    classifiers: list[Classifier] = []
    model = build_models(
        order, names, models, effort=effort, answer_seconds=settings.answer_seconds
    )
    if model is not None:
        classifiers.append(ModelClassifier(model, taxonomy, categories, settings))
    if Provider.LOCAL in order:
        position = 0 if order[0] is Provider.LOCAL else len(classifiers)
        classifiers.insert(position, _local(settings, taxonomy, categories))
    return classifiers


def create_app() -> FastAPI:
    """Build the service from the environment."""
    settings = ClassifySettings()
    taxonomy = load_taxonomy(settings.taxonomy)
    database = _database()
    categories = Categories([category.id for category in taxonomy.categories], database)
    classifiers = create_classifiers(settings, ModelSettings(), taxonomy, categories)
    service = ClassifyService(classifiers)
    models = any(isinstance(classifier, ModelClassifier) for classifier in classifiers)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        warming = asyncio.create_task(asyncio.to_thread(_warm_up, models=models))
        yield
        await warming
        await service.close()
        await categories.close()

    app = create_service_app(
        "classify",
        "Says what a ticket is about, how urgent it is, and whether a human must see it.",
        CommonSettings(),
        [router],
        lifespan=lifespan,
        checks={"provider": service.check},
    )
    app.state.service = service
    app.state.classified = LanguageCounter(app, "classified", "Tickets classified", "human")
    return app


def _database() -> Database | None:
    """The policy table's database; without its URL the taxonomy's categories hold."""
    try:
        return Database(DatabaseSettings())
    except ValidationError as error:
        if all(item["type"] == "missing" for item in error.errors()):
            return None
        raise


def _warm_up(*, models: bool) -> None:
    # Both load their data on first use, which would make the first ticket wait for seconds.
    detect_language("Where is my parcel?")
    if models:
        redact("hello@example.org")


def _local(settings: ClassifySettings, taxonomy: Taxonomy, categories: Categories) -> Classifier:
    # Loaded only where it is wanted: onnxruntime and the model take memory and time.
    from services.classify.local.model import LocalClassifier
    from services.classify.local_provider import LocalProvider
    from services.common.embeddings.local import LocalEmbedder

    classifier = LocalClassifier(LocalEmbedder(), taxonomy, settings.local_model)
    return LocalProvider(classifier, categories)
