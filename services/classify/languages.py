"""Which language a ticket is in: the model's word, unless the text plainly says otherwise."""

import re

from services.common.languages import SUPPORTED, detect_language
from services.common.ticket_text import clean_message
from services.contracts import Ticket

UNKNOWN = "und"

_TAG = re.compile(r"^(?P<primary>[a-z]{2,3})(-[A-Za-z0-9]{2,8}){0,3}$")
_CERTAIN = 0.9
_ENOUGH_LETTERS = 40


def ticket_language(said: str, ticket: Ticket) -> str:
    """The language tag `said` by a model, or lingua's where that one is implausible.

    Implausible is what is no BCP 47 tag, `und`, or another language than a longer text is
    certainly written in.
    """
    match = _TAG.match(said.strip())
    message = clean_message(ticket.body)
    text = message if any(c.isalpha() for c in message) else ticket.subject
    detected = detect_language(text)
    if match is None or match["primary"] == UNKNOWN:
        return detected.tag
    long_enough = sum(c.isalpha() for c in text) >= _ENOUGH_LETTERS
    contradicted = match["primary"] in SUPPORTED and match["primary"] != detected.tag
    if contradicted and long_enough and detected.confidence >= _CERTAIN:
        return detected.tag
    return said.strip()
