"""The writer's own words of a plain text: quoted text and signatures cut, nothing lost silently.

Where a reply begins to quote is found by mail-parser-reply, in all its languages. Its rules for
signatures are not used: they cut everything after a line that begins with "Thanks," or a hyphen.
"""

import re
from dataclasses import dataclass

from mailparser_reply import EmailReplyParser
from mailparser_reply.constants import MAIL_LANGUAGES

_LINE_LIMIT = 300
_LINES_LIMIT = 1500
_FORWARD_SUBJECT = re.compile(
    r"^\s*(fwd?|wg|tr|rv|enc|i|vs|doorst|転送|전달)\s*[:：]", re.IGNORECASE
)
_FORWARD_LINE = re.compile(
    r"-{3,30} ?(forwarded message|weitergeleitete nachricht|message transféré|mensaje reenviado"
    r"|mensagem encaminhada) ?-{3,30}|begin forwarded message:",
    re.IGNORECASE,
)
_RULE = re.compile(r"^[_-]{20,}$")
_SENT_FROM = re.compile(
    r"(sent from my|sent from outlook|get outlook for|envoyé de mon|envoyé depuis|inviato da"
    r"|enviado desde|enviado do meu|verzonden vanaf mijn|skickat från).{0,60}"
    r"|von meinem .{1,40} gesendet|.{1,20}から送信|나의 .{1,20}에서 보냄",
    re.IGNORECASE,
)
_PARSER = EmailReplyParser(languages=list(MAIL_LANGUAGES))


@dataclass(frozen=True)
class OwnWords:
    """What the writer wrote, and whether anything was cut."""

    text: str
    shortened: bool


def own_words(text: str, subject: str, *, is_reply: bool) -> OwnWords:
    """Return `text` without quoted messages and signature; a forwarded message is kept whole.

    Where nothing would be left, nothing is cut; nor are quotes in what answers no message.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").strip().split("\n")
    whole = "\n".join(lines)
    if _is_forward(lines, subject):
        return OwnWords(whole, shortened=False)
    kept = "\n".join(_without_signature(_without_quotes(lines) if is_reply else lines)).strip()
    if not kept:
        return OwnWords(whole, shortened=False)
    return OwnWords(kept, shortened=kept != whole.strip())


def _is_forward(lines: list[str], subject: str) -> bool:
    return bool(_FORWARD_SUBJECT.match(subject)) or any(
        _FORWARD_LINE.fullmatch(line.strip("> ")) for line in lines if len(line) < _LINE_LIMIT
    )


def _without_quotes(lines: list[str]) -> list[str]:
    start, header = _quote_start(lines)
    before, after = lines[:start], lines[start + header :]
    if any(line.lstrip().startswith(">") for line in lines):
        # quoted line by line: what stands between the quotes is an answer
        return [line for line in before + after if not line.lstrip().startswith(">")]
    return before


def _quote_start(lines: list[str]) -> tuple[int, int]:
    """Return the line in which the quoted message begins, and how many lines introduce it."""
    # long lines are no introduction, and the library's patterns take quadratic time on them
    short = [_shown(line) for line in lines[:_LINES_LIMIT]]
    replies = _PARSER.read("\n".join(short)).replies
    own = replies[0]
    if own.headers:
        return 0, _lines_of(own.headers)
    if len(replies) > 1:
        return _line_after(short, own.content), _lines_of(replies[1].headers)
    return len(lines), 0


def _shown(line: str) -> str:
    stripped = line.strip()
    return "" if _RULE.match(stripped) or len(stripped) > _LINE_LIMIT else stripped


def _line_after(lines: list[str], content: str) -> int:
    """Return the first line with text behind `content`."""
    place = "\n".join(lines).find(content) + len(content)
    line = "\n".join(lines)[:place].count("\n") + 1
    while line < len(lines) and not lines[line]:
        line += 1
    return line


def _lines_of(header: str | None) -> int:
    return (header or "").strip().count("\n") + 1 if header else 0


def _without_signature(lines: list[str]) -> list[str]:
    for place, line in enumerate(lines):
        if place and line.rstrip("\n") in ("-- ", "--", "—"):
            lines = lines[:place]
            break
    while lines and _is_trailer(lines[-1].strip()[:_LINE_LIMIT]):
        lines = lines[:-1]
    return lines


def _is_trailer(line: str) -> bool:
    return not line or bool(_SENT_FROM.fullmatch(line) or _RULE.match(line))
