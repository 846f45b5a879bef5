"""Show the help articles (Markdown with front matter) in the helpdesk's own knowledge base."""

from dataclasses import dataclass
from pathlib import Path

import yaml
from django.utils.text import slugify
from helpdesk.models import KBCategory, KBItem, Queue

_TITLE_LENGTH = 100


@dataclass(frozen=True)
class Article:
    """One help article."""

    id: str
    title: str
    category: str
    text: str


def read_article(path: Path) -> Article:
    """Read one file.

    Raises
    ------
    ValueError
        Where the file has no front matter or its front matter no title.
    """
    _, separator, rest = path.read_text(encoding="utf-8").partition("---\n")
    front, end, text = rest.partition("\n---\n")
    if not separator or not end:
        raise ValueError(f"{path.name} does not begin with front matter between two lines of ---")
    fields = yaml.safe_load(front) or {}
    if not fields.get("title"):
        raise ValueError(f"{path.name} has no title in its front matter")
    return Article(
        id=str(fields.get("id", path.stem)),
        title=str(fields["title"]),
        category=str(fields.get("category", "general")),
        text=text.strip(),
    )


def read_articles(folder: Path) -> list[Article]:
    """Read all articles below `folder`, files without front matter (a README) aside."""
    files = sorted(folder.rglob("*.md"))
    return [read_article(file) for file in files if file.read_text("utf-8").startswith("---\n")]


def import_articles(folder: Path, queue: Queue) -> None:
    """Make the knowledge base equal to the files; what is not in the files is switched off."""
    articles = read_articles(folder)
    kept = [_import(article, number, queue).pk for number, article in enumerate(articles)]
    KBItem.objects.exclude(pk__in=kept).update(enabled=False)


def _import(article: Article, order: int, queue: Queue) -> KBItem:
    item, _ = KBItem.objects.update_or_create(
        category=_category(article.category, queue),
        title=article.title[:_TITLE_LENGTH],
        defaults={
            "question": article.title,
            "answer": article.text,
            "order": order,
            "enabled": True,
        },
    )
    return item


def _category(name: str, queue: Queue) -> KBCategory:
    title = name.replace("-", " ").replace("_", " ").capitalize()
    category, _ = KBCategory.objects.get_or_create(
        slug=slugify(name),
        defaults={
            "name": title,
            "title": title,
            "description": f"Answers about {title.lower()}.",
            "queue": queue,
            "public": True,
        },
    )
    return category
