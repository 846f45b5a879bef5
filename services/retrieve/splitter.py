"""Splits a help article into parts of 200–400 tokens, along its sections where that is possible."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from services.retrieve.blocks import Unit, units, without_front_matter
from services.retrieve.html import html_to_markdown
from services.retrieve.tokens import count_tokens

MIN_TOKENS = 200
MAX_TOKENS = 400
WINDOW_TOKENS = 180
"""Leaves room for title and section in the 256 tokens that the local model reads."""
_TITLE_TOKENS = 35
_MARGIN = 10
_LINK = re.compile(r"!?\[([^\]\[]*)\]\([^()\s]*(?:\s+\"[^\"]*\")?\)")
_MARKUP = re.compile(r"^[\s:|-]+$|[*_`#>|]+|^\s*[-+]\s+", re.MULTILINE)


@dataclass(frozen=True)
class Part:
    """One part of an article: what is shown (`text`), and what is embedded (`windows`)."""

    section: str
    text: str
    windows: tuple[str, ...]

    @property
    def text_hash(self) -> str:
        """Identifies everything that is embedded."""
        return hashlib.sha256("\x1f".join(self.windows).encode()).hexdigest()


def split(title: str, text: str, format_: Literal["markdown", "html"]) -> list[Part]:
    """Return the parts of an article in order; none where it has no visible text.

    No part has more than 400 tokens, the title included; only the last, or a whole article that
    is shorter, has fewer than 200.
    """
    markdown = html_to_markdown(text) if format_ == "html" else without_front_matter(text)
    budget = MAX_TOKENS - _MARGIN - count_tokens(_short(title))
    groups = _grouped(units(markdown, title), budget)
    parts = [_part(title, markdown, group) for group in groups]
    return [part for part in parts if part.text]


def _grouped(all_units: Sequence[Unit], budget: int) -> list[list[Unit]]:
    groups: list[list[Unit]] = []
    for unit in all_units:
        if not groups or _closes(groups[-1], unit, all_units, budget):
            groups.append([])
        groups[-1].append(unit)
    if len(groups) > 1 and _tokens(groups[-1]) < MIN_TOKENS:
        last = groups.pop()
        if _tokens([*groups[-1], *last]) <= budget:
            groups[-1] += last
        else:
            groups.append(last)
    return groups


def _closes(group: list[Unit], unit: Unit, all_units: Sequence[Unit], budget: int) -> bool:
    """Whether the part ends before `unit`: it is full, or long enough and a section begins."""
    tokens = _tokens(group)
    if tokens + unit.tokens + _extra(unit) > budget:
        return True
    return tokens >= MIN_TOKENS and unit.section != group[-1].section


def _tokens(group: Sequence[Unit]) -> int:
    return sum(unit.tokens for unit in group) + _extra(group[0])


def _extra(unit: Unit) -> int:
    return count_tokens(unit.before) + count_tokens(unit.after)


def _part(title: str, markdown: str, group: list[Unit]) -> Part:
    return Part(
        section=_section(group),
        text=_text(markdown, group),
        windows=tuple(_windows(title, markdown, group)),
    )


def _text(markdown: str, group: Sequence[Unit]) -> str:
    body = markdown[group[0].start : group[-1].end].strip("\n").rstrip()
    return f"{group[0].before}{body}{group[-1].after}" if body.strip() else ""


def _section(group: Sequence[Unit]) -> str:
    names = dict.fromkeys(" > ".join(unit.heading) for unit in group if unit.heading)
    return " · ".join(names)[:300]


def _windows(title: str, markdown: str, group: Sequence[Unit]) -> list[str]:
    """Return the texts to embed: along the sections, as long as the local model can read."""
    runs: list[list[Unit]] = []
    for unit in group:
        new_section = bool(runs) and unit.section != runs[-1][-1].section
        if not runs or new_section or _tokens([*runs[-1], unit]) > WINDOW_TOKENS:
            runs.append([])
        runs[-1].append(unit)
    return [_window(title, markdown, run) for run in runs]


def _window(title: str, markdown: str, run: Sequence[Unit]) -> str:
    heading = _short(" > ".join(run[0].heading))
    body = plain(markdown[run[0].start : run[-1].end])
    return "\n".join(line for line in (_short(title), heading, body) if line)


def plain(markdown: str) -> str:
    """Return Markdown as the words a reader sees, for comparing by meaning."""
    text = _MARKUP.sub(" ", _LINK.sub(r"\1", markdown))
    return "\n".join(line for line in (" ".join(row.split()) for row in text.split("\n")) if line)


def _short(text: str) -> str:
    """Cut a heading that would leave no room for the text under it."""
    words = text.split()
    short = " ".join(words[:_TITLE_TOKENS])[: 4 * _TITLE_TOKENS]
    while count_tokens(short) > _TITLE_TOKENS:
        short = short[: len(short) * 3 // 4]
    return short
