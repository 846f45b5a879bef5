"""Microsoft 365 lets programs in with a token: one is fetched, used for both servers, and kept."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from services.mail.connection import connection_of
from services.mail.errors import NoToken
from tests.helpdesks.bed.servers import serving
from tests.helpdesks.email.standin.inbox import Inbox
from tests.helpdesks.email.standin.servers import PASSWORD
from tests.mail.conftest import mail_with
from tests.mail.test_sending import answer


@dataclass
class TokenServer:
    """Gives out what both mail servers accept, and remembers what it was asked."""

    url: str = ""
    lasts: int = 3600
    status: int = 200
    asked: list[dict[str, Any]] = field(default_factory=list)


@pytest.fixture
def tokens() -> Iterator[TokenServer]:
    known, app = TokenServer(), FastAPI()

    @app.post("/token")
    async def token(request: Request) -> JSONResponse:
        known.asked.append(dict(await request.form()))
        return JSONResponse({"access_token": PASSWORD, "expires_in": known.lasts}, known.status)

    with serving(app) as port:
        known.url = f"http://127.0.0.1:{port}/token"
        yield known


def settings(tokens: TokenServer) -> dict[str, str]:
    return {
        "oauth_token_url": tokens.url,
        "oauth_client_id": "app",
        "oauth_client_secret": "hush",
        "password": "",
    }


def test_both_servers_are_entered_with_one_token(inbox: Inbox, tokens: TokenServer) -> None:
    mail = mail_with(inbox, **settings(tokens))
    assert connection_of(mail).missing == []
    asked = inbox.customer_writes("Where is it?")
    answer(mail, asked)
    assert len(inbox.sent()) == 1
    [form] = tokens.asked
    assert form == {
        "grant_type": "client_credentials",
        "client_id": "app",
        "client_secret": "hush",
        "scope": "https://outlook.office365.com/.default",
    }


def test_an_old_token_is_replaced(inbox: Inbox, tokens: TokenServer) -> None:
    tokens.lasts = 60
    mail = mail_with(inbox, **settings(tokens))
    mail.new(1)
    mail.new(1)
    assert len(tokens.asked) == 2


def test_without_a_token_the_reason_is_said(inbox: Inbox, tokens: TokenServer) -> None:
    tokens.status = 401
    mail = mail_with(inbox, **settings(tokens))
    with pytest.raises(NoToken, match="401"):
        mail.new(1)
    missing = connection_of(mail).missing
    assert len(missing) == 2
    assert all("token server answered 401" in words for words in missing)
