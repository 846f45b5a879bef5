"""A configuration to try: a file of settings as in `.env`, and policies beside them."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from dotenv import dotenv_values
from pydantic import ValidationError

from evals.errors import DataInvalid
from local.env_example import settings_classes, variable
from local.workflows.settings import TableSeed
from services.contracts.policies import PolicyValues

_POLICY = "POLICY_"
PRESET = "POLICY_PRESET"
_OURS = frozenset({"DESKLOOP_TOKEN", "DESKLOOP_TOKEN_PREVIOUS", "DESKLOOP_DATABASE_URL"})
"""Given by the evaluation itself, whatever the file says."""
_SERVICES = ("CLASSIFY_", "RULES_", "RETRIEVE_", "DRAFT_", "STORE_CORRECTION_", "DESKLOOP_")
_VENDORS = ("ANTHROPIC_", "OPENAI_")
_WORKFLOW = {
    "N8N_DOCUMENTS": "documents",
    "N8N_CORRECTIONS": "corrections",
    "N8N_MINIMUM_SIMILARITY": "minimum_similarity",
    "N8N_MINIMUM_PROBABILITY_TO_SEND": "minimum_probability_to_send",
}


@dataclass(frozen=True)
class Workflow:
    """What the main workflow reads from its `Settings` table, and passes on."""

    documents: int = 5
    corrections: int = 3
    minimum_similarity: float = 0.78
    minimum_probability_to_send: float = 0.0


@dataclass(frozen=True)
class Policies:
    """Changes to the category policies: a preset first, then single values."""

    preset: str | None = None
    everywhere: Mapping[str, str] = field(default_factory=dict)
    of_category: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def unchanged(self) -> bool:
        """Whether the policies stay as a new system has them."""
        return self.preset is None and not self.everywhere and not self.of_category


@dataclass(frozen=True)
class Configuration:
    """Everything that one side of a comparison is run with."""

    name: str
    environment: Mapping[str, str] = field(default_factory=dict)
    policies: Policies = field(default_factory=Policies)
    workflow: Workflow = field(default_factory=Workflow)

    def embeds_like(self, other: "Configuration") -> bool:
        """Whether both may share stored vectors."""
        mine, theirs = _embedding(self.environment), _embedding(other.environment)
        return mine == theirs

    def mark(self, step: str) -> str:
        """The settings that the answers of `step` depend on, as one text."""
        prefixes = (f"{step.upper()}_", "DESKLOOP_", *_VENDORS)
        return repr(
            sorted(each for each in self.environment.items() if each[0].startswith(prefixes))
        )

    @contextmanager
    def applied(self, more: Mapping[str, str]) -> Iterator[None]:
        """The process's environment with these settings, and `more` on top."""
        before = dict(os.environ)
        os.environ.update(self.environment)
        os.environ.update(more)
        try:
            yield
        finally:
            os.environ.clear()
            os.environ.update(before)


def read_configuration(path: Path | None) -> Configuration:
    """Read a file of settings, None for the defaults; raises `DataInvalid` naming the setting."""
    if path is None:
        return Configuration("as it is", workflow=_workflow(Path(), {}))
    if not path.is_file():
        raise DataInvalid(f"{path}: there is no such file of settings")
    try:
        written = dotenv_values(path, encoding="utf-8", interpolate=False)
    except UnicodeDecodeError as error:
        raise DataInvalid(f"{path}: is not UTF-8; save the file as UTF-8") from error
    values = {name: value for name, value in written.items() if value}
    _refuse_unknown(path, list(written))
    return Configuration(
        name=path.stem.lstrip(".") or path.name,
        environment={n: v for n, v in values.items() if _matters(n)},
        policies=_policies(path, values),
        workflow=_workflow(path, values),
    )


def policy_of(policies: Policies, category: str, now: Mapping[str, Any]) -> PolicyValues:
    """The policy of `category` after the changes; raises `DataInvalid` naming value and setting."""
    changed = {**now, **policies.everywhere, **policies.of_category.get(category, {})}
    try:
        return PolicyValues.model_validate(changed)
    except ValidationError as error:
        first = error.errors()[0]
        name = "_".join(str(part) for part in first["loc"]).upper()
        raise DataInvalid(f"{_POLICY}{name}, category {category}: {first['msg']}") from error


def check_categories(policies: Policies, known: list[str]) -> None:
    """Refuse policies of categories that do not exist."""
    for category in policies.of_category:
        if category not in known:
            raise DataInvalid(
                f"{_POLICY}{category.upper()}__…: there is no category '{category}'; "
                f"there are: {', '.join(known)}"
            )


def _embedding(environment: Mapping[str, str]) -> dict[str, str]:
    # the store keeps vectors of one model; how texts are cut is code and the same for both
    return {n: v for n, v in environment.items() if n.startswith("DESKLOOP_EMBEDDINGS")}


def _matters(name: str) -> bool:
    return name.startswith((*_SERVICES, *_VENDORS)) and name not in _OURS


def _known_names() -> set[str]:
    return {
        variable(cls, name, each)
        for cls in settings_classes()
        for name, each in cls.model_fields.items()
    }


def _refuse_unknown(path: Path, names: list[str]) -> None:
    known = _known_names()
    fields = set(PolicyValues.model_fields)
    for name in names:
        if name == PRESET or name in known:
            continue
        if name.startswith(_POLICY) and _policy_field(name)[1] in fields:
            continue
        possible = [*known, PRESET, *(f"{_POLICY}{each.upper()}" for each in sorted(fields))]
        near = get_close_matches(name, possible, 1)
        hint = f"did you mean {near[0]}?" if near else ".env.example lists them all"
        raise DataInvalid(f"{path}: there is no setting {name}; {hint}")


def _policy_field(name: str) -> tuple[str | None, str]:
    """POLICY_BILLING__SEND_THRESHOLD → ("billing", "send_threshold")."""
    rest = name.removeprefix(_POLICY).lower()
    category, separator, single = rest.partition("__")
    return (category, single) if separator else (None, rest)


def _policies(path: Path, values: Mapping[str, str]) -> Policies:
    everywhere: dict[str, str] = {}
    of_category: dict[str, dict[str, str]] = {}
    for name, value in values.items():
        if name.startswith(_POLICY) and name != PRESET:
            category, single = _policy_field(name)
            target = everywhere if category is None else of_category.setdefault(category, {})
            target[single] = value
    return Policies(values.get(PRESET), everywhere, of_category)


def _workflow(path: Path, values: Mapping[str, str]) -> Workflow:
    given = {field_: values[name] for name, field_ in _WORKFLOW.items() if name in values}
    try:
        # the table's own class knows which of them are whole numbers
        seed = TableSeed.model_validate(given)
    except ValidationError as error:
        first = error.errors()[0]
        raise DataInvalid(f"{path}: N8N_{str(first['loc'][0]).upper()}: {first['msg']}") from error
    return Workflow(**{name: getattr(seed, name) for name in Workflow.__dataclass_fields__})
