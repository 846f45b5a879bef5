"""What an agent's letter says, without the greeting and the sign-off of that one letter."""

import re

_GREETING = re.compile(
    r"""\s*(?:hello|hi|hey|dear|good\s(?:morning|afternoon|evening|day)|greetings
    |hallo|guten\s(?:morgen|tag|abend)|liebe[rs]?|sehr\sgeehrte[rs]?|moin|servus|grüezi
    |bonjour|bonsoir|salut|chère?|madame|monsieur
    |hola|buen[oa]s\s(?:días|tardes|noches)|estimad[oa]s?|querid[oa]s?
    |olá|oi|bom\sdia|boa\s(?:tarde|noite)|car[oa]s?|prezad[oa]s?)
    \b(?:[ ][^\s,!:]+){0,4}?(?:[,!:.]+(?=\s|$)|(?=\n))[ \t]*\n?""",
    re.IGNORECASE | re.VERBOSE,
)
_SIGN_OFF = re.compile(
    r"""^[ \t]*(?:(?:with\s)?(?:kind|best|warm|many)\b[^.\n]{0,30}
    |(?:yours\s)?sincerely|regards|cheers|yours|all\sthe\sbest|best|thanks|thank\syou|many\sthanks
    |(?:mit\s)?(?:freundlich|best|viel|lieb|herzlich)e[nr]?\s(?:grüß|grüss)en?[^.\n]{0,20}|mfg|vg|lg
    |(?:bien\s)?(?:cordialement|à\svous)|bien\sà\svous|sincères\ssalutations
    |(?:un\s)?(?:cordial\s)?saludos?[^.\n]{0,20}|atentamente
    |atenciosamente|cumprimentos|(?:com\sos\s)?melhores\scumprimentos|um\sabraço)
    [ \t]*[,.!]?[ \t]*$""",
    re.IGNORECASE | re.VERBOSE | re.MULTILINE,
)
_LONGEST_SIGNATURE = 160


def body_of(letter: str) -> str:
    """Return `letter` from after its greeting to before its sign-off, word for word.

    A letter that is nothing but a greeting or a sign-off comes back empty. The words after a
    sign-off are a signature only where they are few.
    """
    start = _GREETING.match(letter)
    body = letter[start.end() :] if start else letter
    for end in _SIGN_OFF.finditer(body):
        if len(body) - end.end() <= _LONGEST_SIGNATURE:
            return body[: end.start()].strip()
    return body.strip()
