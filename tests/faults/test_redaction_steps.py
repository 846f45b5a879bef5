"""No planted value reaches a model or an embedding provider from any service or any field.

All of them are the real services, the vendors' SDKs talk to a double that keeps every byte.
"""

import base64
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from services.classify.settings import ClassifySettings
from tests.doubles.model_api import ModelApi, found_in
from tests.doubles.steps import Json, Steps, running_steps
from tests.faults import private_data as private

QUESTION = "Does the Sprig measure a mushroom substrate? I grow oyster mushrooms."
REQUESTER = {
    "id": "r1",
    "name": "Wendelin Osterkamp",
    "email": "wendelin.osterkamp@example.org",
}
KNOWN = {"requester": "Wendelin", "requester's family": "Osterkamp", "address": REQUESTER["email"]}
PLANTED = private.PLANTED | KNOWN
EVERYWHERE = f"{QUESTION}\n{private.BODY}\nwendelin wrote this, so did osterkamp."


@pytest.fixture(params=["anthropic", "openai"])
async def steps(
    request: pytest.FixtureRequest, database_url: str, api: ModelApi, tmp_path: Path
) -> AsyncIterator[Steps]:
    taxonomy = _taxonomy_with_a_private_example(tmp_path)
    provider: str = request.param
    environment = api.environment() | {
        "DESKLOOP_DATABASE_URL": database_url,
        "CLASSIFY_PROVIDER": provider,
        "CLASSIFY_FALLBACK": "none",
        "CLASSIFY_TAXONOMY": str(taxonomy),
        "DRAFT_PROVIDER": provider,
        "DRAFT_FALLBACK": "none",
    }
    async with running_steps(environment) as running:
        yield running


@pytest.fixture
def api() -> Any:
    with ModelApi() as running:
        yield running


def _taxonomy_with_a_private_example(folder: Path) -> Path:
    own = ClassifySettings().taxonomy
    text = own.with_name("examples.csv").read_text(encoding="utf-8")
    header, first, *rest = text.splitlines()
    columns = first.split(",")
    text_column = header.split(",").index("text")
    assert text_column == 0, "the planted example replaces the first column"
    labels = columns[-(len(header.split(",")) - 1) :]
    planted = ",".join([f'"{private.EXAMPLE}"', *labels])
    # first of its category, so that it is among those that are shown
    (folder / "examples.csv").write_text("\n".join([header, planted, first, *rest]) + "\n")
    (folder / "taxonomy.yaml").write_text(own.read_text(encoding="utf-8"))
    return folder / "taxonomy.yaml"


def ticket(**changes: Any) -> Json:
    return {
        "id": "private:1",
        "source": "private",
        "subject": f"Sprig, {private.CUSTOMER['e-mail']}, {private.CUSTOMER['phone, Spain']}",
        "body": EVERYWHERE,
        "thread": [
            {"author": "customer", "body": EVERYWHERE, "at": "2026-11-20T10:00:00Z"},
            {"author": "agent", "body": private.RESOLUTION, "at": "2026-11-20T11:00:00Z"},
        ],
        "requester": REQUESTER,
        "created_at": "2026-11-22T10:00:00Z",
        **changes,
    }


async def test_no_service_sends_a_planted_value(steps: Steps, api: ModelApi) -> None:
    await steps.call("retrieve", "PUT", "/documents/mushrooms", _document())
    await steps.call("store_correction", "POST", "/corrections", _correction())
    classification = await steps.classify(ticket())
    evidence = await steps.call(
        "retrieve", "POST", "/retrieve", {"ticket": ticket(), "min_similarity": 0.0}
    )
    body = {"ticket": ticket(), "classification": classification}
    body |= {name: evidence[name] for name in ("documents", "corrections")}
    draft = await steps.call("draft", "POST", "/draft", body | {"guidelines": private.GUIDELINE})

    received = api.received()
    assert found_in(PLANTED, received) == {}
    said = "\n".join(text for request in api.requests for text in request.texts)
    for value in private.SURVIVES:
        assert value in said
    _everything_was_asked(api)
    assert private.CUSTOMER["name"] in draft["reply"] or "Osterkamp" in draft["reply"]
    assert "<NAME_" not in draft["reply"]


def _document() -> Json:
    text = f"# Mushrooms\n\nA scale tells more of mushrooms. {private.GUIDELINE}"
    return {"title": "Mushrooms", "text": text, "url": "", "format": "markdown"}


def _correction() -> Json:
    return {
        "ticket_id": "private:0",
        "ticket_text": EVERYWHERE.replace("wendelin", "").replace("osterkamp", ""),
        "ai_draft": "",
        "human_resolution": private.RESOLUTION,
        "category": "technical",
        "agent_id": "maya",
        "verdict": "edited",
    }


def _everything_was_asked(api: ModelApi) -> None:
    """What was sent holds the words around the planted values, so nothing was just left out."""
    by_path: dict[str, str] = {}
    for request in api.requests:
        path = request.path.rsplit("/", 1)[-1]
        by_path[path] = by_path.get(path, "") + "\n".join(request.texts)
    assert "mushroom substrate its readings" in by_path["embeddings"], "no correction"
    assert "A scale tells more" in by_path["embeddings"], "no document"
    assert "Does the Sprig measure" in by_path["embeddings"], "no query"
    models = by_path.get("messages", "") + by_path.get("completions", "")
    assert "why was I charged twice?" in models, "no example"
    assert "Questions go to" in models, "no guidelines"
    assert "Sprig is made for soil" in models, "no correction in the prompt"


@pytest.mark.parametrize(
    "encoded",
    [
        lambda v: v,
        lambda v: json.dumps({"t": v}),
        lambda v: quote(v),
        lambda v: v.replace(" ", "\n "),
        lambda v: base64.b64encode(f"xx{v}".encode()).decode(),
        lambda v: v.upper(),
    ],
)
def test_the_search_finds_each_value_in_each_encoding(encoded: Any) -> None:
    for name, value in PLANTED.items():
        received = f"before {encoded(value)} after".encode()
        assert name in found_in({name: value}, received), (name, encoded(value))
