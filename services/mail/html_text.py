"""The visible words of an HTML mail, without what it quotes."""

import re

import lxml.html
from lxml.etree import LxmlError
from lxml.html import HtmlElement

_INVISIBLE = {
    "head", "iframe", "map", "noscript", "object", "script", "style", "svg", "template", "title",
}  # fmt: skip
_BLOCKS = {
    "address", "article", "aside", "blockquote", "center", "dd", "div", "dl", "dt", "fieldset",
    "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "ol", "p",
    "pre", "section", "table", "tr", "ul",
}  # fmt: skip
_QUOTE_CLASSES = (
    "gmail_quote",
    "yahoo_quoted",
    "moz-cite-prefix",
    "protonmail_quote",
    "zmail_extra",
)
_QUOTE_FOLLOWS = ("divRplyFwdMsg", "appendonsend", "x_divRplyFwdMsg", "x_appendonsend")
_HIDDEN = re.compile(r"display\s*:\s*none|font-size\s*:\s*0(?![.\d])|visibility\s*:\s*hidden", re.I)
_DEEPEST = 200


def html_to_text(html: str, *, with_quotes: bool) -> str:
    """Return the text of `html`, a line per block; `with_quotes` keeps what it quotes.

    Never fails: what is no HTML comes back without its tags.
    """
    try:
        root = lxml.html.document_fromstring(html.encode("utf-8"), parser=_parser())
    except (LxmlError, ValueError):
        return re.sub(r"<[^>]{0,500}>", " ", html).strip()
    _remove_invisible(root)
    if not with_quotes:
        _remove_quotes(root)
    pieces: list[str] = []
    _write(root, pieces, 0)
    lines = [re.sub(r"[^\S\n]+", " ", line).strip() for line in "".join(pieces).split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _parser() -> lxml.html.HTMLParser:
    return lxml.html.HTMLParser(encoding="utf-8", no_network=True, huge_tree=True)


def _remove_invisible(root: HtmlElement) -> None:
    for element in list(root.iter()):
        seen = isinstance(element.tag, str) and element.tag not in _INVISIBLE
        if not seen or _HIDDEN.search(element.get("style", "")):
            _drop(element)


def _remove_quotes(root: HtmlElement) -> None:
    for element in list(root.iter()):
        if element.getparent() is None:
            continue
        if element.get("id") in _QUOTE_FOLLOWS:
            for later in list(element.itersiblings()):
                _drop(later)
            _drop(element)
        elif _is_quote(element):
            _drop(element)


def _is_quote(element: HtmlElement) -> bool:
    if element.tag == "blockquote" and element.get("type") == "cite":
        return True
    classes = (element.get("class") or "").split()
    return any(name in classes for name in _QUOTE_CLASSES)


def _drop(element: HtmlElement) -> None:
    if element.getparent() is not None:
        element.drop_tree()


def _write(element: HtmlElement, pieces: list[str], depth: int) -> None:
    if depth > _DEEPEST:
        pieces.append(_flat(element.text_content()))
        return
    block = element.tag in _BLOCKS
    if block or element.tag == "br":
        pieces.append("\n")
    if element.tag == "li":
        pieces.append("- ")
    if element.text:
        pieces.append(_flat(element.text))
    for child in element:
        _write(child, pieces, depth + 1)
        if child.tail:
            pieces.append(_flat(child.tail))
    _close(element, pieces, block=block)


def _close(element: HtmlElement, pieces: list[str], *, block: bool) -> None:
    if element.tag in ("td", "th"):
        pieces.append(" ")
    if element.tag == "p" or (block and element.tag.startswith("h")):
        pieces.append("\n")
    if block:
        pieces.append("\n")
    _name_link(element, pieces)


def _name_link(element: HtmlElement, pieces: list[str]) -> None:
    target = element.get("href", "") if element.tag == "a" else ""
    if target.startswith(("http://", "https://")) and target not in element.text_content():
        pieces.append(f" <{target[:500]}>")


def _flat(text: str) -> str:
    return re.sub(r"\s+", " ", text)
