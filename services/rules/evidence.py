"""Which sources a draft really cites: every quote must stand in its source, word for word."""

import re
from dataclasses import dataclass

from services.contracts import Citation, Draft, Evidence
from services.rules.text import visible

_SPACE = re.compile(r"\s+")
_QUOTES = str.maketrans("“”„‟«»‘’‚‛–—‑\u00a0", '""""""\'\'\'\'--- ')
_MIN_LETTERS = 8
_MIN_LETTERS_UNSPACED = 4


@dataclass(frozen=True)
class Source:
    """A document section or a past resolution that was found for the ticket."""

    id: str
    text: str
    similarity: float
    is_correction: bool


@dataclass(frozen=True)
class CitationCheck:
    """The sources whose quotes were found, and what is wrong with the other citations."""

    cited: tuple[Source, ...]
    verbatim: int
    problems: tuple[str, ...]


def sources(evidence: Evidence) -> dict[str, Source]:
    """Everything a draft may cite, by id; a past customer's own words are no source."""
    documents = [
        Source(d.id, f"{d.title}\n{d.section}\n{d.text}\n{d.url}", d.score, False)
        for d in evidence.documents
    ]
    corrections = [
        Source(c.id, c.resolution, c.similarity, is_correction=True) for c in evidence.corrections
    ]
    return {source.id: source for source in [*documents, *corrections]}


def check_citations(draft: Draft, found: dict[str, Source]) -> CitationCheck:
    """Look every quote up in the source it names."""
    spaced = {name: spaces_normalised(source.text) for name, source in found.items()}
    cited: dict[str, Source] = {}
    problems: list[str] = []
    for citation in draft.citations:
        problem = _problem(citation, spaced)
        if problem:
            problems.append(problem)
        else:
            cited[citation.source_id] = found[citation.source_id]
    verbatim = len(draft.citations) - len(problems)
    return CitationCheck(tuple(cited.values()), verbatim, tuple(problems))


def _problem(citation: Citation, spaced: dict[str, str]) -> str | None:
    if citation.source_id not in spaced:
        return f"It cites '{citation.source_id}', which was not found for this ticket."
    quote = spaces_normalised(citation.quote)
    if _too_short(quote):
        return f"The quote “{quote}” is too short to carry anything."
    if quote not in spaced[citation.source_id]:
        return f"The quote “{quote[:80]}” is not in '{citation.source_id}'."
    return None


def _too_short(quote: str) -> bool:
    letters = sum(c.isalnum() for c in quote)
    return letters < (_MIN_LETTERS if quote.isascii() else _MIN_LETTERS_UNSPACED)


def spaces_normalised(text: str) -> str:
    """`text` with single spaces and one kind of quotation mark and dash; its words as they are."""
    return _SPACE.sub(" ", visible(text).translate(_QUOTES)).strip()
