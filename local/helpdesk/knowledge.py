"""Show the help articles in the helpdesk's own knowledge base."""

from pathlib import Path
from typing import Any

from django.utils.text import slugify
from helpdesk.models import KBCategory, KBItem, Queue

from local.articles import Article, read_articles

_TITLE_LENGTH = 100
_DESCRIPTIONS = {
    "account": "Logging in, your profile, family and privacy.",
    "billing": "Plans, payments, invoices and refunds.",
    "general": "About us, and what fits nowhere else.",
    "shipping": "Delivery, returns and orders.",
    "technical": "Setting up and using your Sprig, Hub and app.",
}


def import_articles(folder: Path, queue: Queue) -> None:
    """Make the knowledge base equal to the files; what is not in the files is switched off."""
    there = {(item.category.slug, item.title): item for item in _items()}
    kept = [
        _import(article, number, queue, there)
        for number, article in enumerate(read_articles(folder))
    ]
    KBItem.objects.exclude(pk__in=kept).filter(enabled=True).update(enabled=False)


def _items():
    return KBItem.objects.select_related("category")


def _import(article: Article, order: int, queue: Queue, there: dict[tuple[str, str], Any]) -> Any:
    """Create or change the item where it differs, and return its key."""
    title = article.title[:_TITLE_LENGTH]
    wanted = {
        "question": article.title,
        "answer": _without_heading(article),
        "order": order,
        "enabled": True,
    }
    item = there.get((slugify(article.category), title))
    if item is None:
        category = _category(article.category, queue)
        return KBItem.objects.create(category=category, title=title, **wanted).pk
    if any(getattr(item, name) != value for name, value in wanted.items()):
        KBItem.objects.filter(pk=item.pk).update(**wanted)
    return item.pk


def _without_heading(article: Article) -> str:
    """Return the text without its first heading, which the page shows as the question."""
    first, _, rest = article.text.partition("\n")
    return rest.strip() if first.startswith("# ") else article.text


def _category(name: str, queue: Queue) -> KBCategory:
    title = name.replace("-", " ").replace("_", " ").capitalize()
    category, _ = KBCategory.objects.get_or_create(
        slug=slugify(name),
        defaults={
            "name": title,
            "title": title,
            "description": _DESCRIPTIONS.get(name, ""),
            "queue": queue,
            "public": True,
        },
    )
    return category
