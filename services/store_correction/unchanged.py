"""Whether what was sent is what was drafted, however it was laid out, greeted and signed.

An approval lets a category answer by itself, so whatever is in doubt counts as an edit.
"""

import html
import re
import unicodedata

from services.store_correction.comparison import denies

_TAG = re.compile(r"</?[a-z][a-z0-9]*(?:\s[^<>]*)?/?>", re.IGNORECASE)
_ITEM = re.compile(r"<li(?:\s[^<>]*)?>", re.IGNORECASE)
_BREAK = re.compile(r"<(?:br|p|div|/p|/div|/li|h\d)(?:\s[^<>]*)?/?>", re.IGNORECASE)
_LINK = re.compile(r"!?\[([^\]\[]*)\]\(<?([^()\s<>]*)>?(?:\s+\"[^\"]*\")?\)")
_LINE_START = re.compile(r"^\s*(?:#{1,6}\s+|>\s?|[-*+•]\s+)*")
_RULE = re.compile(r"^\s*(?:[-*_=]\s*){3,}$|^```\w*$")
_WORD = re.compile(
    r"https?://[^\s<>()\[\]\"']+|[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+"
    r"|\d+(?:[.,:/-]\d+)*|\w+(?:'\w+)*|[€$£¥₹%°<>=≤≥±]"
)
_NAME = r"[^\W\d_a-z][\w.’'-]*|there|all|again|everyone|sir|madam|team"
_GREETING = re.compile(
    r"^\W*(?:hi|hello|hey|dear|good (?:morning|afternoon|evening|day)|hallo|guten (?:tag|morgen)"
    r"|liebe[r]?|sehr geehrte[r]?|bonjour|cher|chère|hola|buenos días|estimad[oa]|olá)"
    rf"(?:\s+(?-i:{_NAME})){{0,3}}\s*(?:[,!.:]\s*|$)",
    re.IGNORECASE,
)
_CLOSING = re.compile(
    r"^\W*(?:(?:(?:with )?(?:best|kind|warm)(?:est)? (?:regards|wishes)|all the best|best|regards"
    r"|sincerely(?: yours)?|cheers|thanks|many thanks|thank you|yours (?:truly|sincerely)"
    r"|(?:mit )?(?:freundlichen|besten|lieben|viele|liebe|beste) grüßen?|mfg|cordialement"
    r"|bien à vous|(?:un )?saludos?(?: cordiales)?|atenciosamente|obrigad[oa])"
    rf"(?:\s*[,.!]+(?:\s*(?-i:{_NAME})){{0,3}})?\s*)$",
    re.IGNORECASE,
)
_SMALL_WORDS = {"of", "the", "and", "at", "from", "your", "team", "support", "customer", "care"}
_MAX_SIGNATURE_LINES = 6


def reads_the_same(draft: str, sent: str) -> bool:
    """Whether both say the same words, numbers and links; greeting and signature do not count."""
    said = words(sent)
    return bool(said) and said == words(draft)


def words(text: str) -> list[str]:
    """Return what a message says, without its layout, greeting and signature."""
    lines = _without_greeting(_without_signature(_plain(text).split("\n")))
    body = "\n".join(_LINE_START.sub("", line) for line in lines if not _RULE.match(line))
    found = (word.strip("_").rstrip(".,;:!?*~`") for word in _WORD.findall(body.casefold()))
    return [word for word in found if word]


def _plain(text: str) -> str:
    """Return the text without HTML and Markdown links, in one notation of characters."""
    text = unicodedata.normalize("NFKC", text.replace("\r\n", "\n").replace("\r", "\n"))
    text = _BREAK.sub("\n", _ITEM.sub("\n- ", text))
    text = html.unescape(_TAG.sub("", text))
    text = text.translate(str.maketrans("’‘`“”", "'''\"\""))
    return _LINK.sub(lambda link: link[2] if link[1] == link[2] else f"{link[1]} {link[2]}", text)


def _without_greeting(lines: list[str]) -> list[str]:
    first = next((n for n, line in enumerate(lines) if line.strip()), len(lines))
    return [
        *(_GREETING.sub("", line, count=1) for line in lines[first : first + 1]),
        *lines[first + 1 :],
    ]


def _without_signature(lines: list[str]) -> list[str]:
    """Cut names, closing phrase and signature block off the end, as long as something is left."""
    left = sum(1 for line in lines if line.strip())
    for start, line in enumerate(lines):
        left -= bool(line.strip())
        is_mark = line.strip() == "--" and start and left <= _MAX_SIGNATURE_LINES
        if is_mark and _is_block(lines[start + 1 :]):
            lines = lines[:start]
            break
    lines = _trimmed(lines)
    paragraph = next((n for n in range(len(lines), 0, -1) if not lines[n - 1].strip()), 0)
    if paragraph and all(_is_name(line) for line in lines[paragraph:]):
        lines = _trimmed(lines[:paragraph])
    closing = next((n for n, line in enumerate(lines) if n and _CLOSING.match(line)), None)
    if closing is not None and all(map(_is_closing_or_name, lines[closing + 1 :])):
        lines = _trimmed(lines[:closing])
    return lines


def _is_closing_or_name(line: str) -> bool:
    """A helpdesk that signs for its agents puts a second signature under the draft's own."""
    return _is_name(line) or bool(_CLOSING.match(line))


def _trimmed(lines: list[str]) -> list[str]:
    return "\n".join(lines).rstrip().split("\n")


def _is_block(lines: list[str]) -> bool:
    """Whether the few lines under a `--` are an address, not sentences."""
    return not any(_says_something(line) for line in lines if line.strip())


def _says_something(line: str) -> bool:
    return bool(re.search(r"[.!?:]\s*$|^\s*p\.?\s?s\b", line, re.IGNORECASE)) or denies(line)


def _is_name(line: str) -> bool:
    """Whether a line is blank, or a name as under a letter: "Maya", "Your Larkspur team"."""
    said = line.strip(" ,*_|")
    if not said:
        return True
    parts = [part for part in re.split(r"[\s|,&/]+", said) if part]
    named = [part for part in parts if part[0].isupper()]
    known = all(part[0].isupper() or part in _SMALL_WORDS for part in parts)
    plain = not re.search(r"\d", said) and not _LINE_START.match(line).group().strip()  # type: ignore[union-attr]
    return plain and known and bool(named) and len(parts) <= 5 and not _says_something(said)
