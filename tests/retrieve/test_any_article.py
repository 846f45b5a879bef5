"""Whatever an article looks like, it is split: nothing crashes, nothing visible is lost."""

import re
import time
from typing import Literal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.retrieve.html import html_to_markdown
from services.retrieve.splitter import plain, split
from services.retrieve.tokens import count_tokens

QUICK = settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
_CHARACTERS = st.characters(exclude_characters="\x00", exclude_categories=["Cs"])
_TEXT = st.text(_CHARACTERS, max_size=60)
_NAMES = "p div h1 h2 h6 ul ol li table tr td th pre code a b em br hr img script style svg head"
_MORE = "blockquote details summary iframe object template nav title ŧag"
_TAGS = st.sampled_from([*_NAMES.split(), *_MORE.split()])
_HTML = st.one_of(
    _TEXT,
    _TAGS.map(lambda tag: f"<{tag}>"),
    _TAGS.map(lambda tag: f"</{tag}>"),
    st.tuples(_TAGS, _TEXT).map(lambda pair: f'<{pair[0]} href="{pair[1]}" start="{pair[1]}">'),
    st.sampled_from(
        [
            "<!--",
            "-->",
            "<!DOCTYPE",
            "<![CDATA[",
            "]]>",
            "&#99999999;",
            "&#x110000;",
            "&bogus;",
            "&#0;",
            "<",
            ">",
            "</",
            "<a href=",
            "<?php",
            "<ol start=999999999999999999999999>",
            "<ol start=-1>",
            "\r",
        ]
    ),
)
_MARKDOWN = st.one_of(
    _TEXT,
    st.sampled_from(
        [
            "# ",
            "###### ",
            "\n\n",
            "\n---\n",
            "- ",
            "  - ",
            "1. ",
            "99999999999. ",
            "```\n",
            "~~~",
            "| a | b |\n|---|---|\n",
            "> ",
            "[x](",
            "![",
            "](y)",
            "<div>",
            "**",
            "_",
            "\\",
            "\t",
            "[a]: b\n",
            "&copy;",
            "x" * 500,
            "word " * 300,
        ]
    ),
)


def _joined(pieces: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.lists(pieces, max_size=25).map("".join)


@given(html=_joined(_HTML))
@QUICK
def test_any_html_becomes_markdown_and_parts(html: str) -> None:
    markdown = html_to_markdown(html)
    assert "\x00" not in markdown
    for part in split("Title", html, "html"):
        assert part.text
        assert part.windows
        assert len(part.text_hash) == 64


@given(markdown=_joined(_MARKDOWN))
@QUICK
def test_any_markdown_becomes_parts_that_the_model_can_read(markdown: str) -> None:
    parts = split("Title", markdown, "markdown")
    for part in parts:
        assert all(count_tokens(window) <= 512 for window in part.windows)
    assert [part.text_hash for part in parts] == [
        part.text_hash for part in split("Title", markdown, "markdown")
    ]
    plain(markdown)


@given(words=st.lists(st.from_regex(r"[a-z]{4,9}", fullmatch=True), min_size=1, max_size=600))
@QUICK
def test_no_word_of_a_paragraph_is_lost(words: list[str]) -> None:
    text = " ".join(words)
    found = " ".join(part.text for part in split("Title", f"<p>{text}</p>", "html"))
    assert set(words) <= set(re.findall(r"[a-z]+", found))


_HOSTILE = {
    "open tags": "<div>" * 20_000,
    "open lists": "<ul><li>" * 12_000,
    "almost tags": "<a " * 33_000,
    "almost attributes": "<a b='" * 16_000,
    "almost comments": "<!--" * 25_000,
    "almost ends": "</" * 50_000,
    "cells": "<td>" * 25_000,
    "spaces": (" " * 999 + "x") * 100,
    "references": "&" * 100_000,
    "headings": "# x\n" * 25_000,
    "quotes": "> " * 50_000,
    "brackets": "[" * 100_000,
    "images": "![a](" * 20_000,
    "stars": "*a_" * 33_000,
    "backquotes": "`" * 99_999,
    "table": "|" * 100_000,
    "nested items": "".join(f"{'  ' * (n % 300)}- x\n" for n in range(330)),
}


@pytest.mark.parametrize("format_", ["html", "markdown"])
@pytest.mark.parametrize("name", _HOSTILE)
def test_a_hostile_article_of_100_kb_is_split_in_bounded_time(
    name: str, format_: Literal["html", "markdown"]
) -> None:
    start = time.process_time()
    for part in split("Title", _HOSTILE[name], format_):
        plain(part.text)
    # a second where time grows with the length; what grows with its square takes minutes
    assert time.process_time() - start < 20


def test_a_page_is_read_whatever_encoding_it_names() -> None:
    html = "<meta charset='iso-8859-1'><p>Größe 日本 &#x1F600;</p>"
    assert html_to_markdown(html) == "Größe 日本 😀"
