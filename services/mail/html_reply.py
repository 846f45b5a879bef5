"""A reply as simple HTML: paragraphs, lists and links, nothing that loads or runs."""

import re

from markdown_it import MarkdownIt

_ADDRESS = re.compile(r"(?<![<\[A-Za-z0-9_])(?<!\]\()https?://[!-;=?-~\u00c0-\u024f]+")
"""Accented letters are part of an address; Japanese follows one without a space."""
_TIMES = re.compile(r"<https?://[^<>\s]*>|\]\([^()\s]*|(?<=\d)\*(?=\d)")
_STAR = "\ue000"
_END_OF_SENTENCE = ".,;:!?'\"*_"
_HTML = (
    '<!doctype html>\n<html>\n<head><meta charset="utf-8"></head>\n'
    '<body dir="auto">\n{body}</body>\n</html>\n'
)


def as_html(text: str) -> str:
    """Return a reply as an HTML document; what looks like HTML in it stays text.

    Links lead to web and mail addresses only. There are no pictures, styles or scripts.
    """
    read = MarkdownIt("zero", {"html": False, "breaks": True})
    read.enable(["list", "emphasis", "link", "autolink", "newline"])
    read.validateLink = _leads_somewhere  # type: ignore[method-assign]
    linked = _ADDRESS.sub(_as_link, text)
    # 30*40*5 cm is no emphasis
    marked = _TIMES.sub(lambda found: _STAR if found[0] == "*" else found[0], linked)
    return _HTML.format(body=read.render(marked).replace(_STAR, "*"))


def _leads_somewhere(url: str) -> bool:
    return url.strip().lower().startswith(("https://", "http://", "mailto:"))


def _as_link(found: re.Match[str]) -> str:
    """Mark a bare address as a link; what ends the sentence after it is no part of it."""
    url = found[0].rstrip(_END_OF_SENTENCE)
    while url.endswith(")") and url.count(")") > url.count("("):
        url = url[:-1].rstrip(_END_OF_SENTENCE)
    return f"<{url}>{found[0][len(url) :]}"
