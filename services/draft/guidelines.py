"""Guidelines: how the company writes, per language, as files that a support lead edits."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from services.draft.errors import GuidelinesInvalid


@dataclass(frozen=True)
class Guidelines:
    """One language's guidelines: the whole text for a model, greeting and sign-off for all."""

    text: str
    greeting: str
    greeting_without_name: str
    sign_off: str


class GuidelinesFolder:
    """`default.md` for everybody, `<language>.md` on top of it.

    Each file may open with a YAML head (`greeting`, `greeting_without_name`, `sign_off`); what a
    language's file leaves out comes from `default.md`. A greeting may name the customer by `{name}`
    or `{first_name}`.
    """

    def __init__(self, folder: Path) -> None:
        if not (folder / "default.md").is_file():
            raise GuidelinesInvalid(f"{folder / 'default.md'} is missing; it holds the tone.")
        self._default_head, self._default_text = _read(folder / "default.md")
        self._languages = {
            path.stem.lower(): _read(path) for path in folder.glob("*.md") if path.stem != "default"
        }
        for key in ("greeting", "greeting_without_name", "sign_off"):
            if not isinstance(self._default_head.get(key), str):
                raise GuidelinesInvalid(f"{folder / 'default.md'}: '{key}' is missing in its head.")

    def for_language(self, language: str) -> Guidelines:
        """Guidelines for a BCP 47 tag; `pt-BR` falls back to `pt`, then to the default."""
        tag = language.lower()
        head, text = self._languages.get(tag) or self._languages.get(tag.split("-")[0]) or ({}, "")
        merged = {**self._default_head, **head}
        return Guidelines(
            text="\n\n".join(part for part in (self._default_text, text) if part),
            greeting=merged["greeting"],
            greeting_without_name=merged["greeting_without_name"],
            sign_off=merged["sign_off"],
        )


def _read(path: Path) -> tuple[dict[str, Any], str]:
    content = path.read_text(encoding="utf-8")
    if not content.startswith("---\n"):
        return {}, content.strip()
    head, separator, text = content[4:].partition("\n---\n")
    if not separator:
        raise GuidelinesInvalid(f"{path}: the head opened with '---' is never closed.")
    try:
        parsed = yaml.safe_load(head) or {}
    except yaml.YAMLError as error:
        raise GuidelinesInvalid(f"{path}: the head is not YAML ({error}).") from error
    if not isinstance(parsed, dict) or not all(isinstance(v, str) for v in parsed.values()):
        raise GuidelinesInvalid(f"{path}: the head must be lines of 'name: text'.")
    return parsed, text.strip()
