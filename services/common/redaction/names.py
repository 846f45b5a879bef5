"""Names of persons, by what customers write around them."""

import re
from collections.abc import Iterable, Iterator

from services.common.redaction.spans import Span, occurrences
from services.common.redaction.words import NO_NAME, NO_NAME_INSIDE, NO_REPEATED_NAME, UPPER

_TITLE = (
    r"(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Herrn?|Frau|Monsieur|Madame|Mme|Mlle|Señora?|Sra?|Sig"
    r"|Signora?|Senhora?|Dhr|Mevr)"
)
# Possessive, and never begun inside a word: else a text without blanks takes its length squared.
_PART = rf"(?:(?<!\w)(?<!\w['’\-]){UPPER}\w*+(?:['’\-]\w++)*+\.?)"
_PARTICLE = (
    r"(?:(?:van|von|de|der|den|da|di|dos|del|della|la|le|bin|ibn|al|el|ter|ten|zu|y|e|af|av|'t)[ ])"
)
NAME = rf"{_PART}(?:[ ]{_PARTICLE}{{0,2}}{_PART}){{0,3}}"
_PARTICLE_WORDS = "van von de der den da di dos del della la le bin ibn al el ter ten zu y e af av"
_PARTICLES = frozenset(_PARTICLE_WORDS.split())
_ANY_CASE = r"[^\W\d_]\w*+(?:['’\-]\w++)*+(?:[ ][^\W\d_]\w*+(?:['’\-]\w++)*+){0,3}"

_STATED = re.compile(
    r"(?i:\b(?:(?:my|his|her|their|full|last|first|maiden|middle|sur|your|whose|the) ?(?:full "
    r"|last |first |maiden )?name(?: is|'s|:)"
    r"|(?:i am|i'm|is) called|call(?:s|ed)? me|go by|name on (?:the|my) (?:\w+ )?(?:card"
    r"|account|order)(?: is|:)|under the name(?: of)?"
    r"|in the name of|mein name ist|ich hei(?:ß|ss)e|hier (?:ist|spricht|schreibt)"
    r"|je m[’']appelle|mon nom est|me llamo|mi nombre es"
    r"|mi chiamo|il mio nome è|meu nome é|(?:me )?chamo-me|me chamo|mijn naam is"
    r"|nazywam się)[ ,:]{1,3})"
    rf"(?P<title>{_TITLE}\b\.?[ ])?(?P<name>{NAME})"
)
_STATED_SMALL = re.compile(
    rf"(?i)\b(?:my name is|mein name ist|je m[’']appelle|me llamo|mi nombre es"
    rf"|meu nome é)[ ](?P<name>{_ANY_CASE})(?=\s*(?:[,.;!?\n(]| and | from |$))"
)
_SELF = re.compile(
    rf"(?i:\b(?:i am|i['’]m|this is|it['’]s|here is|soy|sono|je suis|sou (?:o|a)"
    rf"|eu sou))[ ](?P<title>{_TITLE}\b\.?[ ])?(?P<name>{NAME})"
    r"(?!\w)(?=\s*[,.;!(\n]|\s+(?:and|from|here|writing|calling|again|with|at|y|et|e)\b|\s*$)"
)
_MENTIONED = re.compile(
    r"(?i:\b(?:(?:spoke|speak|talked|talk|chatted|dealt|follow up) (?:to|with)|attn:?"
    r"|attention:|c/o|on behalf of|(?:told|helped|served|assisted)(?: me)? by"
    r"|my (?:husband|wife|partner|son|daughter|mother|father|mom|mum|dad|brother|sister|friend"
    r"|colleague|boss|assistant|neighbou?r|roommate"
    r"|fiancée?|child|uncle|aunt|boyfriend|girlfriend|manager|accountant)(?: is| called|,)?"
    r"|mein(?:e|em|en)? (?:mann|frau|sohn|tochter|kolleg\w+|nachbar\w*)|mi (?:marido|esposa"
    r"|hijo|hija)|mon mari|ma femme))[ ]"
    rf"(?P<title>{_TITLE}\b\.?[ ])?(?P<name>{NAME})"
)
_TITLED = re.compile(rf"\b{_TITLE}\b\.?[ ](?:(?:Dr|Prof)\b\.?[ ])?(?P<name>{NAME})")
_LABELLED = re.compile(
    r"(?im)^[ \t>*#-]*+(?:(?:your|full|customer|account(?: holder)?|card ?holder(?:'?s)?|contact"
    r"|recipient|billing|shipping|first|last|nach|vor|sur|sender)"
    r"[ -]?){0,2}(?:names?|nombre|nom|nome|prénom|apellidos?|recipient|attn)[ ]*[:=][ ]*"
    r"(?P<name>[^\W\d_][\w'’.-]*(?:[ ][^\W\d_][\w'’.-]*){0,4})[ ]*$"
)
_BEFORE_EMAIL = re.compile(
    rf"(?P<name>{_PART}(?:[ ]{_PARTICLE}?{_PART}){{1,3}})[ ]?[<(\[](?=[^\s@<>()]+@)"
)
_OPENS = re.compile(rf"(?m)^[^\w\n]*+(?P<name>{NAME})[ ](?i:here|speaking)\b[,.:!]?")
_GREETED = re.compile(
    r"(?m)^[ \t>*]*+(?:\w{1,40}+: )?(?i:hi|hello|hey|dear|hallo|hiya|liebe[rs]?|guten (?:tag|morgen"
    r"|abend)|moin|sehr geehrte[rs]?|bonjour|chère?|salut|hola|estimad[oa]"
    r"|querid[oa]|buen(?:os|as) (?:días|tardes)|olá|prezad[oa]|car[oa]|ciao|gentile|buongiorno"
    r"|beste|geachte|good (?:morning|afternoon|evening))[ ]"
    rf"(?:{_TITLE}\b\.?[ ])?(?P<name>{NAME})(?=[ ]*(?:[,!:.;\n–-]|$))"
)
_CLOSING = (
    r"(?:(?:best|kind|warm|kindest|warmest|many|with (?:best|kind))?[ ]?(?:regards|wishes)"
    r"|best|sincerely|yours(?: sincerely| faithfully| truly)?|thanks?"
    r"|thank you(?: so much| very much)?|many thanks|thanks (?:a lot|so much|again|in advance)"
    r"|thank you in advance|thx|cheers|respectfully|cordially|love|take care"
    r"|mit (?:freundlichen|besten|herzlichen|vielen) grü(?:ß|ss)en|(?:viele|liebe|beste|schöne"
    r"|herzliche|freundliche) grü(?:ß|ss)e|mfg|lg|vg|gru(?:ß|ss)"
    r"|(?:vielen |besten )?dank|danke|cordialement|bien à vous|cdlt|merci(?: d'avance)?"
    r"|(?:un )?(?:cordial )?saludos?(?: cordial(?:es)?)?|(?:muchas )?gracias|atentamente"
    r"|atenciosamente|cumprimentos|obrigad[oa]|abraços?|cordiali saluti|distinti saluti|grazie"
    r"|met vriendelijke groet(?:en)?|groet(?:en|jes)?|bedankt|sent by|signed)"
)
_SIGNED = re.compile(
    rf"(?m)^[ \t>*]*(?:[^\n]{{0,200}}[.!?][ ])?(?i:{_CLOSING})"
    rf"[ ]*[,.!–-]*[ \t>*]*(?:\r?\n[ \t>*–-]*){{1,3}}(?P<name>{NAME})[ ]*[.,]?[ ]*(?=\r?\n|$"
    rf"|[,|(])"
)
_SIGNED_INLINE = re.compile(
    rf"(?:^|(?<=[.!?\n][ ])"
    rf"|(?<=[.!?\n]))(?i:{_CLOSING})[ ]*[,.!–-]{{1,2}}[ ]*(?P<name>{NAME})[ ]*[.!]?\s*\Z"
)
_DASHED = re.compile(rf"(?m)^[ \t]*(?:--|—|–|-)[ ]?(?P<name>{NAME})[ ]*$(?=\s*\Z)")

_LINE_ALONE = re.compile(
    rf"[ \t>?*]*+(?P<name>{_PART}(?:[ ]{_PARTICLE}{{0,2}}{_PART}){{1,3}})[ \t,]*$"
)
_MAX_LINE = 200
_LIVES = re.compile(rf"(?P<name>{NAME})(?= (?:now )?lives? (?:at|in)\b)")
_UNDER = re.compile(
    rf"\b(?i:under|named? (?:him|her)?"
    rf"|partner's name)[ ]+(?P<name>{_PART}[ ](?:{_PARTICLE}){{0,2}}{_PART})"
)

_PATTERNS = (
    _STATED, _STATED_SMALL, _SELF, _MENTIONED, _TITLED, _LABELLED, _BEFORE_EMAIL, _OPENS, _GREETED,
    _SIGNED, _SIGNED_INLINE, _DASHED, _LIVES, _UNDER,
)  # fmt: skip
_WORD = re.compile(r"[^\W\d_][\w'’-]*")


def find_names(text: str) -> Iterator[Span]:
    """Names that are introduced, greeted, signed, labelled or titled."""
    for pattern in _PATTERNS:
        for match in pattern.finditer(text):
            span = trimmed(match["name"], match.start("name"))
            if span is not None:
                yield span


def trimmed(value: str, start: int) -> Span | None:
    """The name up to the first word that is no part of a name; None where there is none."""
    end = 0
    for word in _WORD.finditer(value):
        if end and word[0].islower() and word[0] in _PARTICLES:
            continue
        initial = len(word[0]) == 1 and word[0].isupper() and end > 0
        if (word[0].lower().strip("'’-") in NO_NAME and not initial) or NO_NAME_INSIDE.search(
            word[0]
        ):
            break
        end = word.end()
        if word[0].endswith(("'s", "’s")):
            break  # what follows is theirs, not their name
    kept = re.sub(r"['’]s$", "", value[:end]).rstrip()
    initials = value[: end + 1].endswith(".") and len(kept.split()[-1]) <= 2 if kept else False
    if len(kept) < 2:
        return None
    return Span("NAME", start, start + len(kept) + initials, 0.8)


def addressees(text: str, starts: Iterable[int]) -> Iterator[Span]:
    """A line that is only a name, at most three lines above where an address or number starts.

    Of several such lines it is the uppermost; below it stands the company or the town.
    """
    for start in starts:
        lines = [match for match in _lines_above(text, start) if match]
        span = trimmed(lines[-1]["name"], lines[-1].start("name")) if lines else None
        if span is not None and " " in text[span.start : span.end]:
            yield span


def _lines_above(text: str, start: int) -> Iterator[re.Match[str] | None]:
    end = text.rfind("\n", 0, start)
    for _ in range(3):
        if end > 0:
            begin = text.rfind("\n", 0, end) + 1
            yield _LINE_ALONE.match(text, begin, end) if end - begin <= _MAX_LINE else None
            end = begin - 1


def name_parts(name: str) -> list[str]:
    """Parts of a known name that tell who it is wherever they stand, however they are written."""
    parts = _WORD.findall(name)
    return [part for part in parts if len(part) >= 4 and part.lower() not in NO_REPEATED_NAME]


def names_in_address(address: str) -> list[str]:
    """`Ada` and `Byron` of `ada.byron@example.org`; nothing of an address in one part."""
    local, at, _ = address.partition("@")
    parts = re.split(r"[._-]", local)
    if not at or len(parts) < 2:
        return []
    return [part.capitalize() for part in parts if part.isalpha() and len(part) >= 3]


def repeated_names(text: str, names: Iterable[str]) -> Iterator[Span]:
    """Every other place where one of these names, or a part of one, stands."""
    wanted: set[str] = set()
    for name in names:
        parts = _WORD.findall(name)
        wanted.add(name)
        wanted |= {
            part
            for part in parts
            if len(part) >= 3 and part[0].isupper() and part.lower() not in NO_REPEATED_NAME
        }
    for name in wanted:
        for start in occurrences(text, name):
            if start == 0 or text[start - 1] not in "@.":
                yield Span("NAME", start, start + len(name), 0.7)
