"""Articles are split along their sections, into parts of a fitting size, and nothing is lost."""

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.retrieve.blocks import without_front_matter
from services.retrieve.html import html_to_markdown
from services.retrieve.splitter import MAX_TOKENS, MIN_TOKENS, Part, plain, split
from services.retrieve.tokens import count_tokens

SENTENCE = "Turn the wheel by one notch and wait until the light is green again. "
LINES = [
    "# Heading",
    "## Sub heading",
    "Setext\n------",
    "- item one\n- item two\n  - nested",
    "1. first\n2. second",
    "| a | b |\n| --- | --- |\n| 1 | 2 |",
    "```python\nprint('x')\n```",
    "[ref]: https://example.com 'title'",
    "> quoted text",
    "<div>html <b>block</b></div>",
    "***",
    "水をやりすぎないでください。土が乾いたら。",
    "word " * 150,
    SENTENCE * 8,
    "x" * 3000,
    "\n\n",
    "~~~\nunclosed fence",
]
TAGS = [
    *("<p>", "</p>", "<ul>", "<li>", "</ul>", "<table>", "<tr>", "<td>", "</table>", "<h2>"),
    *("<a>", "<a href='x'>", "</a>", "<pre>", "</pre>", "</h2>", "<br/>", "<!-- ", "-->"),
    *("</script>", "<svg>", "</svg>", "<![CDATA[", "&amp;", "&#0;", "<", "<td"),
]
documents = st.lists(st.one_of(st.sampled_from(LINES), st.text(max_size=60)), max_size=25).map(
    "\n\n".join
)
relaxed = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text)


@relaxed
@given(documents, st.text(min_size=1, max_size=80))
def test_no_word_is_lost_and_no_part_is_too_long(text: str, title: str) -> None:
    parts = split(title, text, "markdown")
    kept = words(without_front_matter(text))
    found = words("\n".join(part.text for part in parts))
    position = 0
    for word in found:  # table heads may come twice; everything else once and in order
        if position < len(kept) and kept[position].startswith(word):
            kept[position] = kept[position][len(word) :]
            position += not kept[position]
    assert position == len(kept)
    assert all(count_tokens(part.text) <= MAX_TOKENS for part in parts)
    assert all(part.text.strip() and part.windows for part in parts)


@relaxed
@given(documents, st.text(min_size=1, max_size=200))
def test_the_local_model_reads_every_window_whole(text: str, title: str) -> None:
    for part in split(title, text, "markdown"):
        assert all(count_tokens(window) <= 254 for window in part.windows)


@relaxed
@given(
    st.lists(
        st.one_of(
            st.sampled_from(TAGS),
            st.text(max_size=20),
        ),
        max_size=40,
    ).map("".join)
)
def test_no_html_makes_it_fail(html: str) -> None:
    for part in split("Title", html, "html"):
        assert count_tokens(part.text) <= MAX_TOKENS


def test_a_short_article_is_one_part() -> None:
    [part] = split("Returns", "Send it back.\n\n## How\n\nPrint the label.", "markdown")
    assert part.text == "Send it back.\n\n## How\n\nPrint the label."
    assert part.section == "How"


def test_long_articles_make_parts_of_200_to_400_tokens() -> None:
    sections = [f"## Section {n}\n\n" + SENTENCE * (3 + 5 * (n % 4)) for n in range(24)]
    parts = split("The wheel", "\n\n".join(sections), "markdown")
    sizes = [count_tokens(part.text) for part in parts]
    assert len(parts) > 8
    assert all(MIN_TOKENS <= size <= MAX_TOKENS for size in sizes[:-1])


def test_a_section_begins_a_new_part_where_the_former_is_long_enough() -> None:
    text = "\n\n".join(f"## Section {n}\n\n" + SENTENCE * 16 for n in range(3))
    parts = split("The wheel", text, "markdown")
    assert [part.section for part in parts] == ["Section 0", "Section 1", "Section 2"]


def test_the_title_is_kept_in_every_window() -> None:
    text = "\n\n".join(f"## Section {n}\n\n" + SENTENCE * 40 for n in range(2))
    windows = [window for part in split("The wheel", text, "markdown") for window in part.windows]
    assert len(windows) > 4
    assert all(window.startswith("The wheel\nSection ") for window in windows)


def test_subsections_name_their_path_and_the_title_is_not_repeated() -> None:
    text = "# Hub\n\n## Reset\n\n### Factory\n\nHold the button."
    [part] = split("Hub", text, "markdown")
    assert part.section == "Reset > Factory"


def test_a_table_cut_in_two_keeps_its_head() -> None:
    rows = "\n".join(
        f"| part number {n} | costs {n} euros and ships in {n} days |" for n in range(60)
    )
    parts = split("Prices", f"| Part | Price |\n| --- | --- |\n{rows}", "markdown")
    assert len(parts) > 1
    assert all(part.text.startswith("| Part | Price |\n| --- | --- |\n") for part in parts)


def test_code_cut_in_two_stays_code() -> None:
    code = "\n".join(f"print('line number {n}')" for n in range(120))
    parts = split("Code", f"```python\n{code}\n```", "markdown")
    assert len(parts) > 1
    assert all(part.text.startswith("```python\n") for part in parts)
    assert all(part.text.rstrip().endswith("```") for part in parts)


@pytest.mark.parametrize(
    "text",
    [
        "---\ntitle: x\ntags: [a]\n---\nBody.",
        "+++\ntitle = 'x'\n+++\nBody.",
        "\ufeffBody.",
        "Body.",
    ],
)
def test_front_matter_is_no_text(text: str) -> None:
    assert [part.text for part in split("T", text, "markdown")] == ["Body."]


@pytest.mark.parametrize("text", ["", " \n", "---\na: b\n---\n"])
def test_nothing_to_read_gives_no_part(text: str) -> None:
    assert split("T", text, "markdown") == []


def test_markup_is_not_embedded() -> None:
    assert plain("## A **bold** [link](https://x.y/z)\n\n- item\n| a | b |") == (
        "A bold link\nitem\na b"
    )


def test_the_hash_follows_what_is_embedded() -> None:
    def hashed(title: str, text: str) -> str:
        [part] = split(title, text, "markdown")
        return part.text_hash

    assert hashed("T", "Body.") == hashed("T", "Body.\n\n")
    assert len({hashed("T", "Body."), hashed("U", "Body."), hashed("T", "Bodies.")}) == 3
    assert Part("", "x", ("a", "b")).text_hash != Part("", "x", ("a b",)).text_hash


HTML = """
<html><head><title>no</title><style>p{}</style></head><body>
<h1>Reset   the hub</h1>
<p>Press <b>the</b>&nbsp;button &amp; wait.<br>Then <a href="/go">go on</a>.</p>
<ol><li><p>One</p></li><li>Two<ul><li>Inner</li></ul></li></ol>
<table><thead><tr><th>A</th><th>B</th></tr></thead><tr><td>1</td><td>2</td></tr></table>
<pre><code>a = 1
  b = 2</code></pre><script>evil()</script><img alt="The button" src="x.png"></body></html>
"""


def test_html_becomes_readable_markdown() -> None:
    assert html_to_markdown(HTML) == (
        "# Reset the hub\n\nPress the button & wait.\nThen [go on](/go).\n\n"
        "1. One\n2. Two\n  - Inner\n\n"
        "| A | B |\n| --- | --- |\n| 1 | 2 |\n\n"
        "```\na = 1\n  b = 2\n```\n\nThe button"
    )


def test_a_head_that_is_left_open_hides_no_article() -> None:
    page = "<!doctype html><html lang=en><head><title>no</title><body><p>Send it back.</p>"
    assert html_to_markdown(page) == "Send it back."


def test_deeply_nested_html_neither_fails_nor_takes_long() -> None:
    [part] = split("T", "<div><b>" * 100_000 + "deep", "html")
    assert part.text == "deep"
