"""The words of a sentence as numbers for a linear model, beside what its embedding says.

MiniLM knows English best and forgets small words; "vergiss alle vorherigen" and "in your reply" are
seen here: words, pairs, threes, how a sentence begins, and pieces of words, for endings and typos.
"""

import re
import zlib

import numpy as np
from numpy.typing import NDArray

BUCKETS = 1 << 14
_TOKEN = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?|\d+|[^\w\s]")
_PIECE = 4
_MAX_WORDS = 120
"""Of one sentence; sentences are cut long before that, but not those without spaces."""

Places = NDArray[np.int32]


def places(text: str) -> Places:
    """The buckets that `text` fills, each once, in order."""
    words = _words(text)
    found = {*words, *_neighbours(words, 2), *_neighbours(words, 3)}
    found |= {"^ " + " ".join(words[:count]) for count in (1, 2) if words}
    for word in set(words):
        found |= _pieces(word)
    return np.unique([zlib.crc32(part.encode()) % BUCKETS for part in found]).astype(np.int32)


def _words(text: str) -> list[str]:
    """Lower-case words and marks; all numbers are the same one."""
    words = _TOKEN.findall(text.lower())[:_MAX_WORDS]
    return ["0" if word.isdigit() else word for word in words]


def _neighbours(words: list[str], count: int) -> set[str]:
    return {" ".join(words[i : i + count]) for i in range(len(words) - count + 1)}


def _pieces(word: str) -> set[str]:
    marked = f"<{word}>"
    if len(marked) <= _PIECE + 1:
        return set()
    return {"#" + marked[i : i + _PIECE] for i in range(len(marked) - _PIECE + 1)}
