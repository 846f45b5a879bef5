"""Postal addresses, by how streets are written and by what introduces them."""

import re
from collections.abc import Iterator

from services.common.redaction.spans import Span
from services.common.redaction.words import UPPER

_W = rf"{UPPER}[\w'’.-]{{0,60}}+"
_SMALL = (
    r"(?:de|la|las|los|le|les|des|du|del|della|di|da|do|dos|das|d'|l'|van|der|den|von|zum|zur"
    r"|am|of|the)"
)
_WORDS = rf"(?:(?:{_SMALL}[ ]){{0,3}}{_W}[ ]){{1,4}}"
_NO = r"\d{1,5}(?:[ ]?[a-zA-Z](?![\w]))?(?:[-/]\d{1,4}[a-zA-Z]?)?"
_UNIT = (
    r"(?:(?i:Apt|Apartment|Suite|Ste|Unit|Flat|Floor|Room|Apto|Wohnung|Whg"
    r"|Piso)\.?[ ]?(?:No\.?[ ]?|#)?[\dA-Z][\w-]{0,5}|#[ ]?\d{1,5})"
)
_ENGLISH = (
    r"(?:Street|St|Avenue|Ave|Road|Rd|Lane|Ln|Drive|Dr|Boulevard|Blvd|Court|Ct|Way|Place|Pl"
    r"|Square|Sq|Terrace|Ter|Close|Crescent|Cres|Parkway|Pkwy"
    r"|Highway|Hwy|Circle|Cir|Trail|Alley|Row|Walk|Grove|Gardens|Mews|Quay|Parade|Esplanade"
    r"|Broadway|Loop|Point|Plaza|Mall|Mill|Mills)\b\.?"
)
_COMPOUND = (
    r"(?:stra(?:ß|ss)e|str\.|weg|allee|gasse|gässle|platz|damm|ufer|chaussee|vej|gade|stræde"
    r"|gatan|gata|vägen|vegen|veien|torget|torg|tie|katu|kuja|polku"
    r"|straat|laan|plein|gracht|dijk|utca|út)"
)
_ROMANCE = (
    r"(?:rue|avenue|av\.|boulevard|bd|place|allée|chemin|impasse|quai|route|via|viale|piazza"
    r"|corso|vicolo|strada|calle|c/|avenida|avda\.?|paseo|plaza|camino|ronda"
    r"|rua|praça|travessa|largo|estrada|ul\.|ulica|al\.|aleja|pl\.|os\.)"
)
_NUMBER_FIRST = (
    r"(?:rue|avenue|av\.|boulevard|bd|place|allée|chemin|impasse|quai|route|cours|passage|square)"
)
_STREETS = (
    rf"(?:{_UNIT},?[ ])?\d{{1,6}}[a-zA-Z]?[ ](?:(?:[NSEW]{{1,2}}\.?|North|South|East"
    rf"|West)[ ])?{_WORDS}{_ENGLISH}(?![ ][A-Z][a-z]+s\b)",
    rf"\d{{1,6}}(?:,)?[ ](?:\d{{1,4}}[ ])?(?:\d{{1,3}}(?:st|nd|rd|th)[ ]){_ENGLISH}",
    rf"(?:\d{{1,6}}[ ])?{UPPER}[\w.-]*(?<=\w){_COMPOUND}[ ]{_NO}(?!\w)",
    rf"(?:\d{{1,6}}[ ])?(?:{_W}[ ]){{1,3}}(?i:stra(?:ß|ss)e|str\.|weg|allee|platz|utca|útja?"
    rf"|vej|väg|gata|katu)[ ]{_NO}(?!\w)",
    rf"(?:\d{{1,6}}[ ])?(?i:{_ROMANCE})[ ](?:{_WORDS}"
    rf"|(?:{_SMALL}[ ]){{0,3}}(?:{_W}[ ]){{0,3}}{_W},[ ])(?:n[.º°]?[ ]?)?(?!\d{{5}}){_NO}(?!\w)",
    rf"{_NO},?[ ](?:bis[ ]"
    rf"|ter[ ])?(?i:{_NUMBER_FIRST})[ ](?:(?:{_SMALL}[ ]){{0,3}}(?:[dl]['’])?{_W}(?:[ ](?!\d)"
    rf"|(?!\w))){{1,4}}",
    # A house number twice (before and after the street) is one only where a flat follows.
    rf"\d{{1,6}}[ ](?:[^\W\d_][\w.'’-]*[ ]){{1,5}}(?:\d{{1,5}}[a-z]?)?\.?"
    rf"(?=[ ]?[,\n][ >?*]*{_UNIT}|[ ]{_UNIT}\b)",
    r"(?i:p\.?[ ]?o\.?[ ]?box|post(?:fach|bus|boks|lokero)|apartado(?: de correos)?"
    r"|boîte postale|casella postale|caixa postal)[ ]\d{1,6}",
    r"(?i:unit|psc)[ ]\d{1,5},?[ ](?i:box)[ ]\d{1,5}(?:\s+(?i:[adf]po[ ]a[aep])[ ]\d{5})?",
    rf"(?i:us(?:s|ns|cgc|nv|ms))[ ]{UPPER}[\w-]+\s+(?i:[adf]po[ ]a[aep])[ ]\d{{5}}",
)
_LINE = r"(?:[ ]{0,8}[,;]?[ \t]{0,8}(?:\r?\n[ \t>?*]{0,12},?[ ]?|[ ])|,[ ]?)"
_POST_CODE = (
    r"(?:[A-Z]{1,2}[- ])?\d{3,6}(?:[- ]\d{2,4})?(?:[ ]?[A-Z]{2}\b)?"
    r"|[A-Z]{1,2}\d[A-Z\d]?[ ]?\d[A-Z]{2}|[A-Z]\d[A-Z][ ]?\d[A-Z]\d"
)
_TOWN = rf"{_W}(?:[ -](?:{_SMALL}[ ])?{_W}){{0,3}}"
_COUNTRY = (
    r"Germany|Deutschland|Austria|Österreich|Switzerland|Schweiz|France|Spain|España|Italy"
    r"|Italia|Portugal|Netherlands|Nederland|Belgium|Poland|Polska|Denmark|Sweden"
    r"|Norway|Finland|Ireland|United Kingdom|UK|England|Scotland|Wales"
    r"|United States(?: of America)?|USA|Canada|Mexico|Brazil|Brasil|India|Japan|Australia"
    r"|New Zealand"
)
_AFTER = re.compile(
    rf"(?:{_LINE}{_UNIT}(?!\w)(?:[ ]?\n[ >?*,]*{_TOWN}(?=[ ]?\n|[ ]\d|,"
    rf"|$)){{0,3}}(?:[ ]{_POST_CODE}(?!\w))?)?"
    rf"(?:{_LINE}(?:(?:{_POST_CODE})(?!\w)[ ]{_TOWN}"
    rf"|{_TOWN}(?:{_LINE}{_TOWN}){{0,2}}{_LINE}(?:{_POST_CODE})(?!\w)))?"
    rf"(?:{_LINE}(?:{_COUNTRY})\b)?"
)
"""What may follow a street: the flat, the town with its post code, the country."""

_STREET = re.compile(
    rf"(?<![\w$€£.,-])(?:\d{{1,6}}[ ])?(?:{'|'.join(f'(?:{street})' for street in _STREETS)})"
)

_STATED = re.compile(
    r"(?i:(?<!mail )(?<!ip )(?<!mac )(?<!web )(?:\b(?:address|adresse|anschrift|direcci[oó]n"
    r"|indirizzo|endereço|morada)(?:[ ](?:of [\w ,&.-]{2,40} )?(?:is|ist|es|est|é|with"
    r"|to))?(?: now)?"
    r"[ ]?:?|\b(?:he|she|we|i|\w+) (?:now )?lives? at|(?:office|restaurant|house|store"
    r"|shop)s? (?:is|are) (?:located )?(?:at|on)|located at|moved to|meet (?:me|you) at"
    r"|(?:ship|send|deliver|sent|delivered|shipped|taxi|returned|return|arrived)(?: (?:it|them"
    r"|this|a new one))? (?:to|at)|bus station is on|drops you off at))"
    rf"[ \n]{{1,8}}(?P<value>(?:the corner of )?(?=[^\n?!;@]{{0,60}}\d)(?=[^\n]*{UPPER})"
    rf"(?!https?:)(?:{UPPER}|\d)"
    r"(?:(?!\.\s+[A-Z][a-z]+ [a-z]|(?<=\d)\.\s|(?<=[a-z]{5})\.\s|,? and (?!\w+ )|\n\s*\n"
    r"|[?!;@<>]|\s(?:because|but|please|after|before|instead|by|on|until|since|which|where"
    r"|when|i|my|for|in|last|office|orders?|invoice|phone|tel|call)\b)[\s\S]){4,140})"
)
"""What is called an address; it ends where the sentence goes on."""

_STREET_LIKE = re.compile(
    rf"(?:^|[ \n])\d{{1,6}}[ ]{UPPER}\w+[\s\S]*(?:[,\n]|\s\d{{2,}}(?![ ]?(?:%|€|EUR|USD|GBP)))"
    rf"|{UPPER}\w[\w.'’-]+[ ](?:\d{{2,5}}\b|\d(?=[,\n]))"
)

_POST_CODE_STATED = re.compile(
    r"(?i)\b(?:zip|post(?:al)?|pin)[ ]?code(?: is|:"
    r"| =)?[ ]{1,3}(?P<value>(?=[A-Z]{0,3}\d)[A-Z\d]{3,7}(?:[ -][A-Z\d]{2,4}(?=\W|$))?)(?!\w)"
)


def find_addresses(text: str) -> Iterator[Span]:
    """Streets with what follows them (flat, post code, town)"
    ", boxes, and what is called an address."""
    if not any(letter.isdigit() for letter in text):
        return
    for match in _STREET.finditer(text):
        end = match.end()
        after = _AFTER.match(text, end)
        end = after.end() if after else end
        value = text[match.start() : end].rstrip(" ,;\n\r\t")
        # The full stop of "Ave." belongs to it, that of "Avenue." ends the sentence.
        end = match.start() + len(re.sub(r"(?<=\w{5})\.$", "", value))
        yield Span("ADDRESS", match.start(), end, 0.88)
    for match in _STATED.finditer(text):
        value = match["value"].rstrip(" ,;.\n\r\t")
        if _STREET_LIKE.search(value):
            yield Span("ADDRESS", match.start("value"), match.start("value") + len(value), 0.88)
    for match in _POST_CODE_STATED.finditer(text):
        yield Span("ADDRESS", match.start("value"), match.end("value"), 0.75)
