"""A folder of files as a help centre: what counts as an article, and what cannot be read."""

import os
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from services.contracts.help_centre import SourceArticle
from services.retrieve.folder import article_files, read_articles
from services.retrieve.settings import RetrieveSettings


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def only(folder: Path) -> SourceArticle:
    [article], total = read_articles(folder, 10, 0)
    assert total == 1
    return article


def test_front_matter_wins(tmp_path: Path) -> None:
    front = (
        "id: wifi\ntitle: Connect\nurl: https://help.example/wifi\ncategory: technical\nlocale: de"
    )
    write(tmp_path, "a.md", f"---\n{front}\n---\n\n# Another title\n\nHold the button.\n")
    article = only(tmp_path)
    assert (article.id, article.title, article.locale) == ("wifi", "Connect", "de")
    assert (article.category, article.url) == ("technical", "https://help.example/wifi")
    assert (article.text, article.format) == ("# Another title\n\nHold the button.", "markdown")
    assert article.problem == ""


def test_without_front_matter_the_text_says_it(tmp_path: Path) -> None:
    write(tmp_path, "guides/wifi.md", "# Connect the hub #\n\nHold the button.")
    article = only(tmp_path)
    assert (article.id, article.title) == ("guides/wifi", "Connect the hub")


def test_html_is_an_article_too(tmp_path: Path) -> None:
    page = "<html lang='fr-CA'><title>Site</title><h1>Le <b>hub</b></h1><p>Bonjour.</p>"
    write(tmp_path, "hub.HTML", page)
    article = only(tmp_path)
    assert (article.title, article.format, article.locale) == ("Le hub", "html", "fr-CA")


def test_what_is_no_article_is_passed_over(tmp_path: Path) -> None:
    inside, outside = tmp_path / "in", write(tmp_path, "secret.md", "# Secret")
    write(inside, "kept.md", "# Kept")
    for name in ("README.md", ".hidden.md", ".git/x.md", "picture.png", "corrections.yaml"):
        write(inside, name, "# No")
    os.symlink(outside, inside / "link.md")
    assert [path.name for path in article_files(inside)] == ["kept.md"]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"\xff\xfe\x00", "UnicodeDecodeError"),
        (b"---\na: [\n---\ntext", "ParserError"),
        (b"---\nlocale: 7\n---\ntext", "ValidationError"),
        (b"# x\n" + b"x" * 500_001, "larger than"),
        (b"---\ntitle: Nothing\n---\n", "empty"),
        (b"A\x00B", "ValidationError"),
    ],
)
def test_what_cannot_be_read_is_listed_with_its_problem(
    tmp_path: Path, content: bytes, problem: str
) -> None:
    (tmp_path / "broken.md").write_bytes(content)
    article = only(tmp_path)
    assert article.id == "broken"
    assert problem in article.problem


def test_an_unreadable_article_keeps_its_name(tmp_path: Path) -> None:
    """Else it would be taken for gone."""
    (tmp_path / "a.md").write_bytes(b"---\nid: wifi\ntitle: Connect\n---\n\xff")
    assert only(tmp_path).id == "wifi"


async def test_it_is_read_page_by_page(
    app: FastAPI, http: httpx.AsyncClient, tmp_path: Path
) -> None:
    for number in range(5):
        write(tmp_path, f"{number}.md", f"# {number}")
    app.state.settings = RetrieveSettings(help_folder=tmp_path)
    seen, offset = [], 0
    while offset is not None:
        page = (
            await http.get("/help-folder/articles", params={"limit": 2, "offset": offset})
        ).json()
        seen += [article["id"] for article in page["articles"]]
        offset = page["next_offset"]
    assert seen == ["0", "1", "2", "3", "4"]


async def test_no_folder_is_a_clear_error(app: FastAPI, http: httpx.AsyncClient) -> None:
    for folder in (None, Path("/nowhere/at/all")):
        app.state.settings = RetrieveSettings(help_folder=folder)
        answer = await http.get("/help-folder/articles")
        assert (answer.status_code, answer.json()["code"]) == (404, "no_help_folder")
