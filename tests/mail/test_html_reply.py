"""The HTML of a reply links what it names, and never holds anything that loads or runs."""

import lxml.html
import pytest

from services.mail.html_reply import as_html


def links(text: str) -> list[str]:
    return [str(a.get("href")) for a in lxml.html.fromstring(as_html(text)).iter("a")]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("See https://x.example/a.", ["https://x.example/a"]),
        ("(https://x.example/a)", ["https://x.example/a"]),
        ("https://x.example/a_(b)_c, and", ["https://x.example/a_(b)_c"]),
        ("https://x.example/größe.", ["https://x.example/gr%C3%B6%C3%9Fe"]),
        ("https://müller.example/a", ["https://xn--mller-kva.example/a"]),
        ("https://x.example/1*2", ["https://x.example/1*2"]),
        ("こちらhttps://x.example/1をご覧ください", ["https://x.example/1"]),
        ("[here](https://x.example/a)", ["https://x.example/a"]),
        ("<https://x.example/a>", ["https://x.example/a"]),
        ("[here](https://x.example/1*2)", ["https://x.example/1*2"]),
        ("[mail](mailto:a@x.example)", ["mailto:a@x.example"]),
        ("[a](javascript:alert(1)) [b](data:text/html,x) [c](file:///etc)", []),
        ("[a](JaVaScRiPt&colon;alert(1)) [d](//x.example)", []),
        ("javascript:alert(1)", []),
    ],
)
def test_links(text: str, found: list[str]) -> None:
    assert links(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=https://x.example/p.png onerror=alert(1)>",
        "![picture](https://x.example/p.png)",
        '[a](https://x.example/" onmouseover="alert(1))',
        'https://x.example/" onmouseover=alert(1)',
        "<style>p{display:none}</style><iframe src=x></iframe>",
    ],
)
def test_nothing_loads_or_runs(text: str) -> None:
    page = lxml.html.fromstring(as_html(text))
    assert {element.tag for element in page.iter()} <= {"html", "head", "meta", "body", "p", "a"}
    assert {name for element in page.iter("a") for name in element.attrib} <= {"href"}
    assert not any(name.startswith("on") for element in page.iter() for name in element.attrib)


def test_paragraphs_lines_and_lists_stay() -> None:
    page = as_html("Hello,\n\none\ntwo\n\n- **three**\n- four\n\n# five")
    assert "<p>Hello,</p>\n<p>one<br>\ntwo</p>" in page
    assert "<li><strong>three</strong></li>\n<li>four</li>" in page
    assert "<p># five</p>" in page


def test_a_size_is_no_emphasis() -> None:
    assert "<p>30*40*5 cm, <em>not</em> 3*4</p>" in as_html("30*40*5 cm, *not* 3*4")
