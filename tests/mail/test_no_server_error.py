"""Schemathesis against the mail service, with real mail servers behind it: nothing answers 5xx."""

import schemathesis
from pydantic import SecretStr

from services.common.settings import CommonSettings
from services.mail.main import create_app
from services.mail.settings import MailSettings
from tests.conftest import AUTH, TOKEN
from tests.helpdesks.email.standin.inbox import Inbox
from tests.openapi.fuzzing import fuzz, running


def test_nothing_answers_5xx(inbox: Inbox) -> None:
    inbox.customer_writes("Where is it?")
    settings = MailSettings.model_validate(inbox.servers.settings())
    app = create_app(settings, CommonSettings(token=SecretStr(TOKEN)))
    with running(app) as address:
        api = schemathesis.openapi.from_url(f"{address}/openapi.json", headers=AUTH)
        assert fuzz(api) >= 8
    assert [message["Subject"] for message in inbox.messages("INBOX")]
