"""The rules file: read, checked entry by entry, and compiled once at start."""

import re
from collections.abc import Hashable, Iterable
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, StringConstraints, ValidationError

from services.contracts import Rule, Urgency
from services.rules.errors import RulesFileError
from services.rules.phrases import Phrase, PhraseError, PhraseList, compile_phrase

Language = Literal["en", "de", "fr", "es", "pt", "it", "nl", "ja", "ko", "zh"]
Written = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=400)]
Words = dict[Language, list[Written]]
Groups = dict[str, list[Written]]

_GROUP = re.compile(r"\{([^{}]*)\}")


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, populate_by_name=True)


class WordList(_Entry):
    """Phrases per language, and phrases that merely look like them."""

    words: Words
    exceptions: Words = Field(default_factory=dict, alias="except")
    _compiled: PhraseList = PrivateAttr(default_factory=lambda: PhraseList([]))

    @property
    def phrases(self) -> PhraseList:
        """The compiled list."""
        return self._compiled


class TicketWords(WordList):
    """Words of a customer that call for a human."""

    rule: Annotated[Rule, Field(strict=False)]
    meaning: Written
    urgency: Annotated[Urgency, Field(strict=False)] | None = None


class Promise(WordList):
    """Words by which a reply promises something; `never` means no source can justify them."""

    meaning: Written
    never: bool = False


class InjectionPattern(WordList):
    """Words by which a text addresses the machine; the weights of all patterns found add up."""

    meaning: Written
    weight: float = Field(gt=0, le=1)


class Injection(_Entry):
    """When a text counts as an attempt to steer the machine."""

    threshold: float = Field(gt=0, le=5)
    hidden_text_weight: float = Field(ge=0, le=5)
    patterns: dict[str, InjectionPattern] = Field(min_length=1)
    markers: dict[Written, float] = Field(description="Literal strings and their weight.")


class Claims(_Entry):
    """How replies name units, currencies, months and small numbers, in all languages."""

    units: dict[str, list[Written]] = Field(min_length=1)
    currencies: dict[str, list[Written]] = Field(min_length=1)
    months: dict[str, list[Written]]
    number_words: dict[int, list[Written]]


class Rulebook(_Entry):
    """The whole file."""

    version: Literal[1]
    groups: dict[str, list[Written]] = Field(default_factory=dict)
    ticket_words: dict[str, TicketWords] = Field(min_length=1)
    injection: Injection
    promises: dict[str, Promise] = Field(min_length=1)
    escalation_phrases: WordList
    claims: Claims

    def word_lists(self) -> Iterable[tuple[str, WordList]]:
        """Every word list with its place in the file."""
        for name, entry in self.ticket_words.items():
            yield f"ticket_words.{name}", entry
        for name, pattern in self.injection.patterns.items():
            yield f"injection.patterns.{name}", pattern
        for name, promise in self.promises.items():
            yield f"promises.{name}", promise
        yield "escalation_phrases", self.escalation_phrases


class _NoDuplicates(yaml.SafeLoader):
    """YAML that refuses an entry written twice, of which it would silently drop one."""

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[Hashable] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if key in seen:
                raise RulesFileError(f"line {key_node.start_mark.line + 1}: '{key}' is there twice")
            seen.add(key)
        return super().construct_mapping(node, deep)


def read_yaml(path: Path) -> Any:
    """Read a YAML data file; raises `RulesFileError` naming file and line."""
    try:
        return yaml.load(path.read_text("utf-8"), _NoDuplicates)  # noqa: S506
    except OSError as error:
        raise RulesFileError(f"{path}: cannot be read ({error.strerror})") from error
    except (yaml.YAMLError, UnicodeDecodeError, RulesFileError) as error:
        raise RulesFileError(f"{path}: {error}") from error


def load_rulebook(path: Path) -> Rulebook:
    """Read, check and compile the rules file.

    Raises
    ------
    RulesFileError
        Naming the file and every wrong entry, one per line.
    """
    try:
        book = Rulebook.model_validate(read_yaml(path))
    except ValidationError as error:
        raise RulesFileError(describe(path, error)) from error
    problems = [
        p for place, entry in book.word_lists() for p in _compile(place, entry, book.groups)
    ]
    if problems:
        raise RulesFileError("\n".join(f"{path}: {problem}" for problem in problems))
    return book


def describe(path: Path, error: ValidationError) -> str:
    """One line for each wrong entry of a data file."""
    lines = []
    for item in error.errors():
        place = ".".join(str(part) for part in item["loc"] if part != "[key]") or "the file"
        lines.append(f"{path}: {place}: {item['msg']} (found: {str(item['input'])[:60]!r})")
    return "\n".join(lines)


def _compile(place: str, entry: WordList, groups: Groups) -> list[str]:
    problems: list[str] = []
    phrases = _phrases(f"{place}.words", entry.words, groups, problems)
    exceptions = _phrases(f"{place}.except", entry.exceptions, groups, problems)
    if not phrases:
        problems.append(f"{place}.words: holds no phrase")
    entry._compiled = PhraseList(phrases, exceptions)
    return problems


def _phrases(place: str, words: Words, groups: Groups, problems: list[str]) -> list[Phrase]:
    phrases = []
    for language, entries in words.items():
        for written in entries:
            try:
                phrases.append(compile_phrase(_expanded(written, groups), language))
            except PhraseError as error:
                problems.append(f"{place}.{language}: '{written}' {error}")
    return phrases


def _expanded(written: str, groups: Groups) -> str:
    """`written` with each `{group}` replaced by its words as alternatives."""

    def words(name: re.Match[str]) -> str:
        if name.group(1) not in groups:
            raise PhraseError(f"names the group '{name.group(1)}', which is not under 'groups'")
        return "/".join(groups[name.group(1)])

    return _GROUP.sub(words, written)
