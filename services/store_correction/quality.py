"""What makes a correction doubtful as soon as it arrives."""

import re

from services.common.redaction import find_personal_data

_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|\w+")
_MIN_WORDS = 4
_READ_CHARACTERS = 20_000


def is_too_short(resolution: str) -> bool:
    """Whether it says too little to help anybody else ("Done.", "Fixed, thanks!")."""
    return len(_WORD.findall(resolution)) < _MIN_WORDS


def personal_data(text: str) -> list[str]:
    """Return the pieces of `text` that are somebody's personal data.

    Reads the first 20,000 characters, far more than an agent writes.
    """
    text = text[:_READ_CHARACTERS]
    return [text[found.start : found.end] for found in find_personal_data(text)]
