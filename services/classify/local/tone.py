"""Signs of mood that an embedding does not see: shouting, punctuation, repeated attempts."""

import re

import numpy as np
from numpy.typing import NDArray

_SHOUTED = re.compile(r"\b[A-ZÄÖÜÉÈÀÇÑÃÕ]{3,}\b")
_COUNTING = re.compile(
    r"\b(?:again|still|third|fourth|fifth|sixth|\d+(?:rd|th) (?:time|mail|e-?mail|message|attempt)"
    r"|times|weeks|months|schon wieder|immer noch|zum (?:dritten|vierten|fünften)"
    r"|toujours|encore|troisième|otra vez|tercera|todavía|outra vez|terceira)\b",
    re.IGNORECASE,
)
_THANKS = re.compile(
    r"\b(?:thank you|thanks|love|great|awesome|danke|merci|gracias|obrigad[oa]|grazie)\b",
    re.IGNORECASE,
)
SIGNS = 6


def tone_signs(text: str) -> NDArray[np.float32]:
    """Return six numbers between 0 and 1 that grow with the signs of anger or joy."""
    words = max(1, len(text.split()))
    shouted = sum(len(word) for word in _SHOUTED.findall(text))
    letters = max(1, sum(character.isalpha() for character in text))
    counts = (
        text.count("!") / 3,
        text.count("?") / 3 if "??" in text or "?!" in text else 0.0,
        shouted / letters if letters > 12 else 0.0,
        len(_COUNTING.findall(text)) / 3,
        len(_THANKS.findall(text)) / 2,
        10 / words,
    )
    return np.minimum(np.array(counts, dtype=np.float32), 1.0)
