"""`Sync help centre` reads the articles of Intercom: published ones, each language for itself."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.helpdesks.bed.system import System, run_workflow
from tests.helpdesks.intercom.standin.articles import add_article
from tests.helpdesks.intercom.standin.intercom import Intercom
from tests.workflows.stubs import Answer, Call, Stubs

pytestmark = pytest.mark.n8n
REPORT = {
    **{"new": [], "changed": [], "removed": [], "failed": []},
    **{"unchanged": 1, "embedded": 3, "stale_corrections": 0},
}


@pytest.fixture
def synced(desk: Intercom, system: System, stubs: Stubs) -> Iterator[Any]:
    """Runs the sync with Intercom as its source; the step that stores them knows each article."""
    desk.account.articles.clear()

    def store(call: Call) -> Answer:
        name = call.path.rpartition("/")[2]
        return 200, {"id": name, "change": "new", "embedded": 1}

    def run() -> Any:
        stubs.answers["syncs"] = (200, REPORT)
        for id_, article in desk.account.articles.items():
            stubs.answers[f"intercom-{id_}"] = store
            for locale in article["translated_content"] or {}:
                stubs.answers[f"intercom-{id_}-{locale}"] = store
        return run_workflow(system, "sync-help-centre", "Every night")

    system.n8n.set(help_centre_source="intercom")
    yield run
    system.n8n.set(help_centre_source="none")


def stored(stubs: Stubs) -> dict[str, Any]:
    puts = [call for call in stubs.calls if call.method == "PUT"]
    assert all(call.path.startswith("/help-centre/intercom/articles/") for call in puts)
    return {call.path.rpartition("/")[2]: call.body for call in puts}


def test_published_articles_in_each_language(desk: Intercom, synced: Any, stubs: Stubs) -> None:
    account = desk.account
    body = "<h1>Refunds</h1><p>Five days. «\u00a0Größe\u00a0» 返金</p>"
    german = {
        **{"type": "article_content", "title": "Erstattung", "body": "<p>Fünf Tage.</p>"},
        **{"state": "published", "url": "https://help.acme.example/de/1"},
        **{"description": "", "author_id": 1, "created_at": 1, "updated_at": 1_700_000_000},
    }
    content = {
        "type": "article_translated_content",
        "de": german,
        "fr": german | {"state": "draft"},
    }
    first = add_article(account, "Refunds", body, translated_content=content)
    add_article(account, "Not yet", "<p>Secret</p>", state="draft")
    add_article(account, "Empty", None)
    assert synced()["status"] == "success"
    id_ = first["id"]
    articles = stored(stubs)
    assert set(articles) == {f"intercom-{id_}", f"intercom-{id_}-de"}
    assert articles[f"intercom-{id_}"] == {
        **{"title": "Refunds", "text": body, "format": "html", "url": first["url"]},
        **{"category": None, "locale": "en"},
    }
    assert articles[f"intercom-{id_}-de"]["title"] == "Erstattung"
    assert articles[f"intercom-{id_}-de"]["locale"] == "de"


def test_all_pages_are_read(desk: Intercom, synced: Any, stubs: Stubs) -> None:
    for number in range(120):
        state = "published" if number % 40 == 39 else "draft"
        add_article(desk.account, f"Article {number}", "<p>Text</p>", state=state)
    assert synced()["status"] == "success"
    assert len(stored(stubs)) == 3
    assert desk.account.pressure.calls == ["GET /articles"] * 3
    [body] = stubs.bodies("syncs")
    assert len(body["synced"]) == 3


@pytest.mark.parametrize("pages_read", [0, 1])
def test_a_help_centre_that_is_not_read_whole_loses_nothing(
    desk: Intercom, synced: Any, stubs: Stubs, pages_read: int
) -> None:
    for number in range(60):
        state = "published" if number == 0 else "draft"
        add_article(desk.account, f"Article {number}", "<p>Text</p>", state=state)
    for _ in range(pages_read):
        desk.account.pressure.fail("GET", "/articles", None)
    desk.account.pressure.fail("GET", "/articles", 500, times=3)
    done = synced()
    assert done["status"] == "error"
    assert "“Read the articles” failed (500)" in str(done["data"]["resultData"]["error"])
    assert (stored(stubs), stubs.bodies("syncs")) == ({}, []), "nothing is removed"


def test_an_unknown_token_is_said(desk: Intercom, synced: Any, stubs: Stubs) -> None:
    desk.account.pressure.fail("GET", "/articles", 401, times=3)
    assert synced()["status"] == "error"
    assert stored(stubs) == {}
