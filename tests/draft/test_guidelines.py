"""Guidelines files: inheritance between languages, and errors that name the file."""

from pathlib import Path

import pytest

from services.draft.errors import GuidelinesInvalid
from services.draft.guidelines import GuidelinesFolder
from tests.draft.material import guidelines_folder


def test_a_language_lies_on_top_of_the_default(tmp_path: Path) -> None:
    german = GuidelinesFolder(guidelines_folder(tmp_path)).for_language("de-AT")
    assert german.greeting == "Guten Tag {name},"
    assert german.sign_off == "Best regards,\nLarkspur Support"
    assert german.text == "Write like a helpful neighbour.\n\nSiezen Sie."


def test_an_unknown_language_has_the_default(tmp_path: Path) -> None:
    assert (
        GuidelinesFolder(guidelines_folder(tmp_path)).for_language("fi").greeting
        == "Hi {first_name},"
    )


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("default.md", "no head", "'greeting' is missing"),
        ("de.md", "---\ngreeting: x\n", "never closed"),
        ("de.md", "---\n- a\n---\n", "name: text"),
        ("de.md", "---\na: [\n---\n", "not YAML"),
    ],
)
def test_a_broken_file_is_named(tmp_path: Path, name: str, content: str, says: str) -> None:
    (guidelines_folder(tmp_path) / name).write_text(content)
    with pytest.raises(GuidelinesInvalid, match=says) as error:
        GuidelinesFolder(tmp_path)
    assert name in str(error.value)


def test_a_folder_without_a_default_is_refused(tmp_path: Path) -> None:
    with pytest.raises(GuidelinesInvalid, match=r"default\.md is missing"):
        GuidelinesFolder(tmp_path)


def test_what_ships_is_valid() -> None:
    folder = GuidelinesFolder(Path("config/guidelines"))
    for language in ("en", "de", "fr", "es", "pt", "ja", "ko"):
        guidelines = folder.for_language(language)
        assert "name}" in guidelines.greeting
        assert guidelines.text
