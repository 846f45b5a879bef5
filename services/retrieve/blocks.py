"""The units a help article is made of: verbatim slices of its Markdown that are never cut further.

The slices follow each other without gaps, so parts made of them lose nothing.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.token import Token

from services.retrieve.tokens import TokenMap, count_tokens

UNIT_TOKENS = 90
_UNIT_CHARACTERS = 1_500
_FRONT_MATTER = re.compile(r"\A\s*?(---|\+\+\+)[ \t]*\n.*?\n\1[ \t]*(?:\n|\Z)", re.DOTALL)
_LINE_END = re.compile(r"\n")
# not after "16.": that is an item's number
_SENTENCE_END = re.compile(r"(?<=[^\d\s][.!?…])[\"')\]]*\s+|(?<=[。！？])|\n")
_WORD_END = re.compile(r"\s+|(?<=[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af])")
_PARSER = MarkdownIt("commonmark", {"maxNesting": 20}).enable("table")


@dataclass(frozen=True)
class Unit:
    """A slice of the article: `start` to `end` in its Markdown, `tokens` long.

    `before` and `after` must stand around a part that begins or ends inside the unit's table or
    code block, so that it can be read by itself.
    """

    start: int
    end: int
    tokens: int
    heading: tuple[str, ...]
    section: int
    before: str = ""
    after: str = ""


def without_front_matter(markdown: str) -> str:
    """Return the article without YAML or TOML metadata at its top."""
    text = markdown.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff")
    return _FRONT_MATTER.sub("", text, count=1)


def units(markdown: str, title: str) -> list[Unit]:
    """Return the units of `markdown` in order; a heading belongs to the unit that follows it.

    A heading that repeats `title` names no section.
    """
    return list(_Reader(markdown, title).units())


class _Reader:
    def __init__(self, markdown: str, title: str) -> None:
        self._text = markdown
        self._title = title.strip().casefold()
        self._map = TokenMap(markdown)
        self._headings: list[tuple[int, str]] = []
        self._section = 0
        lines = markdown.split("\n")
        self._line_starts = [0]
        for line in lines:
            self._line_starts.append(min(len(markdown), self._line_starts[-1] + len(line) + 1))

    def units(self) -> Iterator[Unit]:
        tokens = _PARSER.parse(self._text)
        tops = [(i, token) for i, token in enumerate(tokens) if token.level == 0 and token.map]
        starts = [self._start(token) for _, token in tops] + [len(self._text)]
        start = 0  # what no block covers (link definitions) stays with the block before
        for (index, token), end in zip(tops, starts[1:], strict=True):
            if token.type == "heading_open":
                self._enter(token, tokens[index + 1].content)
            else:
                yield from self._block(token, start, end)
                start = end
        if self._text[start:].strip():
            yield from self._sliced(start, len(self._text), _LINE_END)

    def _start(self, token: Token) -> int:
        assert token.map is not None
        return self._line_starts[token.map[0]]

    def _enter(self, token: Token, name: str) -> None:
        level = int(token.tag[1])
        self._headings = [item for item in self._headings if item[0] < level]
        self._section += 1
        if name.strip() and name.strip().casefold() != self._title:
            self._headings.append((level, " ".join(name.split())))

    def _block(self, token: Token, start: int, end: int) -> Iterator[Unit]:
        if self._fits(start, end):
            yield self._unit(start, end)
        elif token.type == "table_open":
            head = self._text[self._start(token) : end].split("\n")[:2]
            yield from self._sliced(start, end, _LINE_END, before="\n".join(head) + "\n")
        elif token.type == "fence":
            before, after = f"{token.markup}{token.info}\n", f"\n{token.markup}"
            yield from self._sliced(start, end, _LINE_END, before=before, after=after)
        else:
            cut = _SENTENCE_END if token.type == "paragraph_open" else _LINE_END
            yield from self._sliced(start, end, cut)

    def _sliced(
        self, start: int, end: int, cut: re.Pattern[str], before: str = "", after: str = ""
    ) -> Iterator[Unit]:
        """Yield units that end where `cut` allows, joined up to UNIT_TOKENS."""
        if count_tokens(before) > UNIT_TOKENS // 2 or len(before) > _UNIT_CHARACTERS:
            before = after = ""
        pieces = list(self._pieces(start, end, cut))
        first = begin = start
        for index, piece_end in enumerate(pieces):
            following = pieces[index + 1] if index + 1 < len(pieces) else None
            if following is None or not self._fits(begin, following):
                inside = begin > first
                yield self._unit(
                    begin,
                    piece_end,
                    before if inside else "",
                    after if following is not None else "",
                )
                begin = piece_end

    def _pieces(self, start: int, end: int, cut: re.Pattern[str]) -> Iterator[int]:
        """Yield where each piece ends; one too long for a unit is cut finer."""
        begin = start
        for match in [*cut.finditer(self._text, start, end), None]:
            stop = match.end() if match else end
            if stop <= begin:
                continue
            if self._fits(begin, stop):
                yield stop
            elif cut is not _WORD_END:
                finer = _SENTENCE_END if cut is _LINE_END else _WORD_END
                yield from self._pieces(begin, stop, finer)
            else:
                yield from range(begin + UNIT_TOKENS, stop, UNIT_TOKENS)
                yield stop
            begin = stop

    def _fits(self, start: int, end: int) -> bool:
        return end - start <= _UNIT_CHARACTERS and self._map.count(start, end) <= UNIT_TOKENS

    def _unit(self, start: int, end: int, before: str = "", after: str = "") -> Unit:
        heading = tuple(name for _, name in self._headings)
        tokens = self._map.count(start, end)
        return Unit(start, end, tokens, heading, self._section, before, after)
