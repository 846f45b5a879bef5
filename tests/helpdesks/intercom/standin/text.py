"""Messages are kept as HTML, as Intercom keeps them, and shown as HTML or as plain text."""

from html import escape
from html.parser import HTMLParser

_BLOCKS = {"p", "div", "ul", "ol", "h1", "h2", "h3", "blockquote"}


def as_html(text: str) -> str:
    """Return what Intercom makes of a message that somebody typed."""
    paragraphs = escape(text, quote=False).split("\n\n")
    return "\n".join(f"<p>{part.replace(chr(10), '<br>')}</p>" for part in paragraphs)


def as_plain_text(html: str) -> str:
    """Return the words of a message, as `display_as=plaintext` gives them."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return "".join(reader.words).strip("\n")


class _Reader(HTMLParser):
    """Collects the words; blocks and line breaks become line breaks."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []

    def handle_data(self, data: str) -> None:
        self.words.append(data.replace("\n", "") if data.isspace() else data)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag in ("br", "li"):
            self.words.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _BLOCKS:
            self.words.append("\n\n")
