"""The knowledge base of Freshdesk, as `Sync help centre` reads it."""

from typing import Any

import pytest

from tests.helpdesks.bed.articles import sync
from tests.helpdesks.bed.system import System
from tests.helpdesks.freshdesk.standin.freshdesk import Freshdesk
from tests.helpdesks.freshdesk.standin.solutions import (
    AGENTS,
    DRAFT,
    add_article,
    add_category,
    add_folder,
    translate,
)
from tests.workflows.stubs import Stubs

pytestmark = pytest.mark.n8n


@pytest.fixture
def refunds(desk: Freshdesk) -> Any:
    """One article in two languages, beside a draft and one for agents only."""
    account = desk.account
    for rows in (account.categories, account.folders, account.articles, account.translations):
        rows.clear()  # type: ignore[attr-defined]
    category = add_category(account, "Billing")["id"]
    add_category(account, "Nothing in it")
    public = add_folder(account, category, "Refunds")["id"]
    inside = add_folder(account, category, "For us", AGENTS)["id"]
    refunds = add_article(account, public, "How long?", "<p>Five days. ä 🪴</p>")
    translate(account, refunds["id"], "de", "Wie lange?", "<p>Fünf Tage.</p>")
    add_article(account, public, "Not yet", "<p>Draft</p>", DRAFT)
    add_article(account, inside, "Secret", "<p>Only for us.</p>")
    return refunds


def test_what_everybody_can_read_in_every_language(
    desk: Freshdesk, system: System, stubs: Stubs, refunds: Any
) -> None:
    night = sync(system, stubs, "freshdesk")
    assert night.status == "success", night.problem
    id_ = refunds["id"]
    assert set(night.articles) == {f"freshdesk-{id_}-en", f"freshdesk-{id_}-de"}
    english, german = (night.articles[f"freshdesk-{id_}-{language}"] for language in ("en", "de"))
    assert (english.title, english.text) == ("How long?", "<p>Five days. ä 🪴</p>")
    assert english.url == f"https://acme.freshdesk.com/support/solutions/articles/{id_}"
    assert (german.title, german.locale) == ("Wie lange?", "de")
    assert german.url == f"https://acme.freshdesk.com/de/support/solutions/articles/{id_}"
    assert night.finish is not None
    assert night.finish.complete
    assert {each.id for each in night.finish.synced} == set(night.articles)


def test_one_language_and_many_pages(
    desk: Freshdesk, system: System, stubs: Stubs, refunds: Any
) -> None:
    for number in range(120):
        add_article(desk.account, refunds["folder_id"], f"Number {number}", "<p>Text</p>")
    night = sync(system, stubs, "freshdesk", "en")
    assert night.status == "success", night.problem
    assert len(night.articles) == 121
    assert {article.locale for article in night.articles.values()} == {"en"}


def test_a_part_that_cannot_be_read_removes_nothing(
    desk: Freshdesk, system: System, stubs: Stubs, refunds: Any
) -> None:
    desk.account.pressure.fail("GET", "/articles/de", 500, times=3)
    night = sync(system, stubs, "freshdesk")
    assert night.status == "error"
    assert "“Read its articles” failed (500)" in night.problem
    assert set(night.articles) == {f"freshdesk-{refunds['id']}-en"}
    assert night.finish is not None
    assert not night.finish.complete


def test_a_help_centre_that_is_not_there_is_named(
    desk: Freshdesk, system: System, stubs: Stubs
) -> None:
    night = sync(system, stubs, "nowhere")
    assert (night.status, night.finish) == ("error", None)
    assert "There is no help centre “nowhere”" in night.problem
