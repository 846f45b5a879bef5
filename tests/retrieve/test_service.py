"""Documents are found by what they say, embedded once, and preferred in the customer's language."""

from typing import Any

import httpx
import pytest

from tests.counting_embedder import CountingEmbedder

ARTICLES = {
    "returns": (
        "Return a product",
        "You can send back any sensor within 30 days. Print the label.",
    ),
    "wifi": (
        "Connect the hub to Wi-Fi",
        "Hold the button until the light blinks blue, error E-417.",
    ),
    "invoice": ("Download an invoice", "Open Account, then Billing, and choose the month."),
}


def ticket(subject: str, body: str, **more: Any) -> dict[str, Any]:
    return {
        "id": "test:1",
        "source": "test",
        "subject": subject,
        "body": body,
        "requester": {"id": "r1"},
        "created_at": "2026-11-22T10:00:00Z",
        **more,
    }


async def put(http: httpx.AsyncClient, name: str, **fields: Any) -> dict[str, Any]:
    title, text = ARTICLES.get(name, (name, name))
    answer = await http.put(f"/documents/{name}", json={"title": title, "text": text, **fields})
    assert answer.status_code == 200, answer.text
    stored: dict[str, Any] = answer.json()
    return stored


@pytest.fixture
async def filled(http: httpx.AsyncClient) -> httpx.AsyncClient:
    for name in ARTICLES:
        await put(http, name)
    return http


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("I want to send my sensor back, how?", "returns"),
        ("My hub does not get online", "wifi"),
        ("E-417", "wifi"),
        ("Where do I get the bill for March?", "invoice"),
    ],
)
async def test_finds_the_article_that_answers(
    filled: httpx.AsyncClient, body: str, expected: str
) -> None:
    answer = await filled.post("/retrieve", json={"ticket": ticket("", body)})
    assert answer.status_code == 200, answer.text
    evidence = answer.json()
    assert evidence["documents"][0]["id"] == f"{expected}#1"
    assert evidence["embedding_model"] == "local:all-MiniLM-L6-v2"
    assert all(0 <= document["score"] <= 1 for document in evidence["documents"])


async def test_returns_as_many_documents_as_asked_for(filled: httpx.AsyncClient) -> None:
    for wanted in (0, 1, 3):
        answer = await filled.post(
            "/retrieve", json={"ticket": ticket("Invoice", "please"), "documents": wanted}
        )
        assert len(answer.json()["documents"]) == wanted


async def test_storing_an_unchanged_document_embeds_nothing(
    http: httpx.AsyncClient, embedder: CountingEmbedder
) -> None:
    first = await put(http, "returns")
    assert (first["parts"], first["embedded"], first["removed"]) == (1, 1, 0)
    embedder.asked.clear()
    again = await put(http, "returns", url="https://help.example/returns")
    assert (again["embedded"], again["removed"]) == (0, 0)
    assert embedder.asked == []
    listed = (await http.get("/documents")).json()
    assert listed["documents"][0]["url"] == "https://help.example/returns"


async def test_only_changed_parts_are_embedded_again(
    http: httpx.AsyncClient, embedder: CountingEmbedder
) -> None:
    sections = [f"## Step {n}\n\n" + f"Turn wheel number {n} by one notch. " * 28 for n in range(5)]
    first = await put(http, "long", text="\n\n".join(sections))
    assert first["parts"] == 5
    embedder.asked.clear()
    sections[2] = sections[2].replace("one notch", "two notches")
    second = await put(http, "long", text="\n\n".join(sections))
    assert (second["parts"], second["embedded"], second["removed"]) == (5, 1, 1)
    assert all("Step 2" in text for text in embedder.asked)


async def test_a_moved_part_keeps_its_vectors(
    http: httpx.AsyncClient, embedder: CountingEmbedder
) -> None:
    sections = [f"## Step {n}\n\n" + f"Turn wheel number {n} by one notch. " * 28 for n in range(3)]
    await put(http, "long", text="\n\n".join(sections))
    embedder.asked.clear()
    moved = await put(http, "long", text="\n\n".join(reversed(sections)))
    assert (moved["embedded"], moved["removed"], embedder.asked) == (0, 0, [])
    answer = await http.post("/retrieve", json={"ticket": ticket("", "wheel number 2")})
    assert answer.json()["documents"][0]["id"] == "long#1"


async def test_a_deleted_document_is_not_found_any_more(filled: httpx.AsyncClient) -> None:
    assert (await filled.delete("/documents/returns")).status_code == 204
    assert (await filled.delete("/documents/returns")).json()["code"] == "document_not_found"
    answer = await filled.post("/retrieve", json={"ticket": ticket("", "send my sensor back")})
    assert {document["id"] for document in answer.json()["documents"]} == {"wifi#1", "invoice#1"}
    listed = (await filled.get("/documents")).json()
    assert (listed["total"], [item["id"] for item in listed["documents"]]) == (
        2,
        ["invoice", "wifi"],
    )


async def test_prefers_the_language_of_the_ticket(http: httpx.AsyncClient) -> None:
    text = "Reset the Larkspur Hub by holding the button for ten seconds."
    await put(http, "reset-en", title="Reset the hub", text=text, locale="en")
    await put(
        http,
        "reset-de",
        title="Den Hub zurücksetzen",
        text="Den Larkspur Hub setzen Sie zurück, indem Sie die Taste zehn Sekunden halten.",
        locale="de-DE",
    )
    german = ticket("Hub zurücksetzen", "Wie kann ich den Larkspur Hub zurücksetzen?")
    answer = await http.post("/retrieve", json={"ticket": german, "language": "de"})
    assert [d["id"] for d in answer.json()["documents"]] == ["reset-de#1", "reset-en#1"]
    english = ticket("Reset", "How do I reset the Larkspur Hub?", locale="en-GB")
    answer = await http.post("/retrieve", json={"ticket": english})
    assert answer.json()["documents"][0]["id"] == "reset-en#1"


async def test_html_is_stored_as_readable_text(http: httpx.AsyncClient) -> None:
    html = "<h2>Steps</h2><ul><li>Open it</li><li>Close <b>it</b></li></ul><script>evil()</script>"
    await put(http, "assembly", text=html, format="html")
    [document] = (await http.post("/retrieve", json={"ticket": ticket("steps", "")})).json()[
        "documents"
    ]
    assert document["text"] == "## Steps\n\n- Open it\n- Close it"
    assert document["section"] == "Steps"


async def test_an_empty_ticket_finds_nothing_and_still_answers(filled: httpx.AsyncClient) -> None:
    answer = await filled.post("/retrieve", json={"ticket": ticket(" ", "\n")})
    assert answer.status_code == 200
    assert answer.json()["documents"] == []
