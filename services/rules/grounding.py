"""What a reply says that no source does, and above all what it says because the ticket wants it.

Numbers, links and promises are looked at elsewhere (`claims`); this is about words. A model that is
talked into saying something says it with words of the ticket that stand in no source.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import yaml

from services.common.embeddings.local import MODEL_FOLDER
from services.common.redaction.names import find_names
from services.contracts import Author, CheckDraftRequest
from services.rules.evidence import Source
from services.rules.injection_hidden import hidden_parts
from services.rules.text import MAX_READ, fold, visible

_CONNECTING_FILE = Path(__file__).with_name("connecting_words.yaml")
_WORD = re.compile(r"(?=[\w-]{0,60}\d)[^\W_]+(?:[-_][^\W_]+)*|[^\W\d_]+(?:['’][^\W\d_]+)?")
"""A word, or a token with a digit in it as one: an order's number, a code."""
_CJK = re.compile("[\u1100-\u11ff\u3040-\u30ff\u3130-\u318f\u3400-\u9fff\uac00-\ud7af]")
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
_ASKS_FOR_WORDS = re.compile(
    r"\b(?:say|says|saying|write|writes|reply|replies|answer|answers|respond|response|include|includes|insert|add"
    r"|append|mention|mentions|mentioned|print|output|repeat|state|tell|confirm|begin|start|end|finish|sign|put|use|quote"
    r"|spell|translate|word|words|phrase|sentence|message|text|schreib\w*|sag|sage|sagen|antwort\w*|erwahn\w*"
    r"|erganz\w*|wort\w*|satz\w*|ecri\w*|repon\w*|mentionn\w*|ajout\w*|mot|mots|phrase|escrib\w*|responde\w*"
    r"|respuesta|menciona\w*|anade\w*|palabra\w*|frase\w*|escrev\w*|resposta|mencion\w*|palavra\w*)\b"
)
"""Said in a sentence of the ticket, its words are words that the customer may want to be said."""
_RUN = 4
_NEAR = 4
_LONG_NUMBER = 5
_LONG = 4
_STEM = 5
_TELLING = 2
_SHOWN = 60


@dataclass(frozen=True)
class Words:
    """Word lists: what connects, by language, and what is an everyday word of English."""

    connecting: dict[str, frozenset[str]]
    everyday: frozenset[str]

    @property
    def all_connecting(self) -> frozenset[str]:
        """Of all languages together."""
        return frozenset().union(*self.connecting.values())


@lru_cache(maxsize=1)
def load_words() -> Words:
    """Read both lists; the everyday words are those that the encoder's vocabulary holds whole."""
    lists = yaml.safe_load(_CONNECTING_FILE.read_text("utf-8"))
    tokenizer = json.loads((MODEL_FOLDER / "tokenizer.json").read_text("utf-8"))
    whole = {word for word in tokenizer["model"]["vocab"] if len(word) > 2 and word.isalpha()}
    connecting = {tag: frozenset(words.split()) for tag, words in lists.items()}
    return Words(connecting, frozenset(whole))


class Grounding:
    """One reply beside its ticket and all that was found for it."""

    def __init__(self, request: CheckDraftRequest, found: Iterable[Source]) -> None:
        self._words = load_words()
        self._connecting = self._words.all_connecting
        ticket = request.ticket
        earlier = [turn.body for turn in ticket.thread if turn.author is Author.CUSTOMER]
        texts = [ticket.subject, ticket.body, *earlier]
        self._asked_text = "\n".join(texts)[:MAX_READ]
        hidden = "\n".join(hidden_parts(self._asked_text))[:MAX_READ]
        self._asked_text = f"{visible(self._asked_text)}\n{hidden}"
        self._asked = set(_read(self._asked_text))
        self._reply = visible(request.draft.reply)
        sources = [source.text[:MAX_READ] for source in found]
        self._source_words = [list(_read(text)) for text in sources]
        self._known = set().union(*self._source_words)
        self._stems = {word[:_STEM] for word in self._known if len(word) > _STEM}
        self._customer = set(_read(ticket.requester.name or ""))
        self._named = {
            word
            for span in find_names(self._asked_text)
            for word in _read(self._asked_text[span.start : span.end])
        }

    def problems(self) -> Iterator[str]:
        """What speaks against sending the reply unseen, in words for the agent."""
        translated = self._is_translated()
        if word := self._unusual_echo(codes_only=translated):
            yield f"The reply says “{word}”, which the ticket has and no source."
        if run := self._echoed_run():
            yield f"The reply repeats “{run[:_SHOWN]}” from the ticket; no source says it."
        if word := self._wanted():
            yield f"The ticket asks for a wording, and the reply has its “{word}”."
        if word := self._inserted():
            yield f"The reply puts “{word}” of the ticket into a sentence of a source."
        if not translated and (sentence := self._ungrounded()):
            yield f"No source has the words of “{sentence[:_SHOWN]}”."

    def _is_foreign(self, word: str) -> bool:
        """Whether neither a source nor the language itself accounts for the word."""
        if _is_code(word):
            return word not in self._known
        if len(word) < 3 or word in self._connecting or word in self._known:
            return False
        return word not in self._customer and word[:_STEM] not in self._stems

    def _echoes(self, text: str) -> list[str]:
        return [word for word in _read(text) if word in self._asked and self._is_foreign(word)]

    def _body(self) -> str:
        """The reply without the name it greets, where that is one the ticket is signed with."""
        greeting, separator, rest = self._reply.strip().partition("\n")
        words = [word for word in _read(greeting) if self._is_foreign(word)]
        if len(greeting) < _SHOWN and words and set(words) <= self._named:
            return rest
        return f"{greeting}{separator}{rest}"

    def _unusual_echo(self, *, codes_only: bool) -> str | None:
        for word in self._echoes(self._body()):
            if _is_code(word) or not (codes_only or word in self._words.everyday):
                return word
        return None

    def _echoed_run(self) -> str | None:
        asked = set(_runs(list(_read(self._asked_text))))
        known = {run for words in self._source_words for run in _runs(words)}
        for run in _runs(list(_read(self._body()))):
            telling = any(len(word) >= _LONG and self._is_foreign(word) for word in run)
            if telling and run in asked and run not in known:
                return " ".join(run)
        return None

    def _wanted(self) -> str | None:
        sentences = _SENTENCE.split(self._asked_text)
        demands = [text for text in sentences if _ASKS_FOR_WORDS.search(fold(text))]
        wanted = {word for text in demands for word in _read(text)}
        return next((word for word in self._echoes(self._body()) if word in wanted), None)

    def _inserted(self) -> str | None:
        """A word of the ticket between two that follow each other in a source."""
        pairs = {pair for words in self._source_words for pair in pairwise(words)}
        words = list(_read(self._body()))
        for place, word in enumerate(words):
            if word not in self._asked or not self._is_foreign(word):
                continue
            before, after = words[max(0, place - _NEAR) : place], words[place + 1 :][:_NEAR]
            if any((one, other) in pairs for one in before for other in after):
                return word
        return None

    def _ungrounded(self) -> str | None:
        """A sentence of which no word is a source's, though it says something."""
        for sentence in _SENTENCE.split(self._body()):
            words = [word for word in _read(sentence) if len(word) >= 3]
            said = [word for word in words if word not in self._connecting | self._customer]
            foreign = [word for word in said if self._is_foreign(word)]
            echoed = any(word in self._asked for word in foreign)
            if 2 * len(foreign) > len(said) and (len(foreign) > 1 or echoed):
                return sentence.strip()
        return None

    def _is_translated(self) -> bool:
        """Whether the reply is clearly in another language than all the sources."""
        said = self._language(_read(self._reply))
        written = {self._language(words) for words in self._source_words} - {None}
        return said is not None and bool(written) and said not in written

    def _language(self, words: Iterable[str]) -> str | None:
        read = list(words)
        if sum(bool(_CJK.search(word)) for word in read) > len(read) / 3:
            return "cjk"
        counted = {
            tag: sum(word in known for word in read)
            for tag, known in self._words.connecting.items()
        }
        best, second = sorted(counted, key=lambda tag: -counted[tag])[:2]
        telling = counted[best] >= _TELLING and counted[best] > counted[second]
        return best if telling else None


def _read(text: str) -> Iterator[str]:
    """Words and codes in one spelling; a short number alone says nothing."""
    for match in _WORD.finditer(fold(text)):
        word = match.group()
        if not word.isdigit() or len(word) >= _LONG_NUMBER:
            yield word if _is_code(word) else word.replace("’", "'").split("'")[0]


def _is_code(word: str) -> bool:
    return any(letter.isdigit() for letter in word)


def _runs(words: Sequence[str]) -> Iterator[tuple[str, ...]]:
    for start in range(len(words) - _RUN + 1):
        yield tuple(words[start : start + _RUN])
