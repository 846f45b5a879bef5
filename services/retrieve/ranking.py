"""Puts the finds of several searches into one order, by their ranks."""

from collections import defaultdict
from collections.abc import Sequence

from services.retrieve.languages import primary
from services.retrieve.store import Candidate


def fuse(
    searches: Sequence[tuple[float, Sequence[Candidate]]], rank_constant: int
) -> list[Candidate]:
    """Return each candidate once, best first, by weighted reciprocal rank fusion.

    `searches` are pairs of weight and finds in order (Cormack et al. 2009).
    """
    scores: defaultdict[str, float] = defaultdict(float)
    found: dict[str, Candidate] = {}
    for weight, candidates in searches:
        for rank, candidate in enumerate(candidates, start=1):
            scores[candidate.id] += weight / (rank_constant + rank)
            found.setdefault(candidate.id, candidate)
    return sorted(found.values(), key=lambda c: (-scores[c.id], -c.similarity, c.id))


def prefer_language(
    candidates: Sequence[Candidate], language: str | None, margin: float
) -> list[Candidate]:
    """Move what the customer can read to the front, unless it speaks much less to the question.

    Much less means: a similarity more than `margin` below the best of all. A document without a
    locale is taken to be in every language.
    """
    wanted = primary(language)
    if wanted is None or not candidates:
        return list(candidates)
    floor = max(candidate.similarity for candidate in candidates) - margin

    def readable(candidate: Candidate) -> bool:
        fits = primary(candidate.locale) in {None, wanted}
        return fits and candidate.similarity >= floor

    return sorted(candidates, key=lambda candidate: not readable(candidate))
