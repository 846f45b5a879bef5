"""One sentence for the list: the one of the resolution that says most, taken as it is."""

import re
from collections.abc import Sequence

from services.common.ticket_text import clean_message

_SENTENCE = re.compile(r"(?<=[^\d\s][.!?…])\s+|(?<=[。！？])|\n+")
_GREETING = re.compile(
    r"^(?:hi|hello|hey|dear|good (?:morning|afternoon|evening)|hallo|guten (?:tag|morgen)"
    r"|liebe[r]?|sehr geehrte[r]?|bonjour|cher|chère|hola|buenos días|estimad[oa]|olá)\b"
    r"[^.!?]{0,40}[,.!]?$",
    re.IGNORECASE,
)
_COURTESY = re.compile(
    r"^(?:thanks?|thank you|sorry|we(?:'re| are) sorry|i(?:'m| am) sorry|i hope|hope this"
    r"|(?:please )?let (?:us|me) know|feel free|if you have any|best|kind"
    r"|vielen dank|danke|merci|gracias|obrigad)",
    re.IGNORECASE,
)
MAX_CANDIDATES = 20
MAX_CHARACTERS = 240


def sentences(resolution: str) -> list[str]:
    """Return the sentences a summary may be, without greetings; at least one, courtesies last."""
    lines = [line.strip(" \t-*•>#") for line in _SENTENCE.split(clean_message(resolution))]
    found = [line for line in lines if line and not _GREETING.match(line)]
    telling = [line for line in found if not _COURTESY.match(line)]
    return (telling or found or [clean_message(resolution)])[:MAX_CANDIDATES]


def choose(
    candidates: Sequence[str],
    vectors: Sequence[Sequence[float]],
    question: Sequence[float],
    resolution: Sequence[float],
) -> str:
    """Return the candidate nearest to both question and resolution, cut at 240 characters.

    All vectors are of unit length and of the same model.
    """

    def nearness(index: int) -> float:
        pairs = zip(vectors[index], question, resolution, strict=True)
        return sum(value * (asked + said) for value, asked, said in pairs)

    return shortened(candidates[max(range(len(candidates)), key=nearness)])


def shortened(sentence: str) -> str:
    """Cut a long sentence at a word and mark the cut."""
    sentence = " ".join(sentence.split())
    if len(sentence) <= MAX_CHARACTERS:
        return sentence
    cut = sentence[: MAX_CHARACTERS - 1]
    return (cut.rsplit(" ", 1)[0] or cut).rstrip(" ,;:") + "…"
