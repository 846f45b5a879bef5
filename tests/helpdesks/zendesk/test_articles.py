"""Zendesk Guide, as `Sync help centre` reads it."""

from typing import Any

import pytest

from tests.helpdesks.bed.articles import sync
from tests.helpdesks.bed.system import System
from tests.helpdesks.zendesk.standin.guide import add_article
from tests.helpdesks.zendesk.standin.zendesk import Zendesk
from tests.workflows.stubs import Stubs

pytestmark = pytest.mark.n8n


@pytest.fixture
def refunds(desk: Zendesk) -> Any:
    """One article in two languages, beside a draft and one for some people only."""
    account = desk.account
    account.articles.clear()
    add_article(account, "Not yet", "<p>Draft</p>", draft=True)
    add_article(account, "Secret", "<p>For some.</p>")["user_segment_id"] = 7
    add_article(account, "Wie lange?", "<p>Fünf Tage.</p>", "de")
    return add_article(account, "How long?", "<p>Five days. ä 🪴</p>")


def test_what_everybody_can_read_in_every_language(
    desk: Zendesk, system: System, stubs: Stubs, refunds: Any
) -> None:
    night = sync(system, stubs, "zendesk")
    assert night.status == "success", night.problem
    by_locale = {article.locale: article for article in night.articles.values()}
    assert (len(night.articles), set(by_locale)) == (2, {"en-us", "de"})
    english = night.articles[f"zendesk-{refunds['id']}-en-us"]
    assert (english.title, english.text) == ("How long?", "<p>Five days. ä 🪴</p>")
    assert english.url == refunds["html_url"]
    assert by_locale["de"].title == "Wie lange?"
    assert night.finish is not None
    assert night.finish.complete


def test_one_language_and_many_pages(
    desk: Zendesk, system: System, stubs: Stubs, refunds: Any
) -> None:
    for number in range(120):
        add_article(desk.account, f"Number {number}", "<p>Text</p>")
    night = sync(system, stubs, "zendesk", "en-us")
    assert night.status == "success", night.problem
    assert len(night.articles) == 121
    assert {article.locale for article in night.articles.values()} == {"en-us"}


@pytest.mark.parametrize(("broken", "whole"), [("de", "en-us"), ("en-us", "de")])
def test_a_part_that_cannot_be_read_removes_nothing(
    desk: Zendesk, system: System, stubs: Stubs, refunds: Any, broken: str, whole: str
) -> None:
    desk.account.pressure.fail("GET", f"/{broken}/articles", 500, times=3)
    night = sync(system, stubs, "zendesk")
    assert night.status == "error"
    assert night.problem.startswith("The help centre: “Read the articles” failed (500).")
    assert {article.locale for article in night.articles.values()} == {whole}
    assert night.finish is not None
    assert not night.finish.complete
