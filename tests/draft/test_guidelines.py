"""Guidelines files: inheritance between languages, and errors that name the file."""

from pathlib import Path

import pytest

from services.common.languages import detect_language
from services.draft.errors import GuidelinesInvalid
from services.draft.guidelines import GuidelinesFolder, customers_locale
from services.draft.prompting import build_prompt
from tests.draft.material import guidelines_folder, request


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


def test_a_country_lies_on_top_of_its_language(tmp_path: Path) -> None:
    folder = guidelines_folder(tmp_path)
    (folder / "de-at.md").write_text('---\nsign_off: "Liebe Grüße"\n---\nServus.\n')
    austrian = GuidelinesFolder(folder).for_language("de_AT")
    assert (austrian.greeting, austrian.sign_off) == ("Guten Tag {name},", "Liebe Grüße")
    assert austrian.text.endswith("Siezen Sie.\n\nServus.")


@pytest.mark.parametrize(
    ("language", "locale", "used"),
    [
        ("pt", "pt-BR", "pt-BR"),
        ("pt", "en-US", "pt"),
        ("pt", None, "pt"),
        ("pt-PT", "pt-BR", "pt-PT"),
    ],
)
def test_the_country_comes_from_the_helpdesk(language: str, locale: str | None, used: str) -> None:
    requester = {"id": "r1", "locale": locale}
    assert customers_locale(request(language=language, requester=requester)) == used
    shipped = GuidelinesFolder(SHIPPED).for_language(used)
    assert ("Atenciosamente" in shipped.sign_off) is (used == "pt-BR")


SHIPPED = Path("config/guidelines")
FORMALITY = {
    "de": "siezen",
    "es": "usted",
    "fr": "vouvoyons",
    "ja": "丁寧語",
    "ko": "합쇼체",
    "pt": "terceira pessoa",
}


@pytest.mark.parametrize("language", FORMALITY)
def test_each_answered_language_has_its_own_form_of_address(language: str) -> None:
    folder = GuidelinesFolder(SHIPPED)
    own, default = folder.for_language(language), folder.for_language("xx")
    for name in ("greeting", "greeting_without_name", "sign_off"):
        assert getattr(own, name) != getattr(default, name)
    added = own.text.removeprefix(default.text)
    assert added != own.text, "what holds for everybody holds here, too"
    assert FORMALITY[language] in added
    assert detect_language(added).tag == language


@pytest.mark.parametrize("language", FORMALITY)
def test_a_model_is_told_the_form_of_address(language: str) -> None:
    guidelines = GuidelinesFolder(SHIPPED).for_language(language).text
    prompt = build_prompt(request(language=language), guidelines, max_turns=5, max_tokens=100)
    assert FORMALITY[language] in prompt.system
    assert f"Language of the customer: {language}." in prompt.user
