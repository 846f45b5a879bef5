"""`Sync help centre` with both of its sources, run by a real n8n."""

from collections.abc import Iterator
from typing import Any

import pytest

from services.contracts.help_centre import (
    FinishSyncRequest,
    SourceArticle,
    SourceArticles,
    SyncArticleRequest,
)
from tests.workflows.conftest import N8n
from tests.workflows.stubs import Answer, Call, Stubs

pytestmark = pytest.mark.n8n

WORKFLOW, TRIGGER = "sync-help-centre", "Every night"
REPORT = {
    **{"new": ["wifi"], "changed": [], "removed": ["gone"], "failed": []},
    **{"unchanged": 1, "embedded": 3, "stale_corrections": 0},
}
SETTINGS: dict[str, Any] = {
    "help_centre_source": "none",
    "help_centre_sitemap_url": "",
    "help_centre_pages_with": "",
    "help_centre_content": "main",
}


@pytest.fixture(autouse=True)
def settings(n8n: N8n) -> Iterator[None]:
    yield
    n8n.set(**SETTINGS)


def article(name: str, **changes: Any) -> SourceArticle:
    shown = {"title": f"About {name}", "text": "# Hold it", "format": "markdown", "url": ""}
    empty = {"category": None, "locale": None, "updated_at": None}
    return SourceArticle.model_validate({"id": name, **shown, **empty, **changes})


def folder(stubs: Stubs, *articles: SourceArticle, size: int = 2) -> None:
    """The folder's articles, `size` on a page; storing each says that it is new."""

    def answer(call: Call) -> Answer:
        offset = int(call.query.get("offset", 0))
        after = offset + size
        page = SourceArticles(
            articles=list(articles[offset:after]),
            total=len(articles),
            next_offset=after if after < len(articles) else None,
        )
        return 200, page.model_dump(mode="json")

    stubs.answers |= {"articles": answer, "syncs": (200, REPORT)}
    stored(stubs, *(each.id for each in articles))


def stored(stubs: Stubs, *names: str) -> None:
    for name in names:
        said = {"id": name, "change": "new", "embedded": 1}
        stubs.answers[f"PUT {name.rpartition('/')[2]}"] = (200, said)


def puts(stubs: Stubs) -> dict[str, SyncArticleRequest]:
    """What was stored, by the path."""
    calls = [call for call in stubs.calls if call.method == "PUT"]
    return {call.path: SyncArticleRequest.model_validate(call.body) for call in calls}


def sync(n8n: N8n, source: str, **more: Any) -> str:
    n8n.set(help_centre_source=source, **more)
    return n8n.end(n8n.run(WORKFLOW, TRIGGER))


def test_all_articles_of_the_folder_are_stored_and_then_what_is_gone_goes(
    n8n: N8n, stubs: Stubs
) -> None:
    full = article("c", url="https://x.example/c", category="billing", locale="de")
    folder(stubs, article("a"), article("b"), full)
    assert sync(n8n, "folder") == "success"
    sent = puts(stubs)
    assert set(sent) == {f"/help-centre/folder/articles/{name}" for name in "abc"}
    last = sent["/help-centre/folder/articles/c"]
    assert (last.title, last.text, last.format) == ("About c", "# Hold it", "markdown")
    assert (last.url, last.category, last.locale) == (full.url, "billing", "de")
    assert sent["/help-centre/folder/articles/a"].locale is None
    [body] = stubs.bodies("syncs")
    finished = FinishSyncRequest.model_validate(body)
    assert [each.id for each in finished.synced] == ["a", "b", "c"]
    assert (finished.failed, finished.largest_removal) == ([], 0.5)


def test_what_cannot_be_read_or_stored_stays_and_is_seen(n8n: N8n, stubs: Stubs) -> None:
    folder(stubs, article("a"), article("b", text="", problem="it is empty"), article("c"))
    stubs.answers["PUT c"] = (503, {})
    assert sync(n8n, "folder") == "error"
    [body] = stubs.bodies("syncs")
    assert ([each["id"] for each in body["synced"]], body["failed"]) == (["a"], ["b", "c"])


@pytest.mark.parametrize("source", ["folder", "elsewhere"])
def test_without_any_article_nothing_is_touched(n8n: N8n, stubs: Stubs, source: str) -> None:
    folder(stubs)
    assert sync(n8n, source) == "error"
    assert {call.method for call in stubs.calls} <= {"GET"}


def test_a_folder_that_is_away_is_seen(n8n: N8n, stubs: Stubs) -> None:
    stubs.answers["articles"] = (404, {"status": 404, "code": "no_help_folder"})
    assert sync(n8n, "folder") == "error"
    assert set(stubs.steps()) == {"articles"}


def test_a_refused_removal_is_seen(n8n: N8n, stubs: Stubs) -> None:
    folder(stubs, article("a"))
    stubs.answers["syncs"] = (409, {"status": 409, "code": "too_many_gone"})
    assert sync(n8n, "folder") == "error"


def test_without_a_source_it_does_nothing(n8n: N8n, stubs: Stubs) -> None:
    assert sync(n8n, "none") == "success"
    assert set(stubs.steps()) <= {"failed"}, "a late word of the test before"


def page(title: str, text: str) -> str:
    return (
        f"<html lang='en'><head><title>Site</title></head><body><nav>Menu</nav>"
        f"<main><h1>{title}</h1><p>{text}</p></main></body></html>"
    )


def sitemap(stubs: Stubs, *paths: str) -> dict[str, Any]:
    """Settings for a website of these pages, each of which can be read and stored."""
    listed = "".join(
        f"<url><loc>{stubs.url}/{path}</loc><lastmod>2026-11-01</lastmod></url>" for path in paths
    )
    head = "<?xml version='1.0'?><urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>"
    stubs.answers |= {"sitemap.xml": (200, f"{head}{listed}</urlset>"), "syncs": (200, REPORT)}
    for path in paths:
        name = path.split("?")[0].strip("/").rpartition("/")[2]
        stubs.answers[f"GET {name}"] = (200, page(f"About {name}", "Hold it."))
        stored(stubs, path.strip("/"))
    return {"help_centre_sitemap_url": f"{stubs.url}/sitemap.xml"}


def test_the_pages_of_a_sitemap_become_articles(n8n: N8n, stubs: Stubs) -> None:
    settings = sitemap(stubs, "help/en/wifi/", "help/en/returns", "blog/news")
    assert sync(n8n, "sitemap", help_centre_pages_with="/help/", **settings) == "success"
    sent = puts(stubs)
    base = "/help-centre/sitemap/articles/help/en"
    assert set(sent) == {f"{base}/wifi", f"{base}/returns"}
    wifi = sent[f"{base}/wifi"]
    assert (wifi.title, wifi.format, wifi.locale) == ("About wifi", "html", "en")
    assert wifi.url == f"{stubs.url}/help/en/wifi/"
    assert "<p>Hold it.</p>" in wifi.text
    assert "Menu" not in wifi.text
    assert len(stubs.bodies("syncs")) == 1


def test_pages_of_other_websites_are_not_read(n8n: N8n, stubs: Stubs) -> None:
    settings = sitemap(stubs, "help/a")
    listed = f"<url><loc>{stubs.url}/help/a</loc></url>"
    listed += f"<url><loc>http://localhost:{stubs.port}/help/inside</loc></url>"
    stubs.answers["sitemap.xml"] = (200, f"<urlset>{listed}</urlset>")
    assert sync(n8n, "sitemap", **settings) == "success"
    assert "inside" not in stubs.steps()
    assert len(puts(stubs)) == 1


def test_pages_are_read_without_our_credentials(n8n: N8n, stubs: Stubs) -> None:
    assert sync(n8n, "sitemap", **sitemap(stubs, "help/wifi")) == "success"
    read = [call for call in stubs.calls if call.step in ("sitemap.xml", "wifi")]
    assert [call.headers.get("authorization") is None for call in read[:2]] == [True, True]


def test_a_page_that_is_away_or_reads_like_nothing_stays(n8n: N8n, stubs: Stubs) -> None:
    settings = sitemap(stubs, "help/a", "help/b", "help/c")
    stubs.answers["GET b"] = (500, "Sorry")
    stubs.answers["GET c"] = (200, "<html><body>Log in</body></html>")
    assert sync(n8n, "sitemap", **settings) == "error"
    [body] = stubs.bodies("syncs")
    assert [each["id"] for each in body["synced"]] == ["help/a"]
    assert sorted(body["failed"]) == ["help/b", "help/c"]


def sitemap_of_sitemaps(stubs: Stubs, settings: dict[str, Any], *addresses: str) -> None:
    """The listing so far becomes `pages.xml`; the settings name a sitemap of it and the others."""
    stubs.answers["pages.xml"] = stubs.answers["sitemap.xml"]
    named = [f"{stubs.url}/pages.xml", *addresses]
    listed = "".join(f"<sitemap><loc>{each}</loc></sitemap>" for each in named)
    stubs.answers["index.xml"] = (200, f"<sitemapindex>{listed}</sitemapindex>")
    settings["help_centre_sitemap_url"] = f"{stubs.url}/index.xml"


def test_a_sitemap_of_sitemaps_is_followed_on_the_same_website(n8n: N8n, stubs: Stubs) -> None:
    settings = sitemap(stubs, "help/a", "help/b")
    sitemap_of_sitemaps(stubs, settings, "https://elsewhere.example/sitemap.xml")
    assert sync(n8n, "sitemap", **settings) == "success"
    [body] = stubs.bodies("syncs")
    assert [each["id"] for each in body["synced"]] == ["help/a", "help/b"]
    assert body["complete"] is True


def test_where_one_sitemap_of_several_is_away_nothing_is_removed(n8n: N8n, stubs: Stubs) -> None:
    settings = sitemap(stubs, "help/a")
    sitemap_of_sitemaps(stubs, settings, f"{stubs.url}/away.xml")
    stubs.answers["away.xml"] = (500, "Sorry")
    assert sync(n8n, "sitemap", **settings) == "error"
    [body] = stubs.bodies("syncs")
    assert [each["id"] for each in body["synced"]] == ["help/a"]
    assert body["complete"] is False


@pytest.mark.parametrize("broken", ["<not xml", "<urlset></urlset>"])
def test_a_broken_sitemap_touches_nothing(n8n: N8n, stubs: Stubs, broken: str) -> None:
    settings = sitemap(stubs, "help/a")
    stubs.answers["sitemap.xml"] = (200, broken)
    assert sync(n8n, "sitemap", **settings) == "error"
    assert {call.method for call in stubs.calls} == {"GET"}
