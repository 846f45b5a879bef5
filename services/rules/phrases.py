"""Find phrases of the rules file in text: by words and their endings, in linear time.

How a phrase is written, so that no programmer is needed:

- `lawyer` also finds "lawyers" and "lawyer's": the usual endings of its language are added;
- `Anwalt*` finds every word that begins so; `=bar` finds exactly that word;
- `charge back` finds "charged back" and "charge-back": the words follow each other;
- `speak/talk to (a) human` has alternatives, and a word that may be missing;
- `reverse ... charge` allows up to four words in between, within one sentence;
- in Japanese and Korean the phrase is found anywhere, for these do not separate words; there too
  `人/どなたか ... 話` has alternatives and a gap (of up to twelve characters).
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice, product

from services.rules.text import fold
from services.rules.unspaced import Steps, compile_steps, occurs, sentences, without

GAP = "..."
MAX_GAP = 4
_UNSPACED = frozenset({"ja", "ko", "zh", "th"})
_TOKEN = re.compile(r"[^\W_]+(?:'[^\W_]+)*|[.!?;:。！？\n][\s.!?;:]*|[%€$£¥#*]")
_PHRASE_PART = re.compile(r"\([^()]+\)|\S+")
_ELIDED = frozenset({"l", "d", "j", "m", "t", "s", "n", "c", "qu"})
"""French words that lose their vowel before the next one ("l'avocat")."""
_ENDINGS: dict[str, tuple[str, ...]] = {
    "de": ("e", "en", "er", "es", "em", "s", "n", "st", "t"),
    "fr": ("s", "e", "es", "x"),
    "es": ("s", "es"),
    "pt": ("s", "es"),
}


class PhraseError(ValueError):
    """A phrase is not written in the way described above."""


@dataclass(frozen=True)
class Word:
    """One place in a phrase: words that fit exactly, and beginnings that fit."""

    exact: frozenset[str]
    prefixes: tuple[str, ...]

    def fits(self, token: str) -> bool:
        """Whether `token` (folded) may stand here."""
        return token in self.exact or (bool(self.prefixes) and token.startswith(self.prefixes))


@dataclass(frozen=True)
class Phrase:
    """A phrase as written and the word sequences (with gaps as None) that it stands for."""

    written: str
    sequences: tuple[tuple[Word | None, ...], ...]
    anywhere: Steps = ()
    """For languages without spaces: what must follow each other in a sentence."""


@dataclass(frozen=True)
class Match:
    """Where a phrase was found: token positions `start` to `end` (exclusive)."""

    phrase: Phrase
    start: int
    end: int
    text: str


@dataclass(frozen=True)
class Tokens:
    """A text cut into folded words; "." stands for the end of a sentence."""

    words: tuple[str, ...]
    folded: str


def tokenize(text: str) -> Tokens:
    """Cut `text` once; every phrase list is then matched against the result."""
    folded = fold(text)
    words = [word for match in _TOKEN.finditer(folded) for word in _token(match.group())]
    return Tokens(tuple(words), folded)


def _token(found: str) -> Iterable[str]:
    if found[0] == "\n":
        # Mails wrap lines inside a sentence; an empty line ends it.
        return (".",) if found.count("\n") > 1 else ()
    if found[0] in ".!?;:。！？":
        return (".",)
    elided, mark, rest = found.partition("'")
    return (elided, rest) if mark and elided in _ELIDED else (found,)


def compile_phrase(written: str, language: str) -> Phrase:
    """Read one phrase of the rules file; raises `PhraseError` saying what is wrong."""
    if language in _UNSPACED:
        steps = compile_steps(written, GAP)
        if steps is None:
            raise PhraseError("must begin and end with a word")
        return Phrase(written, (), steps)
    parts = _PHRASE_PART.findall(written.strip())
    if not parts or parts[0] == GAP or parts[-1] == GAP:
        raise PhraseError("must begin and end with a word")
    choices = [_part(part, language) for part in parts]
    sequences = {tuple(w for option in way for w in option) for way in product(*choices)}
    if any(not sequence or sequence[0] is None for sequence in sequences):
        raise PhraseError("needs one word that may not be missing, before any '...'")
    return Phrase(written, tuple(sequences))


def _part(part: str, language: str) -> list[tuple[Word | None, ...]]:
    if part == GAP:
        return [(None,)]
    if part.startswith("("):
        if "/" in part and " " in part:
            raise PhraseError(f"'{part}': alternatives in brackets are single words")
        inner = [
            way
            for words in product(*(_part(p, language) for p in part[1:-1].split()))
            for way in [tuple(w for option in words for w in option)]
        ]
        return [(), *inner]
    exact: set[str] = set()
    prefixes: set[str] = set()
    runs: list[tuple[Word | None, ...]] = []
    for option in part.split("/"):
        tokens = tokenize(option.strip("=*")).words
        if not tokens:
            raise PhraseError(f"'{part}' holds no word")
        if len(tokens) > 1:
            runs.append(tuple(_word(t, language) for t in tokens))
        elif option.endswith("*"):
            prefixes.add(tokens[0])
        else:
            exact |= {tokens[0]} if option.startswith("=") else inflections(tokens[0], language)
    if exact or prefixes:
        runs.append((Word(frozenset(exact), tuple(sorted(prefixes))),))
    return runs


def _word(token: str, language: str) -> Word:
    return Word(frozenset(inflections(token, language)), ())


def inflections(word: str, language: str) -> frozenset[str]:
    """`word` with the regular endings of `language`."""
    if len(word) < 3 or not word.isalpha():
        return frozenset({word})
    if language == "en":
        return frozenset(_english(word))
    return frozenset({word, *(word + ending for ending in _ENDINGS.get(language, ()))})


def _english(word: str) -> Iterable[str]:
    stems = {word}
    if word.endswith("e"):
        yield from (word[:-1] + "ing", word + "d", word + "r", word + "rs")
    elif word.endswith("y") and word[-2] not in "aeiou":
        yield from (word[:-1] + "ies", word[:-1] + "ied")
        stems.add(word)
    elif word.endswith(("s", "x", "z", "ch", "sh")):
        yield word + "es"
    elif _doubles(word):
        yield from (word + word[-1] + "ed", word + word[-1] + "ing")
    for stem in stems:
        yield from (stem, stem + "s", stem + "'s", stem + "s'", stem + "ed", stem + "ing")


def _doubles(word: str) -> bool:
    return (
        len(word) <= 6
        and word[-1] in "bdgklmnprt"
        and word[-2] in "aeiou"
        and word[-3] not in "aeiou"
    )


class PhraseList:
    """Phrases of all languages of one word list, and phrases that take words out first."""

    def __init__(self, phrases: Sequence[Phrase], exceptions: Sequence[Phrase] = ()) -> None:
        self._phrases = _Index(phrases)
        self._exceptions = _Index(exceptions)

    def find(self, tokens: Tokens) -> Match | None:
        """The first phrase that occurs outside every exception, or None."""
        return next(iter(self.find_all(tokens, limit=1)), None)

    def find_all(self, tokens: Tokens, limit: int = 50) -> list[Match]:
        """Up to `limit` phrases that occur outside every exception, in the text's order."""
        excepted: set[int] = set()
        for match in self._exceptions.matches(tokens):
            excepted.update(range(match.start, match.end))
        found: list[Match] = []
        for match in self._phrases.matches(tokens):
            if excepted.isdisjoint(range(match.start, match.end)):
                found.append(match)
                if len(found) >= limit:
                    return found
        return found + self._unspaced(tokens, limit - len(found))

    def _unspaced(self, tokens: Tokens, limit: int) -> list[Match]:
        if not (self._phrases.anywhere and limit > 0) or tokens.folded.isascii():
            return []
        texts = sentences(tokens.folded)
        for exception in self._exceptions.anywhere:
            texts = [without(text, exception.anywhere) for text in texts]
        hits = (
            phrase
            for phrase in self._phrases.anywhere
            if any(occurs(text, phrase.anywhere) for text in texts)
        )
        return [Match(p, 0, 0, p.written) for p in islice(hits, limit)]


class _Index:
    """Phrases by the word they can begin with, so that most words of a text are looked up once."""

    def __init__(self, phrases: Sequence[Phrase]) -> None:
        self.anywhere = [phrase for phrase in phrases if phrase.anywhere]
        self._exact: dict[str, list[tuple[Phrase, tuple[Word | None, ...]]]] = {}
        self._prefix: dict[str, list[tuple[Phrase, tuple[Word | None, ...]]]] = {}
        for phrase in phrases:
            for sequence in phrase.sequences:
                first = sequence[0]
                assert first is not None
                for word in first.exact:
                    self._exact.setdefault(word, []).append((phrase, sequence))
                for prefix in first.prefixes:
                    self._prefix.setdefault(prefix[:3], []).append((phrase, sequence))

    def matches(self, tokens: Tokens) -> Iterable[Match]:
        """Every occurrence, in the text's order."""
        words = tokens.words
        for start, word in enumerate(words):
            candidates = self._exact.get(word, ())
            by_prefix = self._prefix.get(word[:3], ())
            for phrase, sequence in (*candidates, *by_prefix):
                end = _follow(words, start, sequence)
                if end is not None:
                    yield Match(phrase, start, end, " ".join(words[start:end]))


def _follow(words: Sequence[str], start: int, sequence: Sequence[Word | None]) -> int | None:
    """Where `sequence` ends when it begins at `start`, or None where it does not fit."""
    position = start
    for index, wanted in enumerate(sequence):
        if wanted is None:
            return _follow_gap(words, position, sequence[index:])
        if position >= len(words) or not wanted.fits(words[position]):
            return None
        position += 1
    return position


def _follow_gap(words: Sequence[str], start: int, rest: Sequence[Word | None]) -> int | None:
    """As `_follow`, from the first gap on: every place where the next word may be is kept."""
    positions = {start}
    for wanted in rest:
        if wanted is None:
            positions = {p + g for p in positions for g in _gaps(words, p)}
        else:
            positions = {p + 1 for p in positions if p < len(words) and wanted.fits(words[p])}
        if not positions:
            return None
    return max(positions)


def _gaps(words: Sequence[str], position: int) -> Iterable[int]:
    for length in range(MAX_GAP + 1):
        yield length
        if position + length >= len(words) or words[position + length] == ".":
            return
