"""What a customer actually wrote: a message without quoted mail, signature and mail client's lines.

Used wherever a ticket is compared with other texts, so that both sides are treated alike.
"""

import re

from services.contracts import Author, Ticket

_HISTORY = re.compile(
    r"""^\s*(?:
        -{2,}\s*(?:original\ message|ursprüngliche\ nachricht|message\ d'origine|mensaje\ original
            |mensagem\ original|forwarded\ message)\s*-{2,}
        | (?:on|am|le|el|em)\b.{6,200}\b(?:wrote|schrieb|a\ écrit|escribió|escreveu)\b.{0,120}:\s*$
        | _{20,}\s*$
    )""",
    re.IGNORECASE | re.VERBOSE,
)
"""A line after which only older mails follow."""

_OUTLOOK = re.compile(
    r"^[ \t]*\*?(?:from|von|de):.{3,200}\n\n?[ \t]*\*?"
    r"(?:sent|date|gesendet|datum|envoyé|enviado|enviada)\*?:",
    re.IGNORECASE | re.MULTILINE,
)
_SIGNATURE = re.compile(r"^--\s?$")
_CLIENT = re.compile(
    r"^\s*(?:sent from my |get outlook for |von meinem .{2,30} gesendet|envoyé de mon "
    r"|enviado desde mi |enviado do meu )",
    re.IGNORECASE,
)
_CLOSING = re.compile(
    r"^\s*(?:(?:best|kind|warm)(?:est)? (?:regards|wishes)|regards|sincerely(?: yours)?|cheers"
    r"|thanks(?: a lot| so much)?|many thanks|thank you(?: (?:so|very) much)?"
    r"|yours (?:truly|faithfully)"
    r"|(?:mit )?(?:freundlichen|besten|lieben|viele) grüßen?|mfg|cordialement|bien à vous"
    r"|(?:un )?saludos?(?: cordiales)?|atenciosamente|obrigad[oa])\s*[,.!]*\s*$",
    re.IGNORECASE,
)
_CLOSING_LINES = 5
_LINE_LENGTH = 60

_UNSPACED = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_SHORT_WORDS = 14
_SHORT_SIGNS = 30


def clean_message(text: str) -> str:
    """Return the customer's own words of a mail; the whole text where nothing would be left."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if outlook := _OUTLOOK.search("\n".join(lines)):
        lines = "\n".join(lines)[: outlook.start()].split("\n")
    own = _without_signature(_own_lines(lines))
    cleaned = _squeeze("\n".join(own))
    return cleaned or _squeeze(text)


def ticket_text(subject: str, body: str) -> str:
    """Return subject and cleaned message as one text, without saying the subject twice."""
    message = clean_message(body)
    subject = _squeeze(subject)
    if not subject or message.casefold().startswith(subject.casefold()):
        return message
    return f"{subject}\n{message}".strip()


def question_text(ticket: Ticket, max_turns: int = 5) -> str:
    """Return what the customer asks now, with the message before where that alone says too little.

    "And how long does it take?" is understood by what the customer wrote before it; only the last
    `max_turns` of the conversation are looked at, and of those only the customer's own.
    """
    text = ticket_text(ticket.subject, ticket.body)
    if not is_short(clean_message(ticket.body)):
        return text
    recent = ticket.thread[-max_turns:] if max_turns else []
    asked = [turn.body for turn in recent if turn.author is Author.CUSTOMER]
    return f"{text}\n{clean_message(asked[-1])}".strip() if asked else text


def is_short(message: str) -> bool:
    """Whether a message is too short to be understood without the one before it."""
    signs = len(_UNSPACED.findall(message))
    return len(message.split()) <= _SHORT_WORDS and signs <= _SHORT_SIGNS


def _own_lines(lines: list[str]) -> list[str]:
    own: list[str] = []
    for line in lines:
        if _HISTORY.match(line) or (_SIGNATURE.match(line) and own):
            break
        if not line.lstrip().startswith(">") and not _CLIENT.match(line):
            own.append(line)
    return own


def _without_signature(lines: list[str]) -> list[str]:
    """Cut from a closing phrase on, where only a few short lines (a name, a phone) follow it."""
    for index in range(max(1, len(lines) - _CLOSING_LINES), len(lines)):
        rest = lines[index + 1 :]
        if _CLOSING.match(lines[index]) and all(len(line) <= _LINE_LENGTH for line in rest):
            return lines[:index]
    return lines


def _squeeze(text: str) -> str:
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return "\n".join(line for line in lines if line)
