"""Find quotes in the texts they were taken from, to be marked there."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from services.contracts import Draft

_HEADING = re.compile(r"^#{1,6}[ \t]+", re.MULTILINE)
_SAME = str.maketrans({"“": '"', "”": '"', "„": '"', "’": "'", "‘": "'", "–": "-", "—": "-"})


@dataclass(frozen=True)
class Segment:
    """A piece of a text, marked or not."""

    text: str
    marked: bool


@dataclass(frozen=True)
class Source:
    """What the drafter could read: a help section, or a past answer.

    `segments` is None where its text cannot be had any more; `missing` are quotes that are not
    in the text as it is now.
    """

    id: str
    kind: str
    title: str
    url: str
    segments: list[Segment] | None
    quotes: list[str]
    missing: list[str]

    @property
    def cited(self) -> bool:
        """Tell whether the draft quotes it."""
        return bool(self.quotes)


def sources(
    evidence: dict[str, Any], draft: Draft | None, texts: Mapping[str, str]
) -> list[Source]:
    """Return the sources of a draft, the cited ones first; `texts` by the source's id."""
    quotes: dict[str, list[str]] = {}
    for citation in draft.citations if draft else ():
        quotes.setdefault(citation.source_id, []).append(citation.quote)
    found = [_source(kind, item, quotes, texts) for kind, item in _items(evidence)]
    return sorted(found, key=lambda source: not source.cited)


def _items(evidence: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for kind in ("documents", "corrections"):
        items = evidence.get(kind)
        for item in items if isinstance(items, list) else ():
            if isinstance(item, dict):
                yield kind, item


def _source(
    kind: str, item: dict[str, Any], quotes: dict[str, list[str]], texts: Mapping[str, str]
) -> Source:
    source_id = str(item.get("id", ""))
    wanted = list(dict.fromkeys(quotes.get(source_id, [])))
    text = texts.get(source_id)
    spans = {each: find(text, each) for each in wanted} if text is not None else {}
    is_document = kind == "documents"
    return Source(
        id=source_id,
        kind="Help article" if is_document else "Correction",
        title=_title(item) if is_document else str(item.get("summary", "")),
        url=str(item.get("url", ""))
        if is_document
        else f"/corrections/{quote(source_id, safe='')}",
        segments=None if text is None else mark(text, [span for span in spans.values() if span]),
        quotes=wanted,
        missing=[each for each, span in spans.items() if span is None],
    )


def _title(item: dict[str, Any]) -> str:
    parts = [str(item.get(name, "")).strip() for name in ("title", "section")]
    return " · ".join(dict.fromkeys(part for part in parts if part))


def find(text: str, quoted: str) -> tuple[int, int] | None:
    """Return where `quoted` stands; white space and the form of quotation marks do not matter."""
    plain, places = _plain(text)
    wanted = _plain(quoted)[0].strip()
    start = plain.find(wanted) if wanted else -1
    if start < 0:
        return None
    return places[start], places[start + len(wanted) - 1] + 1


def _plain(text: str) -> tuple[str, list[int]]:
    """Return the text with single spaces and plain quotation marks, and each character's place."""
    characters: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text.translate(_SAME)):
        if character.isspace():
            if characters and characters[-1] == " ":
                continue
            character = " "
        characters.append(character)
        places.append(place)
    return "".join(characters), places


def mark(text: str, spans: Iterable[tuple[int, int]]) -> list[Segment]:
    """Cut `text` into pieces, those inside of `spans` marked; spans may overlap."""
    segments: list[Segment] = []
    reached = 0
    for start, end in sorted(spans):
        start = max(start, reached)
        if end <= start:
            continue
        segments += [Segment(text[reached:start], False), Segment(text[start:end], True)]
        reached = end
    segments.append(Segment(text[reached:], False))
    return [_plainer(segment) for segment in segments if segment.text]


def _plainer(segment: Segment) -> Segment:
    """Leave out the signs of Markdown headings: agents read articles, not their source."""
    return segment if segment.marked else Segment(_HEADING.sub("", segment.text), False)
