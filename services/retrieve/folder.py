"""A folder of Markdown or HTML files as a help centre."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import yaml

from services.contracts.help_centre import SourceArticle

SUFFIXES: dict[str, Literal["markdown", "html"]] = {
    ".md": "markdown",
    ".markdown": "markdown",
    ".html": "html",
    ".htm": "html",
}
LARGEST_BYTES = 500_000
_FRONT_MATTER = re.compile(r"\A---\r?\n(.*?)\r?\n---\r?\n", re.DOTALL)
_ID = re.compile(rb"^id:[ \t]*([^\s#]+)", re.MULTILINE)
_MARKDOWN_TITLE = re.compile(r"^# +(.+?) *#*$", re.MULTILINE)
_HTML_TITLE = re.compile(r"<(h1|title)\b[^>]*>(.*?)</\1>", re.DOTALL | re.IGNORECASE)
_HTML_LANGUAGE = re.compile(r"<html\b[^>]*\blang=[\"']?([\w-]{2,35})", re.IGNORECASE)
_TAG = re.compile(r"<[^>]+>")


def article_files(folder: Path) -> list[Path]:
    """Return the files below `folder` that are articles, in the order of their ids.

    Links that lead out of the folder, hidden files and READMEs are passed over.
    """
    root = folder.resolve()
    found = [path for path in folder.rglob("*") if _is_article(path, root)]
    return sorted(found, key=lambda path: path.relative_to(folder).as_posix())


def _is_article(path: Path, root: Path) -> bool:
    inside = path.resolve().is_relative_to(root)
    hidden = any(part.startswith(".") for part in path.relative_to(root).parts)
    named = path.suffix.lower() in SUFFIXES and path.stem.lower() != "readme"
    return inside and named and not hidden and path.is_file()


def read_articles(folder: Path, limit: int, offset: int) -> tuple[list[SourceArticle], int]:
    """Return one page of the folder's articles, and how many there are.

    One that cannot be read is there with its `problem`, so that nobody takes it for deleted.
    """
    files = article_files(folder.resolve())
    page = files[offset : offset + limit]
    return [read_article(folder.resolve(), path) for path in page], len(files)


def read_article(folder: Path, path: Path) -> SourceArticle:
    """Read one file: front matter, where there is any, wins over what the text says."""
    fallback = path.relative_to(folder).with_suffix("").as_posix()
    shape = SUFFIXES[path.suffix.lower()]
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise ValueError(f"it is larger than {LARGEST_BYTES} bytes")
        text = path.read_text(encoding="utf-8")
        fields, body = _front_matter(text)
        return SourceArticle(
            id=str(fields.get("id") or fallback),
            title=str(fields.get("title") or _title(body, shape) or fallback),
            text=body.strip(),
            format=shape,
            url=str(fields.get("url") or ""),
            category=fields.get("category"),
            locale=fields.get("locale") or _language(body, shape),
            updated_at=datetime.fromtimestamp(path.stat().st_mtime, UTC),
            problem="" if body.strip() else "it is empty",
        )
    except (ValueError, OSError, yaml.YAMLError) as error:
        return _unreadable(_named(path) or fallback, shape, error)


def _named(path: Path) -> str:
    """Return the id in the front matter of a file that is otherwise unreadable."""
    try:
        found = _ID.search(path.read_bytes()[:2000])
    except OSError:
        return ""
    return found[1].decode("utf-8", "replace").strip("\"' ") if found else ""


def _unreadable(name: str, shape: Literal["markdown", "html"], error: Exception) -> SourceArticle:
    return SourceArticle(
        id=name[:200],
        title=name,
        text="",
        format=shape,
        url="",
        category=None,
        locale=None,
        updated_at=None,
        problem=f"{type(error).__name__}: {str(error)[:200]}",
    )


def _front_matter(text: str) -> tuple[dict[str, Any], str]:
    found = _FRONT_MATTER.match(text)
    if found is None:
        return {}, text
    fields = yaml.safe_load(found[1])
    return (fields if isinstance(fields, dict) else {}), text[found.end() :]


def _title(text: str, shape: str) -> str:
    if shape == "markdown":
        found = _MARKDOWN_TITLE.search(text)
        return found[1].strip() if found else ""
    titles = {match[1].lower(): match[2] for match in _titles(text)}
    return " ".join(_TAG.sub("", titles.get("h1") or titles.get("title", "")).split())


def _titles(text: str) -> Iterator[re.Match[str]]:
    return reversed(list(_HTML_TITLE.finditer(text)))


def _language(text: str, shape: str) -> str | None:
    found = _HTML_LANGUAGE.search(text) if shape == "html" else None
    return found[1] if found else None
