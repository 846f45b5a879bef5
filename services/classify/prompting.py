"""The prompt: a long stable prefix (rules, taxonomy, examples), then one ticket as data."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, create_model

from services.classify.taxonomy import FALLBACK_INTENT, Category, Entry, Example, Taxonomy
from services.common.llm import Prompt, delimit, new_nonce
from services.contracts import Sentiment, Ticket, Urgency

_FOLDER = Path(__file__).parent / "prompts"


class Labels(BaseModel):
    """What the model answers; the fields are in the order they are written."""

    model_config = ConfigDict(extra="forbid")

    reasoning: str = Field(description="One short sentence in English.")
    category: str
    intent: str
    urgency: Urgency
    sentiment: Sentiment
    language: str = Field(description="BCP 47")
    requires_human: bool
    confidence: float = Field(description="0 to 1")


@dataclass(frozen=True)
class Briefing:
    """All that is the same for every ticket: the cached prefix and the answer's type."""

    system: str
    answer: type[Labels]
    categories: tuple[str, ...]


def brief(taxonomy: Taxonomy, allowed: Sequence[str], examples_per_category: int) -> Briefing:
    """The briefing for the `allowed` categories, worded by the taxonomy."""
    offered = taxonomy.offered(allowed)
    shown = [
        example
        for category in offered
        for example in _spread(
            [e for e in taxonomy.examples if e.category == category.id], examples_per_category
        )
    ]
    system = _fill(
        "system.md",
        categories="\n\n".join(map(_category, offered)),
        urgency="\n".join(map(_entry, taxonomy.urgency)),
        sentiment="\n".join(map(_entry, taxonomy.sentiment)),
        examples="\n\n".join(map(_example, shown)) or "(none)",
    )
    return Briefing(system, _answer_type(offered), tuple(category.id for category in offered))


def ask(
    briefing: Briefing,
    ticket: Ticket,
    *,
    max_tokens: int,
    max_characters: int,
    max_turns: int,
    refused_category: str | None = None,
) -> Prompt[Labels]:
    """The prompt for `ticket`; `refused_category` is what a first answer wrongly said."""
    data = shortened(_conversation(ticket, max_turns), max_characters)
    user = _fill("ticket.md", ticket=delimit(data, new_nonce()))
    if refused_category is not None:
        allowed = ", ".join(briefing.categories)
        user += _fill("unknown_category.md", given=refused_category[:50], allowed=allowed)
    known = (ticket.requester.name, ticket.requester.email)
    return Prompt(
        system=briefing.system,
        user=user,
        answer=briefing.answer,
        max_tokens=max_tokens,
        personal_names=tuple(value for value in known if value),
    )


def shortened(text: str, limit: int) -> str:
    """`text` with its middle left out where it is over `limit` characters."""
    if len(text) <= limit:
        return text
    head, tail = limit * 2 // 3, limit // 3
    left_out = len(text) - head - tail
    return f"{text[:head]}\n[… {left_out} characters left out …]\n{text[-tail:]}"


def _conversation(ticket: Ticket, max_turns: int) -> str:
    # The newest message comes first, so that a long history cannot push it out.
    lines = [f"Subject: {ticket.subject}", "", "Newest message:", ticket.body]
    for turn in reversed(ticket.thread[-max_turns:] if max_turns else []):
        lines += ["", f"Before that, the {turn.author.value} wrote:", turn.body]
    return "\n".join(lines)


def _answer_type(offered: Sequence[Category]) -> type[Labels]:
    # The vendor is told the choices; that an answer keeps to them is checked by the service, which
    # asks once more where it does not.
    intents = {intent.id for category in offered for intent in category.intents}
    choices: dict[str, Any] = {
        "category": _choice([category.id for category in offered]),
        "intent": _choice([*sorted(intents - {FALLBACK_INTENT}), FALLBACK_INTENT]),
    }
    return create_model("Labels", __base__=Labels, **choices)


def _choice(ids: list[str]) -> Any:
    return (Annotated[str, Field(json_schema_extra={"enum": [*ids]})], ...)


def _spread(examples: list[Example], count: int) -> list[Example]:
    """`count` of the examples, evenly from the whole list."""
    if count <= 0:
        return []
    step = max(1, len(examples) // count)
    return examples[::step][:count]


def _category(category: Category) -> str:
    lines = [f"## {category.id} ({category.name})", category.description]
    lines += [_entry(intent) for intent in category.intents]
    lines += [f'Customers write: "{example}"' for example in category.examples]
    return "\n".join(lines)


def _entry(entry: Entry) -> str:
    said = "".join(f' For example: "{example}"' for example in entry.examples)
    return f"- `{entry.id}`: {entry.description}{said}"


def _example(example: Example) -> str:
    labels = (
        f"category {example.category}, intent {example.intent}, urgency {example.urgency.value}, "
        f"sentiment {example.sentiment.value}, language {example.language}"
    )
    return f'"{" ".join(example.text.split())}"\n→ {labels}'


def _fill(name: str, **values: str) -> str:
    text = (_FOLDER / name).read_text(encoding="utf-8")
    # Split once, so that a value holding {{…}} is never filled in again.
    parts = text.split("{{")
    filled = [parts[0]]
    for part in parts[1:]:
        key, rest = part.split("}}", 1)
        filled += [values[key], rest]
    return "".join(filled)
