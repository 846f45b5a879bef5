"""Corrections are matched fast and rightly: by category, model and similarity, evidence only."""

import random
from collections.abc import Iterator, Sequence

import httpx
import numpy as np
import psycopg
import pytest

from services.retrieve.store import vector_literal
from tests.counting_embedder import CountingEmbedder
from tests.retrieve.test_service import ticket

MODEL = CountingEmbedder.name
QUESTION = "How do I send my sensor back?"
INSERT = (
    "insert into support_corrections (ticket_id, ticket_text, human_resolution, summary, category, "
    "agent_id, verdict, active, embedding_model, embedding) "
    "values (%s, %s, 'Print the label.', 'Label.', %s, 'a', %s, %s, %s, %s)"
)


@pytest.fixture
def sql(database_url: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(database_url, autocommit=True) as connection:
        yield connection


async def add(
    sql: psycopg.Connection,
    text: str,
    category: str = "shipping",
    verdict: str = "edited",
    active: bool = True,
    model: str = MODEL,
) -> None:
    [vector] = await CountingEmbedder().embed([text])
    sql.execute(INSERT, (text, text, category, verdict, active, model, vector_literal(vector)))


async def found(http: httpx.AsyncClient, **fields: object) -> list[str]:
    body = {"ticket": ticket("", QUESTION), "min_similarity": 0.7, **fields}
    answer = await http.post("/retrieve", json=body)
    assert answer.status_code == 200, answer.text
    corrections = answer.json()["corrections"]
    assert corrections == sorted(corrections, key=lambda c: -c["similarity"])
    return [correction["ticket_text"] for correction in corrections]


async def test_nearest_first_above_the_similarity_and_in_the_category(
    http: httpx.AsyncClient, sql: psycopg.Connection
) -> None:
    near, far = "How can I send the sensor back?", "What is the weather in Lisbon?"
    for text in (far, near, QUESTION):
        await add(sql, text)
    await add(sql, "How do I send my sensors back?", category="billing")
    assert await found(http, category="shipping") == [QUESTION, near]
    assert await found(http, category="shipping", corrections=1) == [QUESTION]
    assert await found(http, category="shipping", min_similarity=0.99) == [QUESTION]
    assert await found(http, category="shipping", corrections=0) == []
    assert await found(http, category="account") == []
    assert len(await found(http)) == 3


async def test_only_what_a_human_stands_behind_is_evidence(
    http: httpx.AsyncClient, sql: psycopg.Connection
) -> None:
    await add(sql, QUESTION, verdict="rejected")
    await add(sql, QUESTION, active=False)
    await add(sql, QUESTION, model="other:model")
    assert await found(http) == []


async def test_counts_the_corrections_of_the_category(
    http: httpx.AsyncClient, sql: psycopg.Connection
) -> None:
    for verdict in ("approved", "edited", "taught", "rejected"):
        await add(sql, QUESTION, verdict=verdict)
    await add(sql, QUESTION, active=False)
    await add(sql, QUESTION, category="billing")
    for category, count in (("shipping", 3), ("billing", 1), ("account", 0), (None, 0)):
        body = {"ticket": ticket("", QUESTION), "category": category}
        answer = await http.post("/retrieve", json=body)
        assert answer.json()["corrections_in_category"] == count


async def test_quoted_mail_and_signature_do_not_matter(
    http: httpx.AsyncClient, sql: psycopg.Connection
) -> None:
    await add(sql, QUESTION)
    body = (
        f"{QUESTION}\n\nBest regards,\nAnna Example\n+49 30 1234567\n\n"
        "On Mon, 2 Nov 2026 at 10:00, Larkspur <care@larkspur.example> wrote:\n"
        "> Your invoice for October is attached, thank you for your payment.\n"
    )
    answer = await http.post("/retrieve", json={"ticket": ticket("", body), "min_similarity": 0.99})
    assert [c["ticket_text"] for c in answer.json()["corrections"]] == [QUESTION]


def clustered(rows: int, seed: int) -> np.ndarray:
    """Unit vectors in clusters, as questions are."""
    generator = np.random.default_rng(seed)
    centres = generator.normal(size=(60, 384))
    vectors = centres[generator.integers(0, 60, rows)] + generator.normal(size=(rows, 384)) * 0.6
    unit: np.ndarray = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit


def matched(
    sql: psycopg.Connection, vector: Sequence[float], category: str | None
) -> list[tuple[str, float]]:
    return sql.execute(
        "select ticket_text, similarity from match_corrections(%s::text::halfvec, %s, 10, 0, %s)",
        (vector_literal(vector), category, MODEL),
    ).fetchall()


@pytest.mark.parametrize("category", [None, "rare"])
def test_the_index_finds_nearly_what_an_exact_search_finds(
    sql: psycopg.Connection, category: str | None
) -> None:
    vectors = clustered(2_000, seed=1)
    with sql.cursor() as cursor:
        cursor.executemany(
            INSERT,
            [
                (n, str(n), "rare" if n % 40 == 0 else "often", "edited", True, MODEL,
                 vector_literal(vector))
                for n, vector in enumerate(vectors)
            ],
        )  # fmt: skip
    sql.execute("analyze support_corrections")
    sql.execute("set enable_seqscan = off")
    sql.execute("set enable_sort = off")
    candidates = np.arange(0, 2_000, 40) if category else np.arange(2_000)
    hits = 0
    queries = clustered(30, seed=1)
    for query in queries:
        nearest = candidates[np.argsort(-(vectors[candidates] @ query))[:10]]
        rows = matched(sql, query.tolist(), category)
        assert len(rows) == 10
        assert [row[1] for row in rows] == sorted((row[1] for row in rows), reverse=True)
        hits += len({int(row[0]) for row in rows} & set(nearest.tolist()))
    assert hits / (10 * len(queries)) >= 0.95


def test_the_planner_uses_the_models_index(sql: psycopg.Connection) -> None:
    with sql.cursor() as cursor:
        cursor.executemany(
            INSERT,
            [
                (n, str(n), random.Random(n).choice("abc"), "edited", True, MODEL,
                 vector_literal(vector))
                for n, vector in enumerate(clustered(2_000, seed=2))
            ],
        )  # fmt: skip
    sql.execute("analyze support_corrections")
    plan = sql.execute(
        "explain select id from support_corrections where evidence and embedding_model = "
        f"'{MODEL}' order by embedding::halfvec(384) <=> %s::text::halfvec(384) limit 5",
        (vector_literal([1.0] * 384),),
    ).fetchall()
    assert "support_corrections_local_all_minilm_l6_v2" in str(plan)


def test_a_search_must_name_its_model(sql: psycopg.Connection) -> None:
    with pytest.raises(psycopg.errors.NullValueNotAllowed):
        sql.execute("select * from match_corrections('[1,2]', null, 3, 0.5, null)")


LABEL = {
    "en": "Print the return label from the app and drop the parcel off within thirty days.",
    "de": "Drucken Sie das Rücksendeetikett in der App aus und geben Sie das Paket bald ab.",
}


@pytest.mark.parametrize("known", [True, False])
async def test_nobody_is_quoted_an_answer_in_another_language(
    http: httpx.AsyncClient, sql: psycopg.Connection, known: bool
) -> None:
    for tag, text in LABEL.items():
        await add(sql, f"{QUESTION} {tag}")
        sql.execute(
            "update support_corrections set human_resolution = %s, language = %s "
            "where ticket_text = %s",
            (text, tag if known else None, f"{QUESTION} {tag}"),
        )
    assert len(await found(http)) == 2
    for tag in LABEL:
        assert await found(http, language=tag) == [f"{QUESTION} {tag}"]
    assert await found(http, language="de-AT") == [f"{QUESTION} de"]
    assert await found(http, language="ja") == []


async def test_the_nearest_are_those_of_the_customers_language(
    http: httpx.AsyncClient, sql: psycopg.Connection
) -> None:
    for number in range(30):
        await add(sql, QUESTION if number else f"{QUESTION} bitte")
    sql.execute("update support_corrections set language = 'en'")
    sql.execute(
        "update support_corrections set language = 'de' where ticket_text = %s",
        (f"{QUESTION} bitte",),
    )
    assert await found(http, language="de", corrections=1) == [f"{QUESTION} bitte"]
