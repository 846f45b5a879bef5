"""What a message holds that its reader does not see, made readable again.

Everything here is bounded: at most so many blobs and elements, each cut, so that no text becomes
much longer than it was.
"""

import base64
import binascii
import codecs
import re
from collections.abc import Iterator

_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{24,}+={0,2}")
_HEX = re.compile(r"(?<![0-9A-Za-z])(?:(?:0x|\\x)?[0-9a-fA-F]{2}[ :,]?){12,2000}+(?![0-9A-Za-z])")
_HEX_DIGITS = re.compile(r"(?:0x|\\x)?([0-9a-fA-F]{2})")
_TAG_LETTERS = re.compile("[\U000e0020-\U000e007e]+")
_ELEMENT = re.compile(r"<([a-zA-Z][a-zA-Z0-9]{0,20})(\s[^<>]{1,500})>")
_UNSEEN = re.compile(
    r"display\s{0,3}:\s{0,3}none|visibility\s{0,3}:\s{0,3}hidden|opacity\s{0,3}:\s{0,3}0(?![.\d])"
    r"|font-size\s{0,3}:\s{0,3}0(?![.\d])|max-height\s{0,3}:\s{0,3}0(?![.\d])"
    r"|(?<![-\w])color\s{0,3}[:=]\s{0,3}[\"']?(?:white\b|#f{3}(?:f{3})?\b|transparent\b"
    r"|rgb\(\s{0,3}255\s{0,3},\s{0,3}255\s{0,3},\s{0,3}255)"
    r"|\shidden(?=[\s=]|$)|text-indent\s{0,3}:\s{0,3}-\d{3}",
    re.IGNORECASE,
)
_MARKUP = re.compile(r"<[^<>]{0,500}>")
_MAX_BLOBS = 40
_MAX_DECODED = 20_000
_MAX_ELEMENTS = 40
_MAX_ELEMENT = 2_000

# Only a text in which one of these appears once it is turned around is worth a second look.
_TELLING = ("ignor", "instruct", "prompt", "previous", "system", "forget", "reveal", "password")
_LEET = str.maketrans("013457@$!|", "oieastasil")
_MIXED = re.compile(r"(?=[^\s]{0,40}[013457@$!|])[\w@$!|]{3,40}")


def hidden_parts(text: str) -> Iterator[str]:
    """Tag letters, HTML comments and unseen elements, base64, hex, rot13, leet, reversed text."""
    yield "\n".join(_from_tags(run) for run in _TAG_LETTERS.findall(text))
    yield "\n\n".join(part.partition("-->")[0] for part in text.split("<!--")[1:])
    yield from _unseen_elements(text)
    for blob in _BASE64.findall(text)[:_MAX_BLOBS]:
        yield _from_base64(blob)
    for blob in _HEX.findall(text)[:_MAX_BLOBS]:
        yield _from_hex(blob)
    yield from _disguised(text)


def _from_tags(run: str) -> str:
    return "".join(chr(ord(c) - 0xE0000) for c in run)


def _unseen_elements(text: str) -> Iterator[str]:
    """The texts of HTML elements whose style or attribute hides them from a reader."""
    found = 0
    for element in _ELEMENT.finditer(text):
        if found >= _MAX_ELEMENTS:
            return
        if _UNSEEN.search(element.group(2)):
            found += 1
            inside = text[element.end() : element.end() + _MAX_ELEMENT]
            end = inside.lower().find(f"</{element.group(1).lower()}")
            yield _MARKUP.sub(" ", inside[:end] if end >= 0 else inside)


def _from_base64(blob: str) -> str:
    """The text that `blob` is base64 of, or nothing."""
    standard = blob[:_MAX_DECODED].rstrip("=").translate(str.maketrans("-_", "+/"))
    if len(standard) % 4 == 1:
        standard = standard[:-1]
    try:
        return _readable(base64.b64decode(standard + "=" * (-len(standard) % 4)))
    except binascii.Error:
        return ""


def _from_hex(blob: str) -> str:
    return _readable(bytes.fromhex("".join(_HEX_DIGITS.findall(blob[:_MAX_DECODED]))))


def _readable(data: bytes) -> str:
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return ""
    return text if text.isprintable() or "\n" in text else ""


def _disguised(text: str) -> Iterator[str]:
    """The text read another way, where that way says something that attacks say."""
    low = text.lower()
    yield from (
        other
        for other in (
            codecs.encode(low, "rot13"),
            low[::-1],
            _MIXED.sub(lambda word: _without_leet(word.group()), low),
        )
        if other != low and any(word in other and word not in low for word in _TELLING)
    )


def _without_leet(word: str) -> str:
    """`1gn0r3` as it is meant; a plain number stays one."""
    return word if not any(c.isalpha() for c in word) else word.translate(_LEET)
