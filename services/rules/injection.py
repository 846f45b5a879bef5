"""Attempts to steer the machine: patterns in everything that reaches a model, hidden or not.

The point is not to find every attempt (models get no tools and replies are checked against their
sources) but that a ticket which tries goes to a human.
"""

import html
import re
from collections.abc import Iterable
from dataclasses import dataclass

from services.contracts import Ticket
from services.rules.injection_hidden import hidden_parts
from services.rules.phrases import Tokens, tokenize
from services.rules.rulebook import Injection
from services.rules.text import MAX_READ, fold, visible

_SPACED = re.compile(r"(?<![^\W_])(?:[^\W\d_][ .\-_*]){4,60}[^\W\d_](?![^\W_])")
_LOOKALIKES = str.maketrans(
    "асеорхуіјԁѕһқӏвмнткΑΒΕΗΙΚΜΝΟΡΤΧοανρτ", "aceopxyijdshklvmhtkABEHIKMNOPTXoavpt"
)


@dataclass(frozen=True)
class InjectionFinding:
    """How strongly a ticket tries to steer the machine, and by what."""

    score: float
    meanings: tuple[str, ...]


def score_injection(ticket: Ticket, rules: Injection) -> InjectionFinding:
    """Score what a model might read of `ticket`; at `rules.threshold` it is an attempt."""
    texts = [ticket.subject, ticket.body, *(turn.body for turn in ticket.thread)]
    plain = "\n\n".join([ticket.requester.name or "", *texts])[:MAX_READ]
    found = _score(plain, rules)
    hidden = _score("\n\n".join(_hidden_texts(plain)), rules)
    new = {name: weight for name, weight in hidden.items() if name not in found}
    total = sum(found.values()) + sum(new.values())
    if new:
        total += rules.hidden_text_weight
    return InjectionFinding(total, tuple([*found, *(f"{name} (hidden)" for name in new)]))


def _score(text: str, rules: Injection) -> dict[str, float]:
    """Each pattern's or marker's meaning with its weight, once each."""
    if not text:
        return {}
    tokens: Tokens = tokenize(text)
    found = {p.meaning: p.weight for p in rules.patterns.values() if p.phrases.find(tokens)}
    low = "\n" + fold(html.unescape(text))
    found |= {f"'{m.strip()}'": w for m, w in rules.markers.items() if m.lower() in low}
    return found


def _hidden_texts(text: str) -> Iterable[str]:
    """`text` as it reads once tricks that hide words from a reader or a filter are undone."""
    shown = visible(text)
    if shown != text:
        yield shown
    yield from hidden_parts(text)
    if not text.isascii() and (latin := shown.translate(_LOOKALIKES)) != shown:
        yield latin
    yield _SPACED.sub(lambda run: _joined(run.group()), shown)


def _joined(run: str) -> str:
    return "".join(c for c in run if c.isalpha())
