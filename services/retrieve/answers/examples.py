"""What the answer model learns from: solved tickets, grouped by what their answer says."""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Places = NDArray[np.intp]

NO_ANSWER = -1
"""Of a ticket whose answer was given only once: nothing that is known answers it."""

_WORD = re.compile(r"\w+")
_FACT = re.compile(r"\d+(?:[.,:]\d+)*|https?://\S+|[\w.+-]{1,64}@[\w-]+\.[\w.-]+")
_ALIKE = 0.95
_NEAR = 0.97


@dataclass(frozen=True)
class Example:
    """One solved ticket: the customer's own words, their vector, and what the human answered."""

    id: str
    category: str
    question: str
    vector: Floats
    resolution: str
    resolution_vector: Floats
    quotable: bool
    """Whether it may be shown to the drafter: not withheld, a duplicate, or outdated."""


def answer_classes(examples: Sequence[Example]) -> tuple[Places, list[str]]:
    """Return each example's class and the classes' names; `NO_ANSWER` where it stands alone.

    Resolutions are the same answer when their words are, or nearly, with the same numbers, links
    and addresses. A class is named by a hash-free key: the first resolution's place in time.
    """
    keys = [_key(example.resolution) for example in examples]
    merged = _merged(keys, examples)
    counts = Counter(merged[key] for key in keys)
    names = sorted(name for name, count in counts.items() if count > 1)
    places = {name: place for place, name in enumerate(names)}
    classes = [places.get(merged[key], NO_ANSWER) for key in keys]
    return np.array(classes, dtype=np.intp), names


def _key(resolution: str) -> str:
    return " ".join(_WORD.findall(resolution.casefold()))


def _merged(keys: Sequence[str], examples: Sequence[Example]) -> dict[str, str]:
    """Each distinct wording's representative: the first one that says nearly the same."""
    first = {key: example for key, example in zip(reversed(keys), reversed(examples), strict=True)}
    by_facts: defaultdict[frozenset[str], list[str]] = defaultdict(list)
    merged: dict[str, str] = {}
    for key, count in Counter(keys).most_common():
        rivals = by_facts[frozenset(_FACT.findall(first[key].resolution.casefold()))]
        known = (
            next((rival for rival in rivals if _same(key, rival, first)), None)
            if (count < 50 and len(rivals) < 3_000)
            else None
        )
        merged[key] = known or key
        if known is None:
            rivals.append(key)
    return merged


def _same(one: str, other: str, first: dict[str, Example]) -> bool:
    cosine = float(first[one].resolution_vector @ first[other].resolution_vector)
    if cosine < _NEAR:
        return False
    words, others = Counter(one.split()), Counter(other.split())
    return (words & others).total() >= _ALIKE * max(words.total(), others.total())
