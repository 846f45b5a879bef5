"""Training texts made of templates: short lists of phrases, always put together in the same way."""

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

FOLDER = Path(__file__).with_name("injection_data") / "templates"
SEED = 20261122
_SLOT = re.compile(r"\{(\w+)\}")
_MAX_DEPTH = 4


@dataclass(frozen=True)
class Made:
    """A text made from `pattern`, which is of one `kind` in a file for one `role`."""

    text: str
    role: str
    kind: str
    pattern: str


@cache
def _file(name: str) -> tuple[str, dict[str, list[str]], dict[str, list[str]]]:
    content = yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))
    return content["role"], content["slots"], content["kinds"]


def make(name: str, per_pattern: int) -> Iterator[Made]:
    """At most `per_pattern` different texts of each pattern of one file, always the same ones."""
    role, slots, kinds = _file(name)
    for kind, patterns in kinds.items():
        for pattern in patterns:
            # Seeded by the pattern itself, so that a new pattern changes no other one's texts.
            draw = random.Random(f"{SEED}/{name}/{pattern}")  # noqa: S311 - no secret
            made = {_filled(pattern, slots, draw) for _ in range(per_pattern)}
            yield from (Made(text, role, kind, pattern) for text in sorted(made))


def _filled(pattern: str, slots: dict[str, list[str]], draw: random.Random) -> str:
    for _ in range(_MAX_DEPTH):
        if "{" not in pattern:
            break
        pattern = _SLOT.sub(lambda slot: draw.choice(slots[slot.group(1)]), pattern)
    lines = (" ".join(line.split()) for line in pattern.splitlines())
    text = "\n".join(lines)
    return text[:1].upper() + text[1:] if draw.random() < 0.5 else text
