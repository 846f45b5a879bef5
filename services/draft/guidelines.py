"""Guidelines: how the company writes, per language, as files that a support lead edits."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from services.contracts import DraftRequest
from services.draft.errors import GuidelinesInvalid


@dataclass(frozen=True)
class Guidelines:
    """One language's guidelines: the whole text for a model, greeting and sign-off for all."""

    text: str
    greeting: str
    greeting_without_name: str
    sign_off: str


class GuidelinesFolder:
    """`default.md` for everybody, `<language>.md` and `<language>-<country>.md` on top of it.

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
        """Guidelines for a BCP 47 tag: for `pt-BR` the default, `pt` on top, then `pt-br`."""
        tag = language.lower().replace("_", "-")
        names = dict.fromkeys([tag.split("-")[0], tag])
        layers = [self._languages[name] for name in names if name in self._languages]
        merged, texts = dict(self._default_head), [self._default_text]
        for head, text in layers:
            merged |= head
            texts.append(text)
        return Guidelines(
            text="\n\n".join(text for text in texts if text),
            greeting=merged["greeting"],
            greeting_without_name=merged["greeting_without_name"],
            sign_off=merged["sign_off"],
        )


def customers_locale(request: DraftRequest) -> str:
    """What the customer writes; with the country that the helpdesk knows, where that fits."""
    written = request.classification.language
    known = request.ticket.locale or request.ticket.requester.locale or ""
    same = known.lower().replace("_", "-").split("-")[0] == written.lower().split("-")[0]
    return known if same and "-" not in written else written


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
