"""A help centre and our copy of it: what changed is stored, what is gone goes, others stay."""

from typing import Any

import httpx
import pytest

from tests.counting_embedder import CountingEmbedder

BEGAN = "2026-11-22T02:40:00Z"
LONG = "\n\n".join(
    f"## Part {n}\n\n" + " ".join(f"Part {n} says thing {i} of it." for i in range(60))
    for n in range(4)
)


async def store(
    http: httpx.AsyncClient, name: str, text: str = "Hold it.", source: str = "folder", **more: Any
) -> dict[str, Any]:
    body = {"title": name, "text": text, **more}
    answer = await http.put(f"/help-centre/{source}/articles/{name}", json=body)
    assert answer.status_code == 200, answer.text
    stored: dict[str, Any] = answer.json()
    return stored


async def finish(
    http: httpx.AsyncClient, *synced: dict[str, Any], status: int = 200, **more: Any
) -> dict[str, Any]:
    body = {"started_at": BEGAN, "synced": list(synced), **more}
    answer = await http.post("/help-centre/folder/syncs", json=body)
    assert answer.status_code == status, answer.text
    report: dict[str, Any] = answer.json()
    return report


async def there(http: httpx.AsyncClient) -> list[str]:
    return [each["id"] for each in (await http.get("/documents")).json()["documents"]]


async def test_only_what_changed_is_worked_on(
    http: httpx.AsyncClient, embedder: CountingEmbedder
) -> None:
    assert (await store(http, "wifi", LONG))["change"] == "new"
    before = len(embedder.asked)
    stored = (await http.get("/documents")).json()["documents"]
    assert (await store(http, "wifi", LONG)) == {"id": "wifi", "change": "unchanged", "embedded": 0}
    assert len(embedder.asked) == before
    assert (await http.get("/documents")).json()["documents"] == stored, "not even written again"
    changed = await store(http, "wifi", LONG.replace("Part 3 says thing 7", "Part 3 tells thing 7"))
    assert changed["change"] == "changed"
    parts = (await http.get("/documents")).json()["documents"][0]["parts"]
    assert 0 < changed["embedded"] < parts, "sections that read as before are not embedded again"


async def test_a_changed_address_is_stored_without_embedding(http: httpx.AsyncClient) -> None:
    await store(http, "wifi")
    moved = await store(http, "wifi", url="https://help.example/new")
    assert moved["embedded"] == 0
    [document] = (await http.get("/documents")).json()["documents"]
    assert document["url"] == "https://help.example/new"


async def test_what_was_put_past_the_sync_is_brought_back(http: httpx.AsyncClient) -> None:
    await store(http, "wifi", "Hold the button.")
    await http.put("/documents/wifi", json={"title": "wifi", "text": "Press the button."})
    assert (await store(http, "wifi", "Hold the button."))["change"] == "changed"
    assert (await store(http, "wifi", "Hold the button."))["change"] == "unchanged"


async def test_what_is_gone_is_removed_and_what_is_by_hand_stays(http: httpx.AsyncClient) -> None:
    await http.put("/documents/by-hand", json={"title": "By hand", "text": "Mine."})
    await store(http, "other", source="sitemap")
    synced = [await store(http, name) for name in ("a", "b", "c")]
    report = await finish(http, *synced[:1], failed=["b"])
    assert (report["removed"], report["new"], report["failed"]) == (["c"], ["a"], ["b"])
    assert await there(http) == ["a", "b", "by-hand", "other"]
    again = await store(http, "a")
    assert (await finish(http, again, failed=["b"]))["unchanged"] == 1
    reports = (await http.get("/help-centre/syncs")).json()["syncs"]
    assert [each["removed"] for each in reports] == [[], ["c"]]


async def test_a_list_that_lost_most_articles_removes_nothing(http: httpx.AsyncClient) -> None:
    synced = [await store(http, f"n{number}") for number in range(10)]
    refused = await finish(http, *synced[:4], status=409)
    assert refused["code"] == "too_many_gone"
    assert "6 of 10" in refused["detail"]
    assert len(await there(http)) == 10
    assert len((await finish(http, *synced[:4], largest_removal=0.6))["removed"]) == 6


async def test_a_list_that_was_read_in_part_removes_nothing(http: httpx.AsyncClient) -> None:
    synced = [await store(http, name) for name in "ab"]
    assert (await finish(http, synced[0], complete=False))["removed"] == []
    assert (await finish(http, synced[0]))["removed"] == ["b"]


async def test_two_articles_of_one_id_are_refused_by_name(http: httpx.AsyncClient) -> None:
    first = await store(http, "wifi")
    refused = await finish(http, first, first, status=422)
    assert "'wifi'" in str(refused)


async def test_an_empty_list_removes_nothing(http: httpx.AsyncClient) -> None:
    await store(http, "a")
    await finish(http, status=409)
    assert await there(http) == ["a"]


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"])
async def test_an_impossible_time_is_refused(http: httpx.AsyncClient, at: str) -> None:
    await finish(http, await store(http, "a"), status=422, started_at=at)


async def test_two_help_centres_do_not_take_each_other_s_articles(http: httpx.AsyncClient) -> None:
    await store(http, "wifi")
    body = {"title": "wifi", "text": "Other."}
    answer = await http.put("/help-centre/sitemap/articles/wifi", json=body)
    assert (answer.status_code, answer.json()["code"]) == (409, "other_source")


async def test_an_article_made_by_hand_is_adopted(http: httpx.AsyncClient) -> None:
    await http.put("/documents/wifi", json={"title": "wifi", "text": "Hold it."})
    assert (await store(http, "wifi"))["change"] == "unchanged"
    others = [await store(http, name) for name in ("a", "b")]
    assert (await finish(http, *others))["removed"] == ["wifi"]


async def test_an_article_without_anything_to_read_is_refused(http: httpx.AsyncClient) -> None:
    body = {"title": "wifi", "text": "<script>x</script>", "format": "html"}
    answer = await http.put("/help-centre/folder/articles/wifi", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "empty_document")
