"""No planted value reaches a vendor, from any service or field, and the reply has them back.

The services are the real ones over ASGI, the SDKs the vendors' own, and llmock records what
arrives.
"""

import json
import re
from typing import Any

import pytest
from llmock.pytest_plugin import LLMock

from services.classify.main import create_app as create_classify
from services.common.embeddings import EmbeddingSettings, create_embedder
from services.draft.main import create_app as create_draft
from tests.conftest import Client
from tests.draft.material import body as draft_body

PLANTED = {
    "name": "Marisol Quintero",
    "email": "marisol.quintero@example.org",
    "other_email": "finca+plants@mail.example.net",
    "phone": "+34 612 345 678",
    "card": "4111 1111 1111 1111",
    "iban": "DE89 3704 0044 0532 0130 00",
    "ssn": "536-22-8726",
    "ip": "203.0.113.77",
    "key": "sk-ant-api03-abcdefghijklmnop1234",
    "password": "Tulip!7482",
    "link": "https://shop.example.com/reset?token=Zx81kQpLm22",
    "mac": "3C:22:FB:9A:10:7E",
    "street": "48 Rosewood Avenue",
    "other_name": "Tobias Ehrlich",
    "agent": "Henrike Vossberg",
}
SURVIVE = ("LK-2026-004815", "49.90", "2.4.1", "https://help.larkspur.example/articles/reset-hub")
ALL = """My name is {name}, write to {email} or {other_email}, or call {phone}.
I paid with {card}, refund to IBAN {iban}; SSN {ssn}. The hub ({mac}) was at {ip}.
My API key is {key}, my password: {password}, and this link worked: {link}
Ship it to {street}, Portland, OR 97201.
Order LK-2026-004815 over 49.90 EUR, firmware 2.4.1, see
https://help.larkspur.example/articles/reset-hub

Best regards,
{name}""".format(**PLANTED)
OTHERS = (
    "Dear {other_name},\n\nwe sent it to {other_email} and called {phone}; your address "
    "was {street}.\n\nKind regards,\n{agent}"
).format(**PLANTED)
FIELDS = ["subject", "body", "thread", "documents", "corrections"]
VENDORS = ["anthropic", "openai"]
QUOTE = "Hold the round button for 12 seconds."
LABELS = {
    "reasoning": "<NAME_1> cannot reach the hub.",
    "category": "technical",
    "intent": "other",
    "urgency": "low",
    "sentiment": "neutral",
    "language": "en",
    "requires_human": False,
    "confidence": 0.9,
}


def fields(*names: str) -> dict[str, Any]:
    """A draft request whose named fields hold every planted value."""
    turn = {"author": "customer", "body": ALL, "at": "2026-11-22T09:00:00Z"}
    document: dict[str, Any] = {
        "id": "d#1",
        "title": "Hub",
        "section": "Reset",
        "text": QUOTE,
        "score": 0.9,
    }
    document["url"] = SURVIVE[-1]
    correction: dict[str, Any] = {
        "id": "c-1",
        "summary": "Reset",
        "ticket_text": "reset",
        "resolution": QUOTE,
    }
    correction |= {"category": "technical", "similarity": 0.9}
    if "documents" in names:
        document["text"] = f"{QUOTE}\n\n{ALL}"
    if "corrections" in names:
        correction |= {"resolution": f"{OTHERS}\n\n{ALL}", "ticket_text": ALL, "summary": ALL[:80]}
    return draft_body(
        ALL if "body" in names else "How do I reset it?",
        documents=[document],
        corrections=[correction],
        subject=ALL.replace("\n", " ") if "subject" in names else "Hub",
        thread=[turn, turn | {"author": "agent", "body": OTHERS}] if "thread" in names else [],
        requester={"id": "r1", "name": PLANTED["name"], "email": PLANTED["email"]},
    )


def sent(llmock: LLMock) -> str:
    """All that arrived at the vendor, as text."""
    bodies = [json.dumps(record.body, ensure_ascii=False) for record in llmock.requests]
    assert bodies, "the vendor was never asked"
    return "\n".join(bodies)


def leaks(text: str) -> list[str]:
    """Planted values in `text`, however they are spaced, and each part of a name."""
    tight = re.sub(r"[\s\\]", "", text).lower()
    values = [re.sub(r"\s", "", value).lower() for value in PLANTED.values()]
    values += [part.lower() for key in ("name", "other_name") for part in PLANTED[key].split()]
    return [value for value in values if value in tight]


def draft_answer(reply: str) -> str:
    return json.dumps(
        {
            "findings": [],
            "abstained": False,
            "citations": [{"source": "Doc 1", "quote": QUOTE}],
            "reply": reply,
            "confidence": 0.9,
            "language": "en",
        }
    )


@pytest.fixture(params=VENDORS)
def vendor(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    for service in ("CLASSIFY", "DRAFT"):
        monkeypatch.setenv(f"{service}_PROVIDER", request.param)
        monkeypatch.setenv(f"{service}_FALLBACK", "none" if service == "CLASSIFY" else " , ")
    monkeypatch.setenv("DESKLOOP_LLM_MAX_RETRIES", "0")
    name: str = request.param
    return name


@pytest.mark.parametrize("field", FIELDS)
async def test_draft_sends_no_planted_value(
    vendor: str, field: str, client: Client, llmock: LLMock
) -> None:
    llmock.reply(draft_answer(QUOTE))
    async with client(create_draft()) as http:
        response = await http.post("/draft", json=fields(field))
    assert response.status_code == 200, response.text
    assert leaks(sent(llmock)) == []
    for value in SURVIVE:
        assert value in sent(llmock)


async def test_the_draft_has_the_values_back(vendor: str, client: Client, llmock: LLMock) -> None:
    request = fields(*FIELDS)
    llmock.reply(draft_answer(QUOTE))
    async with client(create_draft()) as http:
        await http.post("/draft", json=request)
        shown = sent(llmock)
        placeholders = sorted(set(re.findall(r"<[A-Z]+_\d+>", shown)))
        assert {name[1:].split("_")[0] for name in placeholders} >= {
            *("NAME", "EMAIL", "PHONE", "CARD", "IBAN", "SSN", "IP", "SECRET", "URL", "MAC"),
            "ADDRESS",
        }
        llmock.reply(draft_answer("Dear " + " ".join(placeholders)))
        reply = (await http.post("/draft", json=request)).json()["reply"]
    assert leaks(sent(llmock)) == []
    assert not re.search(r"<[A-Z]+_\d+>", reply)
    for value in PLANTED.values():
        assert value in reply


async def test_the_stream_has_the_values_back(vendor: str, client: Client, llmock: LLMock) -> None:
    llmock.reply(draft_answer("Dear <NAME_1>, your number is <PHONE_1>."))
    async with client(create_draft()) as http:
        answer = await http.post("/draft/stream", json=fields("body"))
    assert leaks(sent(llmock)) == []
    assert f"Dear {PLANTED['name']}, your number is {PLANTED['phone']}." in answer.text


@pytest.mark.parametrize("field", ["subject", "body", "thread"])
async def test_classify_sends_no_planted_value(
    vendor: str, field: str, client: Client, llmock: LLMock
) -> None:
    llmock.reply(json.dumps(LABELS))
    async with client(create_classify()) as http:
        response = await http.post("/classify", json={"ticket": fields(field)["ticket"]})
    assert response.status_code == 200, response.text
    assert leaks(sent(llmock)) == []
    assert SURVIVE[0] in sent(llmock)
    names = [PLANTED[key] for key in ("name", "other_name")]
    assert response.json()["reasoning"] in [f"{name} cannot reach the hub." for name in names]


async def test_the_embedder_sends_no_planted_value(
    llmock: LLMock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DESKLOOP_EMBEDDINGS", "openai")
    embedder = create_embedder(EmbeddingSettings())
    await embedder.embed([ALL, OTHERS])
    await embedder.close()
    assert leaks(sent(llmock)) == []
