"""How many tokens of the local embedding model a text has, and where each begins."""

from bisect import bisect_left
from functools import cache

from tokenizers import Tokenizer

from services.common.embeddings.local import MODEL_FOLDER


@cache
def _tokenizer() -> Tokenizer:
    tokenizer = Tokenizer.from_file(str(MODEL_FOLDER / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


def count_tokens(text: str) -> int:
    """Return the number of tokens of `text`, the model's two markers not counted."""
    return len(_tokenizer().encode(text, add_special_tokens=False))


class TokenMap:
    """The tokens of one text, so that any slice of it can be counted without tokenising again."""

    def __init__(self, text: str) -> None:
        encoding = _tokenizer().encode(text, add_special_tokens=False)
        self._starts = [start for start, _ in encoding.offsets]

    def count(self, start: int, end: int) -> int:
        """Return how many tokens begin in text[start:end]; exact where no word is cut."""
        return bisect_left(self._starts, end) - bisect_left(self._starts, start)
