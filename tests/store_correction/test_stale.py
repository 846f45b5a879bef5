"""A correction whose help article changed is not used by retrieve until somebody looked at it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import psycopg
import pytest

from services.retrieve.main import create_app
from tests.conftest import Client
from tests.counting_embedder import CountingEmbedder
from tests.store_correction.conftest import ANSWER, QUESTION, Send

Evidence = Callable[[], set[str]]
ARTICLE = (
    "# Returns\n\nYou can return it within 30 days of delivery.\n\n## Label\n\nPrint it in the app."
)
TOUCH = "update support_corrections set updated_at = now() where id = %s"
CITED = {"citations": [{"source_id": "returns#1", "quote": "within 30 days"}]}


@pytest.fixture
async def help_centre(
    http: httpx.AsyncClient, client: Client, embedder: CountingEmbedder
) -> AsyncIterator[httpx.AsyncClient]:
    """The retrieve service on the same database."""
    async with client(create_app(embedder)) as connected:
        yield connected


async def publish(help_centre: httpx.AsyncClient, text: str, name: str = "returns") -> None:
    answer = await help_centre.put(f"/documents/{name}", json={"title": "Returns", "text": text})
    assert answer.status_code == 200, answer.text


async def found(help_centre: httpx.AsyncClient) -> set[str]:
    """The corrections that a ticket with the same question gets as evidence."""
    ticket = {
        "id": "test:9",
        "source": "test",
        "subject": "",
        "body": QUESTION,
        "requester": {"id": "ana"},
        "created_at": "2026-11-01T10:00:00Z",
    }
    body = {"ticket": ticket, "category": "shipping", "documents": 0}
    answer = await help_centre.post("/retrieve", json=body)
    assert answer.status_code == 200, answer.text
    return {each["id"] for each in answer.json()["corrections"]}


async def shown(http: httpx.AsyncClient, correction_id: str) -> dict[str, Any]:
    body: dict[str, Any] = (await http.get(f"/corrections/{correction_id}")).json()
    return body


async def decide(
    http: httpx.AsyncClient, correction_id: str, decision: str
) -> tuple[int, dict[str, Any]]:
    body = {"decision": decision, "agent_id": "lena"}
    answer = await http.post(f"/corrections/{correction_id}/decision", json=body)
    return answer.status_code, answer.json()


async def test_a_changed_article_makes_it_stale_and_retrieve_leaves_it_out(
    http: httpx.AsyncClient, help_centre: httpx.AsyncClient, send: Send
) -> None:
    await publish(help_centre, ARTICLE)
    stored = await send(**CITED)
    assert (await shown(http, stored["id"]))["sources"] == [
        {"document_id": "returns", "part": 1, "quote": "within 30 days", "changed": False}
    ]
    assert await found(help_centre) == {stored["id"]}
    await publish(help_centre, ARTICLE.replace("30", "14"))
    assert await found(help_centre) == set()
    row = await shown(http, stored["id"])
    assert row["quality"] == ["stale"]
    assert row["stale_since"] is not None
    assert row["sources"][0]["changed"] is True
    for query in ("needs_review=true", "quality=stale"):
        listed = (await http.get(f"/corrections?{query}")).json()
        assert [each["id"] for each in listed["corrections"]] == [stored["id"]]
    assert (await http.get("/corrections?needs_review=false")).json()["total"] == 0


async def test_a_deleted_article_too_and_the_history_says_which(
    http: httpx.AsyncClient, help_centre: httpx.AsyncClient, send: Send
) -> None:
    await publish(help_centre, ARTICLE)
    stored = await send(**CITED)
    await help_centre.delete("/documents/returns")
    assert await found(help_centre) == set()
    change = (await http.get(f"/corrections/{stored['id']}/changes")).json()[0]
    assert change["changed_by"] == "help article returns"
    assert list(change["changes"]) == ["stale_since"]


async def test_an_article_that_comes_back_as_it_was_needs_no_look(
    help_centre: httpx.AsyncClient, send: Send
) -> None:
    await publish(help_centre, ARTICLE)
    stored = await send(**CITED)
    await help_centre.delete("/documents/returns")
    await publish(help_centre, ARTICLE)
    assert await found(help_centre) == {stored["id"]}


async def test_what_it_does_not_rest_on_may_change(
    help_centre: httpx.AsyncClient, send: Send, database_url: str
) -> None:
    long = "\n\n".join(
        f"Paragraph {n} tells more about the delivery of parcels." for n in range(60)
    )
    await publish(help_centre, f"{ARTICLE}\n\n## Delivery\n\n{long}")
    await publish(help_centre, ARTICLE, "other")
    stored = await send(**CITED)
    await publish(help_centre, f"{ARTICLE}\n\n## Delivery\n\n{long} Soon.")
    await publish(help_centre, ARTICLE, "returns-2")
    await help_centre.delete("/documents/other")
    assert await found(help_centre) == {stored["id"]}
    with psycopg.connect(database_url) as connection:
        parts = connection.execute("select count(*) from help_parts where document_id = 'returns'")
        assert parts.fetchone() != (1,)


async def test_publishing_the_same_again_changes_nothing(
    http: httpx.AsyncClient, help_centre: httpx.AsyncClient, send: Send
) -> None:
    await publish(help_centre, ARTICLE)
    stored = await send(**CITED)
    await publish(help_centre, ARTICLE)
    assert len((await http.get(f"/corrections/{stored['id']}/changes")).json()) == 1


async def test_a_quote_that_is_gone_before_the_draft_is_decided_on_makes_it_stale_at_once(
    http: httpx.AsyncClient, help_centre: httpx.AsyncClient, send: Send
) -> None:
    await publish(help_centre, ARTICLE.replace("30", "14"))
    stored = await send(**CITED)
    assert stored["quality"] == ["stale"]
    assert await found(help_centre) == set()
    assert (await decide(http, stored["id"], "keep_this"))[0] == 200
    assert await found(help_centre) == {stored["id"]}


async def test_a_quote_that_moved_to_another_section_is_followed(
    http: httpx.AsyncClient, help_centre: httpx.AsyncClient, send: Send
) -> None:
    await publish(help_centre, ARTICLE)
    stored = await send(citations=[{"source_id": "returns#7", "quote": "within\n 30  days"}])
    assert stored["quality"] == []
    assert (await shown(http, stored["id"]))["sources"][0]["changed"] is False


async def test_an_article_of_somebody_else_s_search_is_not_watched(send: Send) -> None:
    stored = await send(citations=[{"source_id": "elsewhere#1", "quote": "30 days"}])
    assert stored["quality"] == []


async def test_what_was_drafted_from_a_correction_rests_on_the_same_article(
    http: httpx.AsyncClient, help_centre: httpx.AsyncClient, send: Send
) -> None:
    await publish(help_centre, ARTICLE)
    first = await send(**CITED)
    second = await send(
        ticket_id="test:2",
        ticket_text="May I give the hub back that I bought?",
        citations=[{"source_id": first["id"], "quote": "within 30 days"}],
        verdict="approved",
    )
    assert second["duplicate_of"] is None
    await publish(help_centre, ARTICLE.replace("30", "14"))
    assert (await shown(http, second["id"]))["quality"] == ["stale"]


async def test_one_that_is_stale_at_once_overrules_nobody(
    help_centre: httpx.AsyncClient, send: Send
) -> None:
    await publish(help_centre, ARTICLE.replace("30", "14"))
    fresh = await send(human_resolution=ANSWER.replace("30", "14"))
    late = await send(ticket_id="test:2", **CITED)
    assert late["quality"] == ["stale"]
    assert await found(help_centre) == {fresh["id"]}


async def test_who_looked_at_it_and_keeps_it_has_it_used_again(
    http: httpx.AsyncClient, help_centre: httpx.AsyncClient, send: Send
) -> None:
    await publish(help_centre, ARTICLE)
    stored = await send(**CITED)
    await publish(help_centre, ARTICLE.replace("app", "shop"))
    status, row = await decide(http, stored["id"], "keep_this")
    assert (status, row["quality"], row["stale_since"]) == (200, [], None)
    assert await found(help_centre) == {stored["id"]}
    change = next(
        each["changes"]["decision"]
        for each in (await http.get(f"/corrections/{stored['id']}/changes")).json()
        if "decision" in each["changes"]
    )
    assert change["new"] == "keep_this"
    assert change["old"]["stale_since"] is not None
    await publish(help_centre, ARTICLE.replace("app", "shop").replace("30", "14"))
    assert await found(help_centre) == set()  # the next change is noticed, too


async def test_kept_after_its_article_went_it_stands_alone(
    http: httpx.AsyncClient, help_centre: httpx.AsyncClient, send: Send
) -> None:
    await publish(help_centre, ARTICLE)
    stored = await send(**CITED)
    await help_centre.delete("/documents/returns")
    status, row = await decide(http, stored["id"], "keep_this")
    assert (status, row["sources"], row["quality"]) == (200, [], [])
    assert await found(help_centre) == {stored["id"]}


async def test_an_edit_is_a_look_but_a_move_is_none(
    http: httpx.AsyncClient, help_centre: httpx.AsyncClient, send: Send, evidence: Evidence
) -> None:
    await publish(help_centre, ARTICLE)
    stored = await send(**CITED)
    await publish(help_centre, ARTICLE.replace("30", "14"))
    url = f"/corrections/{stored['id']}"
    assert (await http.patch(url, json={"category": "general"})).json()["quality"] == ["stale"]
    text = ANSWER.replace("30", "14")
    assert (await http.patch(url, json={"human_resolution": text})).json()["quality"] == []
    assert evidence() == {stored["id"]}


async def test_a_stale_one_neither_overrules_nor_hides_a_fresh_one(
    http: httpx.AsyncClient, help_centre: httpx.AsyncClient, send: Send
) -> None:
    await publish(help_centre, ARTICLE)
    stale = await send(**CITED)
    await publish(help_centre, ARTICLE.replace("30", "14"))
    same = await send(ticket_id="test:2")
    other = await send(ticket_id="test:3", human_resolution=ANSWER.replace("30", "14"))
    assert (same["duplicate_of"], other["quality"]) == (None, [])
    assert await found(help_centre) == {other["id"]}
    await decide(http, stale["id"], "keep_this")
    assert (await shown(http, stale["id"]))["contradicted_by"] == other["id"]


async def test_stale_and_not_wanted_any_more(
    http: httpx.AsyncClient, help_centre: httpx.AsyncClient, send: Send
) -> None:
    await publish(help_centre, ARTICLE)
    stored = await send(**CITED)
    await publish(help_centre, ARTICLE.replace("30", "14"))
    assert (await decide(http, stored["id"], "keep_both"))[0] == 409
    status, row = await decide(http, stored["id"], "deactivate")
    assert (status, row["active"], row["inactive_because"]) == (200, False, "overruled")
    status, problem = await decide(http, stored["id"], "keep_this")
    assert (status, problem["code"]) == (409, "nothing_to_decide")
    assert (await http.get("/corrections?needs_review=true")).json()["total"] == 0


async def test_changes_made_by_hand_in_sql_are_noticed_too(
    help_centre: httpx.AsyncClient, send: Send, database_url: str
) -> None:
    await publish(help_centre, ARTICLE)
    await send(**CITED)
    with psycopg.connect(database_url) as connection:
        connection.execute("update help_parts set text = 'New', text_hash = 'new'")
    assert await found(help_centre) == set()


async def test_an_article_and_an_answer_at_the_same_moment_wait_for_each_other(
    help_centre: httpx.AsyncClient, send: Send, database_url: str, evidence: Evidence
) -> None:
    await publish(help_centre, ARTICLE)
    asked = [QUESTION, "How do I charge the battery?"]
    ids = sorted([(await send(ticket_text=text, **CITED))["id"] for text in asked])
    with psycopg.connect(database_url) as answering:
        answering.execute("select pg_advisory_xact_lock(hashtextextended('shipping', 1))")
        answering.execute(TOUCH, (ids[1],))
        publishing = asyncio.create_task(publish(help_centre, ARTICLE.replace("30", "14")))
        await asyncio.sleep(0.5)
        assert not publishing.done()
        await asyncio.to_thread(answering.execute, TOUCH, (ids[0],))
        await asyncio.to_thread(answering.commit)
    await publishing
    assert evidence() == set()
