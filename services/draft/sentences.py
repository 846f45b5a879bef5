"""Split a Markdown section into the pieces that can be quoted: sentences and list items."""

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

_LIST_ITEM = re.compile(r"^\s*(?:[-*+]|\d+[.)])\s+")
_HEADING = re.compile(r"^\s*#{1,6}\s")
_MARKS = (
    (re.compile(r"!?\[([^\]\[]*)\]\(([^()\s]+)[^()]*\)"), r"\1 (\2)"),
    (re.compile(r"(\*\*|__|`)(.+?)\1"), r"\2"),
    (re.compile(r"(?<![\w*])\*(?! )([^*\n]+)(?<! )\*(?![\w*])"), r"\1"),
)


@cache
def _sentencizer() -> Any:
    import spacy

    pipeline = spacy.blank("xx")
    pipeline.add_pipe("sentencizer")
    return pipeline


@dataclass(frozen=True)
class Part:
    """What stands under one heading: its sentences and list items in order, each verbatim."""

    heading: str
    pieces: tuple[str, ...]


def parts(text: str) -> list[Part]:
    """`text` divided at its headings; what stands before the first has the heading ""."""
    found: list[Part] = []
    heading, lines = "", list[str]()
    for line in [*text.splitlines(), "# "]:
        if not _HEADING.match(line):
            lines.append(line)
            continue
        if inside := pieces("\n".join(lines)):
            found.append(Part(heading, tuple(inside)))
        heading, lines = line.lstrip("# ").strip(), []
    return found


def pieces(text: str) -> list[str]:
    """Sentences and list items of `text` in order, each verbatim; headings are left out."""
    found: list[str] = []
    for paragraph in re.split(r"\n\s*\n", text):
        prose: list[str] = []
        for line in paragraph.splitlines():
            if _LIST_ITEM.match(line) or line.lstrip().startswith("|"):
                found += [*_sentences("\n".join(prose)), line.strip()]
                prose = []
            elif not _HEADING.match(line):
                prose.append(line)
        found += _sentences("\n".join(prose))
    return found


def _sentences(prose: str) -> list[str]:
    if not prose.strip():
        return []
    return [s.text.strip() for s in _sentencizer()(prose).sents if s.text.strip()]


def is_list_item(piece: str) -> bool:
    """Whether a piece belongs to a list."""
    return bool(_LIST_ITEM.match(piece))


def plain(piece: str) -> str:
    """A piece as a customer reads it: without Markdown marks, on one line."""
    for pattern, replacement in _MARKS:
        piece = pattern.sub(replacement, piece)
    return re.sub(r"\s+", " ", piece).strip()
