"""Category policies and their presets, as the decisions need them."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from services.contracts.policies import Category, CategoryPolicy, PolicyValues
from services.contracts.rules import Mode
from services.rules.errors import RulesFileError, UnknownPreset
from services.rules.rulebook import describe, read_yaml

FALLBACK_CATEGORY = "general"


@dataclass(frozen=True)
class Standing:
    """What holds for a category right now.

    `corrections` counts those a human stands behind, `approved` the drafts approved unchanged.
    For a category without a policy, `policy` is that of `general`. `language_mode` is what the
    ticket's language was promoted or demoted to, and why; None where nothing was decided yet.
    """

    policy: CategoryPolicy
    corrections: int
    approved: int
    known: tuple[str, ...]
    unknown_category: bool = False
    language_mode: Mode | None = None
    language_reason: str = ""

    @property
    def in_cold_start(self) -> bool:
        """Whether the category holds too few corrections to trust its own threshold."""
        return self.corrections < self.policy.cold_start_corrections

    @property
    def threshold(self) -> float:
        """The probability from which a reply is sent now."""
        policy = self.policy
        if not self.in_cold_start:
            return policy.send_threshold
        return max(policy.send_threshold, policy.cold_start_threshold)


class Preset(BaseModel):
    """A preset file: values for every category, and what differs in some."""

    model_config = ConfigDict(extra="forbid")

    meaning: str = Field(min_length=1)
    every_category: PolicyValues
    categories: dict[Category, dict[str, Any]] = Field(default_factory=dict)

    def values_for(self, category: str) -> PolicyValues:
        """The policy that this preset gives `category`."""
        values = self.every_category.model_dump() | self.categories.get(category, {})
        return PolicyValues.model_validate(values)


def load_presets(folder: Path) -> dict[str, Preset]:
    """Read every preset in `folder`; raises `RulesFileError` naming file and entry."""
    presets = {path.stem: _load(path) for path in sorted(folder.glob("*.yaml"))}
    if not presets:
        raise RulesFileError(f"{folder}: holds no preset (*.yaml)")
    return presets


def _load(path: Path) -> Preset:
    try:
        preset = Preset.model_validate(read_yaml(path))
        for category in preset.categories:
            preset.values_for(category)
    except ValidationError as error:
        raise RulesFileError(describe(path, error)) from error
    return preset


def find_preset(presets: dict[str, Preset], name: str) -> Preset:
    """The preset `name`; raises `UnknownPreset` naming those that exist."""
    if name not in presets:
        raise UnknownPreset(f"No preset '{name}'; there are: {', '.join(presets)}.")
    return presets[name]
