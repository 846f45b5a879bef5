"""Starts the mail service: `uvicorn --factory services.mail.main:create_app --port 8110`."""

from fastapi import FastAPI

from services.common.app import create_service_app
from services.common.settings import CommonSettings
from services.mail.routes import router
from services.mail.service import Mail
from services.mail.settings import MailSettings


def create_app(
    settings: MailSettings | None = None, common: CommonSettings | None = None
) -> FastAPI:
    """Build the service; settings that are not given come from the environment."""
    app = create_service_app(
        "mail",
        "Speaks IMAP and SMTP for the workflows: reads, threads, answers once, leaves notes.",
        common or CommonSettings(max_body_bytes=50_000_000),
        [router],
    )
    app.state.mail = Mail(settings or MailSettings())
    return app
