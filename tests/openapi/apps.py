"""The services' applications as the fuzzing test starts them."""

from importlib import import_module

import pytest
from fastapi import FastAPI

SERVICES = ("classify", "rules", "retrieve", "draft", "store_correction", "ledger")


def create(service: str, patch: pytest.MonkeyPatch) -> FastAPI:
    """Build `service` from the environment; the ledger hands nothing out."""
    patch.setenv("LEDGER_HAND_OUT", "false")
    patch.setenv("LEDGER_N8N_KEY", "a-key-that-nobody-will-need")
    app: FastAPI = import_module(f"services.{service}.main").create_app()
    return app
