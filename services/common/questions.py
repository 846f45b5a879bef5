"""What a question asks for (how many days, what it costs, when, where), and whether a text says it.

An answer that lies near a question may still be about something else: who asks how many years the
warranty lasts is not helped by a sentence on the warranty that names no time. What the customer
says of the own case ("as a guest", "through the App Store") changes the answer in the same way.
"""

import re
from dataclasses import dataclass

_UNIT = (
    r"(?:years?|months?|weeks?|(?:working |business )?days?|hours?|minutes?"
    r"|jahre?n?|monate?n?|wochen?|(?:werk)?tage?n?|stunden?|minuten"
    r"|ann[ée]es?|ans?|mois|semaines?|jours?|heures?"
    r"|años?|mes(?:es)?|semanas?|d[ií]as?|horas?|minutos?|anos?|m[êe]s)"
)
_NUMBER = (
    r"(?:\d+|an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|half an"
    r"|fourteen|fifteen|twenty|thirty|forty|sixty|ninety|hundred"
    r"|eine?[mnr]?|zwei|drei|vier|fünf|sechs|sieben|acht|neun|elf|zwölf|\w{0,5}zehn"
    r"|\w{0,12}(?:zwanzig|drei(?:ß|ss)ig|vierzig|sechzig|neunzig|hundert)"
    r"|une?|deux|trois|quatre|cinq|six|sept|huit|neuf|dix|onze|douze"
    r"|quatorze|quinze|vingt|trente|quarante|soixante|cent"
    r"|una?|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|doce"
    r"|catorce|quince|veinte|treinta|cuarenta|sesenta|noventa|cien"
    r"|uma?|dois|duas|três|quatro|sete|oito|nove|dez|doze"
    r"|catorze|vinte|trinta|quarenta|sessenta|cem)"
)
_CODE = r"(?:eur|usd|gbp|chf|jpy|krw|brl|mxn|cad|aud|nzd|sek|nok|dkk|pln|czk)"
_CURRENCY = rf"(?:{_CODE}\b|euros?|dollars?|pounds?|fran(?:cs?|ken|cos?)\b|reais\b|pesos?\b)"


@dataclass(frozen=True)
class Asked:
    """One kind of answer. `strict`: a reply without it cannot be right."""

    name: str
    question: re.Pattern[str]
    answer: re.Pattern[str]
    strict: bool = True


def _kind(name: str, question: str, answer: str, *, strict: bool = True) -> Asked:
    return Asked(
        name, re.compile(question, re.IGNORECASE), re.compile(answer, re.IGNORECASE), strict
    )


_TIME = (
    rf"\b{_NUMBER}(?: to \d+| bis \d+| à \d+| a \d+|[-–]\d+)?(?: (?:more|full|working|weitere))?"
    rf"[ -]{_UNIT}\b|\bday \d|\bfortnight\b|\d\s?(?:h|hrs?|mins?|std)\b|\d[ -]?tägig"
    r"|\d\s?(?:年|か月|ヶ月|週間|日|営業日|時間|分|년|개월|주|일|영업일|시간|분)"
    r"|[一二三四五六七八九十](?:年|か月|ヶ月|週間|日|営業日|時間)"
    r"|하루|이틀|사흘|일주일|[한두세네] ?(?:달|시간)"
)
_KINDS = (
    _kind(
        "a length of time",
        rf"\b(?:how many|wie viele|combien d(?:e |')|cu[aá]nt[oa]s|quant[oa]s)"
        rf" ?(?:(?:working|full|more|jours) )?{_UNIT}\b"
        r"|cu[aá]nto tiempo|quanto tempo|combien de temps"
        r"|何(?:年|か月|ヶ月|週間|日|時間|分)|몇 ?(?:년|개월|달|주|일|시간|분)|며칠",
        _TIME,
    ),
    _kind("a length of time", r"\b(?:how long|wie lange)\b|どのくらい|얼마나", _TIME, strict=False),
    _kind(
        "what it costs",
        r"\b(?:what|how much)\b[^.?!]{0,60}\bcosts?\b|\bwas kostet\b|\bwie viel kostet\b"
        r"|\bcombien (?:ça )?co[uû]te|\bcu[aá]nto cuesta|\bquanto custa|いくら|얼마인가|얼마예요",
        rf"[€$£¥]\s?\d|\b{_CODE}\s?\d|\d\s?(?:[€$£¥円원]|{_CURRENCY})"
        r"|\bfree\b|\bno (?:\w+ )?(?:fee|charge|cost)s?\b"
        r"|costs? nothing|kosten(?:los|frei)|gr[aá]tis|gratuit|無料|무료",
    ),
    _kind(
        "a time of day",
        r"\b(?:what|which) times?\b|\bopening hours\b|um wie ?viel uhr|öffnungszeiten"
        r"|quelle heure|a qu[ée] horas?|何時(?!間)|営業時間|몇 시(?!간)|영업시간",
        r"\b\d{1,2}[:.h]\d{2}\b|\b\d{1,2} ?(?:a\.?m|p\.?m|uhr|h)\b|\d\s?(?:時|시)",
    ),
    _kind(
        "where it is",
        r"\bwhere\b[^.?!]{0,20}\b(?:do|can|could|must|should|may) (?:i|we)\b|\bwo (?:kann|muss)\b"
        r"|\boù (?:puis|peut|dois)|\bd[oó]nde (?:puedo|se|cambio)|\bonde (?:posso|se|altero)"
        r"|どこで|どこから|어디에서|어디서",
        r"\w > \w|\w\.\w+/\w",
        strict=False,
    ),
)

_CASES = {
    "as a guest": r"\bas (?:a )?guest\b|\bguests?\b(?= orders?)|\bals gast\b|\binvité\b"
    r"|\bcomo invitad[oa]\b|\bcomo convidad[oa]\b|\bguests?\b(?= use)|ゲスト|비회원",
    "through an app store": r"\bapp ?store\b|\bgoogle play\b|\bplay ?store\b",
    "as a gift": r"\bas a (?:birthday |christmas )?(?:gift|present)\b"
    r"|\bals geschenk\b|\ben cadeau\b|\bde regalo\b|\bde presente\b",
    "second hand": r"\bsecond[ -]hand\b|\bgebraucht gekauft\b|\bd'occasion\b"
    r"|\bde segunda mano\b|\bem segunda mão\b",
}
_OWN_CASE = {name: re.compile(words, re.IGNORECASE) for name, words in _CASES.items()}


def asked_for(question: str) -> list[Asked]:
    """The kinds of answer that `question` asks for; none where it does not say."""
    return [kind for kind in _KINDS if kind.question.search(question)]


def own_case(text: str) -> list[str]:
    """What `text` says of a case that has rules of its own, such as an order as a guest."""
    return [name for name, words in _OWN_CASE.items() if words.search(text)]


def missing(question: str, text: str, *, strict: bool = False) -> list[str]:
    """What `question` asks for or says of its case, and `text` does not have.

    With `strict` only that without which a reply cannot be right.
    """
    wanted = [kind for kind in asked_for(question) if kind.strict or not strict]
    lacking = [kind.name for kind in wanted if not kind.answer.search(text)]
    return lacking + [name for name in own_case(question) if name not in own_case(text)]
