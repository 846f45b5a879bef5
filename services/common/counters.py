"""Prometheus counters with the customer's language as a label of few values."""

from fastapi import FastAPI
from prometheus_client import Counter

from services.common.languages import counted_as


class LanguageCounter:
    """Counts what a service does by language; further labels must have few values, too."""

    def __init__(self, app: FastAPI, name: str, text: str, *labels: str) -> None:
        registry = app.state.metrics
        self._counter = Counter(f"deskloop_{name}", text, ["language", *labels], registry=registry)

    def count(self, language: str | None, **labels: object) -> None:
        """One more; `language` is any BCP 47 tag, values of the other labels are made text."""
        named = {name: str(value).lower() for name, value in labels.items()}
        self._counter.labels(language=counted_as(language), **named).inc()
