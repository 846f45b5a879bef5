"""HTML of a help centre as readable Markdown: headings, lists, tables, code and links stay.

lxml reads it: over broken tags Python's own reader takes the square of the length, which is minutes
for 100 kB.
"""

import re
from typing import Any

from lxml import etree

_SKIPPED = {"script", "style", "template", "noscript", "svg", "head", "nav", "iframe", "object"}
_BLOCKS = {
    "address", "article", "aside", "blockquote", "dd", "details", "div", "dl", "dt", "fieldset",
    "figcaption", "figure", "footer", "form", "header", "hr", "main", "ol", "p", "section",
    "summary", "table", "ul",
}  # fmt: skip
_HEADING = re.compile(r"^h([1-6])$")
_MARKER = re.compile(r"\n? *(?:-|\d+\.) ")
_DEEPEST_LIST = 12
_SPACE = re.compile(r"[^\S\n]*\s+")


def html_to_markdown(html: str) -> str:
    """Return the visible text of `html` as Markdown; never fails, whatever the markup is."""
    writer = _Writer()
    target: Any = writer  # the stubs know only targets that take bytes as well
    parser = etree.HTMLParser(target=target, encoding="utf-8", no_network=True, huge_tree=True)
    parser.feed(html.encode("utf-8", "replace"))
    parser.close()
    return writer.markdown()


class _Writer:
    """What lxml tells of the page, as it reads it."""

    def __init__(self) -> None:
        self._out: list[str] = []
        self._skipping = 0
        self._pre = 0
        self._lists: list[int | None] = []  # next number, or None for bullets
        self._links: list[str] = []
        self._cells = 0
        self._heading_rule_due = False

    def close(self) -> None:
        """There is nothing to give back but what `markdown` returns."""

    def markdown(self) -> str:
        lines = "".join(self._out).split("\n")
        text = "\n".join(line.rstrip(" \t") for line in lines)
        return re.sub(r"\n{3,}", "\n\n", text).strip("\n")

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Write what stands for the beginning of an element."""
        if tag == "body":  # ends a head that was left open, as HTML allows
            self._skipping = 0
        if tag in _SKIPPED:
            self._skipping += 1
        if self._skipping:
            return
        if heading := _HEADING.match(tag):
            self._out.append("\n\n" + "#" * int(heading[1]) + " ")
        elif tag in {"ul", "ol"}:
            self._lists.append(1 if tag == "ol" else None)
            self._out.append("\n" if len(self._lists) > 1 else "\n\n")
        elif tag == "li":
            new_line = "" if self._out and self._out[-1].endswith("\n") else "\n"
            self._out.append(new_line + self._item_marker())
        elif tag == "pre":
            self._pre += 1
            self._out.append("\n\n```\n")
        elif tag == "br":
            self._out.append("\n")
        elif tag == "tr":
            self._cells = 0
            self._out.append("\n")
        elif tag in {"td", "th"}:
            self._cells += 1
            self._heading_rule_due |= tag == "th"
            self._out.append("| " if self._cells == 1 else " | ")
        elif tag == "a":
            self._links.append(attributes.get("href", ""))
            self._out.append("[")
        elif tag == "img":
            self._text(attributes.get("alt", ""))
        elif tag in _BLOCKS:
            self._break()

    def end(self, tag: str) -> None:
        """Write what stands for the end of an element."""
        if tag in _SKIPPED:
            self._skipping = max(0, self._skipping - 1)
            return
        if self._skipping:
            return
        if _HEADING.match(tag):
            self._out.append("\n\n")
        elif tag in {"ul", "ol"} and self._lists:
            self._lists.pop()
            self._out.append("\n" if self._lists else "\n\n")
        elif tag == "pre" and self._pre:
            self._pre -= 1
            self._out.append("\n```\n\n")
        elif tag == "tr" and self._cells:
            self._end_row()
        elif tag == "a" and self._links:
            target = self._links.pop()
            self._out.append(f"]({target})" if target else "]")
        elif tag in _BLOCKS:
            self._break()

    def data(self, data: str) -> None:
        """Write text."""
        if not self._skipping:
            self._text(data)

    def _text(self, data: str) -> None:
        if self._pre:
            self._out.append(data)
            return
        text = _SPACE.sub(" ", data)
        if text == " " and (not self._out or self._out[-1].endswith(("\n", " "))):
            return
        self._out.append(text)

    def _break(self) -> None:
        if self._lists and self._out and _MARKER.fullmatch(self._out[-1]):
            return
        # inside an item or a cell a paragraph is part of its line
        self._out.append(" " if self._cells else "\n" if self._lists else "\n\n")

    def _item_marker(self) -> str:
        if not self._lists:
            return "- "
        indent = "  " * min(len(self._lists) - 1, _DEEPEST_LIST)
        number = self._lists[-1]
        if number is None:
            return f"{indent}- "
        self._lists[-1] = number + 1
        return f"{indent}{number}. "

    def _end_row(self) -> None:
        self._out.append(" |")
        if self._heading_rule_due:
            self._out.append("\n" + "| --- " * self._cells + "|")
            self._heading_rule_due = False
        self._cells = 0
