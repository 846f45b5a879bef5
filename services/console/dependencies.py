"""What routes ask for: the other services and the templates."""

from typing import TYPE_CHECKING, Annotated

from fastapi import Depends, Path, Query, Request

from services.console.clients import CorrectionsApi, LedgerApi, RetrieveApi, RulesApi
from services.console.pages import Pages

if TYPE_CHECKING:
    from services.console.main import Backends


def _backends(request: Request) -> "Backends":
    backends: Backends = request.app.state.backends
    return backends


def _ledger(request: Request) -> LedgerApi:
    return _backends(request).ledger


def _rules(request: Request) -> RulesApi:
    return _backends(request).rules


def _retrieve(request: Request) -> RetrieveApi:
    return _backends(request).retrieve


def _corrections(request: Request) -> CorrectionsApi:
    return _backends(request).corrections


def _pages(request: Request) -> Pages:
    pages: Pages = request.app.state.pages
    return pages


Ledger = Annotated[LedgerApi, Depends(_ledger)]
Rules = Annotated[RulesApi, Depends(_rules)]
Retrieve = Annotated[RetrieveApi, Depends(_retrieve)]
Corrections = Annotated[CorrectionsApi, Depends(_corrections)]
Html = Annotated[Pages, Depends(_pages)]
ReviewId = Annotated[int, Path(ge=1, le=2**62)]
PageNumber = Annotated[int, Query(ge=1, le=10_000)]
