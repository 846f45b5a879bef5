"""Signs of mood that an embedding does not see: shouting, repeated attempts, thanks, courtesy."""

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
_COURTESY = re.compile(
    r"\b(?:please|kindly|could you|would you|grateful|appreciate|regards|i hope|dear"
    r"|bitte|könnten sie|freundliche[nrm]?|dankbar|sehr geehrte|guten tag|ich hoffe"
    r"|bonjour|s'il vous pla[iî]t|pourriez|cordialement|veuillez|merci de|cher|chère"
    r"|por favor|podrían|podría|agradec\w+|saludos?|estimad[oa]s?|espero que|buenos días"
    r"|poderiam|poderia|agradeço|cumprimentos|prezad[oa]s?|atenciosamente|bom dia|gostaria"
    r")\b|お世話になっております|いただけ|お願い|부탁|안녕하세요",
    re.IGNORECASE,
)
SIGNS = 7


def tone_signs(text: str) -> NDArray[np.float32]:
    """Return seven numbers between 0 and 1 that grow with the signs of anger, joy or courtesy."""
    words = max(1, len(text.split()))
    shouted = sum(len(word) for word in _SHOUTED.findall(text))
    letters = max(1, sum(character.isalpha() for character in text))
    counts = (
        text.count("!") / 3,
        text.count("?") / 3 if "??" in text or "?!" in text else 0.0,
        shouted / letters if letters > 12 else 0.0,
        len(_COUNTING.findall(text)) / 3,
        len(_THANKS.findall(text)) / 2,
        len(_COURTESY.findall(text)) / 3,
        10 / words,
    )
    return np.minimum(np.array(counts, dtype=np.float32), 1.0)
