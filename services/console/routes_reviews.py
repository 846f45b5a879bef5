"""Reviews: the list, one draft with everything behind it, and the decision."""

from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from services.console import highlight, service, words
from services.console.clients import LedgerApi
from services.console.dependencies import (
    Corrections,
    Html,
    Ledger,
    PageNumber,
    Retrieve,
    ReviewId,
    Rules,
)
from services.console.errors import BackendRefused
from services.console.pages import Pages
from services.console.paging import shown_page
from services.console.sessions import CheckedForm, SignedIn, Watching, text_of
from services.contracts.ledger_answers import Review, ReviewList, ReviewState

router = APIRouter(tags=["reviews"])

_PAGE = 25
Category = Annotated[str, Query(max_length=200)]
Language = Annotated[str, Query(pattern=r"^([a-z]{2,8})?$")]


@dataclass(frozen=True)
class Chosen:
    """Which reviews are shown; an empty category or language means all."""

    state: ReviewState
    category: str
    language: str
    page: int

    @property
    def address(self) -> str:
        """The list's address, without what is as it begins."""
        begin = {"state": ReviewState.OPEN.value, "category": "", "language": "", "page": 1}
        now = asdict(self) | {"state": self.state.value}
        query = urlencode({name: value for name, value in now.items() if value != begin[name]})
        return f"/reviews?{query}" if query else "/reviews"


@router.get("/reviews", summary="Drafts that wait for a person")
async def list_reviews(
    request: Request,
    _: SignedIn,
    ledger: Ledger,
    rules: Rules,
    pages: Html,
    state: ReviewState = ReviewState.OPEN,
    category: Category = "",
    language: Language = "",
    page: PageNumber = 1,
) -> HTMLResponse:
    """The most urgent and oldest first."""
    names = await service.categories(rules)
    chosen, found = await _shown(ledger, Chosen(state, category, language, page))
    return _list(
        pages,
        request,
        "reviews.html",
        chosen,
        found,
        categories=names,
        languages=words.ANSWERED_LANGUAGES,
    )


@router.get("/reviews/rows", summary="The list alone, for the page that refreshes itself")
async def list_rows(
    request: Request,
    _: Watching,
    ledger: Ledger,
    pages: Html,
    state: ReviewState = ReviewState.OPEN,
    category: Category = "",
    language: Language = "",
    page: PageNumber = 1,
) -> HTMLResponse:
    """Does not keep an idle person logged in."""
    chosen, found = await _shown(ledger, Chosen(state, category, language, page))
    answer = _list(pages, request, "reviews_rows.html", chosen, found)
    # so that the way back from a review leads to the same filters
    answer.headers["HX-Replace-Url"] = chosen.address
    return answer


async def _shown(ledger: LedgerApi, chosen: Chosen) -> tuple[Chosen, ReviewList]:
    fetch = partial(
        ledger.reviews,
        chosen.state.value,
        chosen.category or None,
        language=chosen.language or None,
    )
    shown = await shown_page(fetch, chosen.page, _PAGE)
    return replace(chosen, page=shown.number), shown.found


def _list(
    pages: Pages, request: Request, template: str, chosen: Chosen, found: ReviewList, **more: Any
) -> HTMLResponse:
    context: dict[str, Any] = asdict(chosen) | {"state": chosen.state.value}
    return pages.render(
        request,
        template,
        reviews=found.reviews,
        total=found.total,
        page_size=_PAGE,
        **context,
        **more,
    )


@router.get("/reviews/count", summary="How many wait, for the menu")
async def count_open(request: Request, _: Watching, ledger: Ledger, pages: Html) -> HTMLResponse:
    """A number, or nothing where none waits."""
    total = (await ledger.reviews("open", None, 1)).total
    return HTMLResponse(str(total) if total else "")


@router.get("/reviews/next", summary="On to the next review")
async def go_on(
    _: SignedIn,
    ledger: Ledger,
    after: Annotated[int, Query(ge=0, le=2**62)] = 0,
    category: Category = "",
) -> Response:
    """Leaves the one it comes from undecided."""
    return await _go_on(ledger, after, category, None)


async def _go_on(ledger: LedgerApi, after: int, category: str, said: str | None) -> Response:
    following = await service.next_review(ledger, after, category or None)
    where = "/reviews" if following is None else f"/reviews/{following}"
    return RedirectResponse(f"{where}?said={said}" if said else where, 303)


@dataclass(frozen=True)
class ReviewPage:
    """What it takes to show one review."""

    request: Request
    pages: Html
    retrieve: Retrieve
    corrections: Corrections

    async def show(
        self,
        review: Review,
        status: int = 200,
        *,
        problem: str | None = None,
        refused: BackendRefused | None = None,
        text: str | None = None,
    ) -> HTMLResponse:
        """The page; `text` is a reply that was written but not sent."""
        texts = await service.source_texts(review, self.retrieve, self.corrections)
        context: dict[str, Any] = {
            "review": review,
            "sources": highlight.sources(review.evidence, review.draft, texts),
            "drafted": review.draft.reply if review.draft else "",
            "copies": service.copies(review.ticket),
            "text": text,
            "problem": problem,
            "refused": refused,
        }
        return self.pages.render(self.request, "review.html", status=status, **context)


Page = Annotated[ReviewPage, Depends()]


@router.get("/reviews/{review_id}", summary="One review")
async def show_review(review_id: ReviewId, _: SignedIn, ledger: Ledger, page: Page) -> HTMLResponse:
    """The ticket, the draft, its sources and the reasons; looking decides nothing."""
    return await page.show(await ledger.review(review_id))


@router.post("/reviews/{review_id}/decision", summary="Decide")
async def decide(
    review_id: ReviewId, user: SignedIn, form: CheckedForm, ledger: Ledger, page: Page
) -> Response:
    """Send, reject or take over, once; then on to the next."""
    choice, text = text_of(form, "decision"), text_of(form, "reply")
    review = await ledger.review(review_id)
    if choice not in service.CHOICES:
        return await page.show(review, 422, problem="Choose what to do.", text=text)
    try:
        decision = service.as_request(review, choice, text, user.name)
        await ledger.decide(review_id, decision)
    except service.NothingToSend as error:
        return await page.show(review, 422, problem=str(error), text=text)
    except BackendRefused as error:
        if error.http_status not in (409, 422):
            raise
        review = await ledger.review(review_id)
        return await page.show(review, error.http_status, refused=error, text=text)
    return await _go_on(ledger, review_id, "", decision.decision.value)
