"""Read the help articles: Markdown with front matter, below local/knowledge."""

from dataclasses import dataclass
from pathlib import Path

import yaml

_FENCE = "---\n"


@dataclass(frozen=True)
class Article:
    """One help article."""

    id: str
    title: str
    category: str
    url: str
    locale: str | None
    text: str


def read_article(path: Path) -> Article:
    """Read one file.

    Raises
    ------
    ValueError
        Where the file has no front matter or its front matter no title.
    """
    _, separator, rest = path.read_text(encoding="utf-8").partition(_FENCE)
    front, end, text = rest.partition(f"\n{_FENCE}")
    if not separator or not end:
        raise ValueError(f"{path.name} does not begin with front matter between two lines of ---")
    fields = yaml.safe_load(front) or {}
    if not fields.get("title"):
        raise ValueError(f"{path.name} has no title in its front matter")
    return Article(
        id=str(fields.get("id", path.stem)),
        title=str(fields["title"]),
        category=str(fields.get("category", "general")),
        url=str(fields.get("url", "")),
        locale=fields.get("locale"),
        text=text.strip(),
    )


def read_articles(folder: Path) -> list[Article]:
    """Read all articles below `folder`, files without front matter (a README) aside."""
    files = sorted(folder.rglob("*.md"))
    return [read_article(file) for file in files if file.read_text("utf-8").startswith(_FENCE)]
