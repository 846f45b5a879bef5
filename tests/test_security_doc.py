"""What docs/security.md and docs/privacy.md name as proof exists, and no row lacks one silently."""

import re

import pytest

from local.settings import ROOT

DOCS = ("security.md", "privacy.md")
_NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


def named() -> list[tuple[str, str]]:
    texts = [(ROOT / "docs" / name).read_text() for name in DOCS]
    return sorted({found for text in texts for found in _NAMED.findall(text)})


def test_many_tests_are_named() -> None:
    assert len(named()) > 50


@pytest.mark.parametrize(("path", "name"), named())
def test_named_test_exists(path: str, name: str) -> None:
    source = (ROOT / path).read_text()
    assert re.search(rf"^(?:async )?(?:def|class) {name}\b|^{name} = ", source, re.M)


def rows(start: str) -> list[str]:
    text = (ROOT / "docs" / "security.md").read_text()
    return [line for line in text.splitlines() if re.match(rf"\| {start}\d+ ", line)]


def test_both_tables_are_complete() -> None:
    assert [row[2:7] for row in rows("LLM")] == [f"LLM{n:02}" for n in range(1, 11)]
    assert [row.split()[1] for row in rows("V")] == [f"V{n}" for n in range(1, 18)]


@pytest.mark.parametrize("row", rows("LLM") + rows("V"))
def test_a_row_names_a_test_or_says_that_nothing_applies(row: str) -> None:
    assert _NAMED.search(row) or "none is used" in row or "none are used" in row
