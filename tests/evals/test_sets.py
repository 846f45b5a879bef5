"""Readers of the data sets: what they accept, and how they name what they do not."""

import json
from pathlib import Path

import pytest

from evals.errors import DataInvalid
from evals.faq import read_ecommerce, read_stackexchange, read_techqa
from evals.sets import (
    read_airline,
    read_banking77,
    read_bitext,
    read_clinc,
    read_languages,
)


def put(folder: Path, name: str, content: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8")
    return folder


def test_absent_files_are_no_rows(tmp_path: Path) -> None:
    for read in (read_bitext, read_banking77, read_clinc, read_airline, read_languages):
        assert read(tmp_path) == []
    for read_set in (read_techqa, read_ecommerce, read_stackexchange):
        assert read_set(tmp_path).questions == []


def test_another_split_is_found(tmp_path: Path) -> None:
    put(tmp_path, "intents/banking77_test.csv", "text,category\nhello,card_arrival\n")
    assert [row.intent for row in read_banking77(tmp_path)] == ["card_arrival"]


@pytest.mark.parametrize(
    ("name", "content", "read", "message"),
    [
        ("intents/banking77_train.csv", "text\nhi\n", read_banking77, "row 1: no column 'categ"),
        ("intents/banking77_train.csv", "text,category\nhi,\n", read_banking77, "row 2: 'categ"),
        (
            "intents/bitext_8k.csv",
            "utterance,category,intent\n,A,b\n",
            read_bitext,
            "row 2: 'utterance' is empty",
        ),
        ("intents/clinc150_dev.jsonl", '{"text": "a"}\n', read_clinc, "row 1: 'intent'"),
        ("intents/clinc150_dev.jsonl", '{"text": "a", "intent": "b"}\n{', read_clinc, "row 2: not"),
        (
            "sentiment/airline.csv",
            "text,airline_sentiment\nhi,angry\n",
            read_airline,
            "row 2: 'airline_sentiment'",
        ),
    ],
)
def test_a_bad_row_is_named(
    tmp_path: Path, name: str, content: str, read: object, message: str
) -> None:
    put(tmp_path, name, content)
    with pytest.raises(DataInvalid, match=message) as caught:
        read(tmp_path)  # type: ignore[operator]
    assert name in str(caught.value)


TECHQA_ROW = {
    "question": "Why?\n\nIt fails.",
    "is_impossible": False,
    "contexts": [{"filename": "a.txt", "text": "Title: How - United States\n\nText: so"}],
}


def test_techqa(tmp_path: Path) -> None:
    impossible = {"question": "Who?", "is_impossible": True, "contexts": []}
    lines = "\n".join(json.dumps(row) for row in (TECHQA_ROW, TECHQA_ROW, impossible))
    found = read_techqa(put(tmp_path, "retrieval/techqa.jsonl", lines))
    assert [(article.id, article.title) for article in found.articles] == [("a.txt", "How")]
    assert [question.article for question in found.questions] == ["a.txt", "a.txt", None]
    assert (found.questions[0].subject, found.questions[0].body) == ("Why?", "It fails.")


def test_techqa_without_context_is_named(tmp_path: Path) -> None:
    put(tmp_path, "retrieval/techqa.jsonl", json.dumps(TECHQA_ROW | {"contexts": []}))
    with pytest.raises(DataInvalid, match="row 1: 'contexts' is empty"):
        read_techqa(tmp_path)


def test_ecommerce(tmp_path: Path) -> None:
    content = json.dumps({"returns": [{"question": "How?", "answer": "So."}]})
    found = read_ecommerce(put(tmp_path, "retrieval/ecommerce_faq.json", content))
    assert found.articles[0].text == "So."
    assert found.questions[0].article == found.articles[0].id


def test_stackexchange_drops_empty_paraphrases(tmp_path: Path) -> None:
    entry = {"question": "Q", "answer": ["A", "B"], "rephr": ["first", "*", "second"]}
    content = json.dumps({"root": {"qapair": [entry]}})
    found = read_stackexchange(put(tmp_path, "retrieval/stackexchange_faq.json", content))
    assert [question.body for question in found.questions] == ["first", "second"]
    assert found.articles[0].text == "A\n\nB"


@pytest.mark.parametrize(
    ("name", "content", "read", "message"),
    [
        ("retrieval/ecommerce_faq.json", '{"a": [{"question": 1}]}', read_ecommerce, "'question'"),
        ("retrieval/ecommerce_faq.json", "[1, 2", read_ecommerce, "not JSON"),
        ("retrieval/stackexchange_faq.json", "{}", read_stackexchange, "root.qapair"),
    ],
)
def test_a_bad_faq_is_named(
    tmp_path: Path, name: str, content: str, read: object, message: str
) -> None:
    put(tmp_path, name, content)
    with pytest.raises(DataInvalid, match=message):
        read(tmp_path)  # type: ignore[operator]
