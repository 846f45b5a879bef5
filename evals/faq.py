"""Readers of the retrieval sets: what can be found, and who asks for what."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from evals.errors import DataInvalid
from evals.sets import json_rows, typed

TECHQA = "retrieval/techqa.jsonl"
ECOMMERCE = "retrieval/ecommerce_faq.json"
STACKEXCHANGE = "retrieval/stackexchange_faq.json"
_ANSWER_SEPARATOR = "\n\n"


@dataclass(frozen=True)
class Article:
    """One text that can be found."""

    id: str
    title: str
    text: str


@dataclass(frozen=True)
class Question:
    """What a customer asks; `article` answers it, None where nothing does."""

    subject: str
    body: str
    article: str | None


@dataclass
class RetrievalSet:
    """Articles and questions about them."""

    name: str
    note: str = ""
    articles: list[Article] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)


def read_techqa(folder: Path) -> RetrievalSet:
    """TechQA: expert questions; its articles are the contexts of all questions together."""
    path = folder / TECHQA
    found = RetrievalSet("techqa", "All contexts of the file are indexed together.")
    fields = {"question": str, "is_impossible": bool, "contexts": list}
    articles: dict[str, Article] = {}
    for number, row in enumerate(json_rows(path, fields) if path.exists() else [], 1):
        names = [_context(path, number, context, articles) for context in row["contexts"]]
        if not row["is_impossible"] and not names:
            raise DataInvalid(f"{path}, row {number}: 'contexts' is empty")
        subject, _, body = row["question"].strip().partition("\n")
        answer = None if row["is_impossible"] else names[0]
        found.questions.append(Question(subject[:300], body.strip() or subject, answer))
    found.articles = list(articles.values())
    return found


def _context(path: Path, number: int, context: Any, articles: dict[str, Article]) -> str:
    item = typed(path, number, context, {"filename": str, "text": str})
    first, _, rest = item["text"].partition("\n")
    title = first.removeprefix("Title:").removesuffix(" - United States").strip()
    name: str = item["filename"]
    articles[name] = Article(name, title[:300] or name, rest.strip() or first)
    return name


def read_ecommerce(folder: Path) -> RetrievalSet:
    """A shop's FAQ: its answers are indexed without their questions, which are then asked."""
    path = folder / ECOMMERCE
    note = "Only the answers are indexed, under their topic; the questions are asked."
    found = RetrievalSet("ecommerce_faq", note)
    topics = _json(path) if path.exists() else {}
    if not isinstance(topics, dict):
        raise DataInvalid(f"{path}: expected an object of topics")
    number = 0
    for topic, entries in topics.items():
        for entry in entries if isinstance(entries, list) else [entries]:
            number += 1
            item = typed(path, number, entry, {"question": str, "answer": str})
            title = topic.replace("_", " ").capitalize()
            found.articles.append(Article(f"faq-{number}", title, item["answer"]))
            found.questions.append(Question("", item["question"], f"faq-{number}"))
    return found


def read_stackexchange(folder: Path) -> RetrievalSet:
    """Frequent questions with answers, indexed; their paraphrases are asked."""
    path = folder / STACKEXCHANGE
    found = RetrievalSet(
        "stackexchange_faq", "Question and answers are indexed, paraphrases asked."
    )
    try:
        entries = _json(path)["root"]["qapair"] if path.exists() else []
    except (KeyError, TypeError) as error:
        raise DataInvalid(f"{path}: expected root.qapair") from error
    for number, entry in enumerate(entries, 1):
        item = typed(path, number, entry, {"question": str, "rephr": list})
        answers = item.get("answer")
        text = _ANSWER_SEPARATOR.join(answers) if isinstance(answers, list) else str(answers)
        found.articles.append(Article(f"faq-{number}", item["question"][:300], text))
        paraphrases = [p for p in item["rephr"] if isinstance(p, str) and len(p.strip()) > 1]
        found.questions += [Question("", p, f"faq-{number}") for p in paraphrases]
    return found


def _json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        raise DataInvalid(f"{path}, row {error.lineno}: not JSON ({error.msg})") from error
    except (OSError, UnicodeDecodeError) as error:
        raise DataInvalid(f"{path}: {error}") from error
