"""How Intercom's articles in particular are read."""

import pytest

from tests.helpdesks.bed.articles import sync
from tests.helpdesks.bed.system import System
from tests.helpdesks.intercom.standin.articles import add_article
from tests.helpdesks.intercom.standin.intercom import Intercom
from tests.workflows.stubs import Stubs

pytestmark = pytest.mark.n8n
LIST = ("GET", "/articles")


@pytest.fixture
def articles(desk: Intercom) -> None:
    """A hundred and twenty, three of them published: on the pages one, two and three."""
    desk.account.articles.clear()
    for number in range(120):
        state = "published" if number % 40 == 39 else "draft"
        add_article(desk.account, f"Article {number}", "<p>Text</p>", state=state)


@pytest.mark.usefixtures("articles")
def test_each_page_is_asked_for_once(desk: Intercom, system: System, stubs: Stubs) -> None:
    night = sync(system, stubs, "intercom")
    assert (night.status, len(night.articles)) == ("success", 3)
    assert desk.account.pressure.calls == ["GET /articles"] * 3


@pytest.mark.usefixtures("articles")
@pytest.mark.parametrize("pages_read", [0, 1])
def test_without_all_pages_nothing_is_stored(
    desk: Intercom, system: System, stubs: Stubs, pages_read: int
) -> None:
    desk.fail(LIST, times=3, skip=pages_read)
    night = sync(system, stubs, "intercom")
    assert night.status == "error"
    assert "“Read the articles” failed (500)" in night.problem
    assert (night.articles, night.finish) == ({}, None)


@pytest.mark.usefixtures("articles")
def test_an_unknown_token_is_said(desk: Intercom, system: System, stubs: Stubs) -> None:
    desk.fail(LIST, status=401, times=3)
    night = sync(system, stubs, "intercom")
    assert (night.status, night.articles) == ("error", {})
    assert "(401)" in night.problem
