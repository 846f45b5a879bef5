"""Write `.env.example` from the settings classes: `python -m local.env_example`."""

import importlib
import inspect
import pkgutil
import textwrap
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Any

from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings

import services
from local.settings import ROOT

EXAMPLE = ROOT / ".env.example"
_FIRST = ["services.common.settings", "services.common.llm.settings"]
_MORE = ("local.settings", "local.workflows.settings")
_HEAD = """\
# Every setting of Deskloop. `make up` copies this file to `.env` and invents the secrets that are
# empty here. A line that starts with `# NAME=` shows the default; remove the `#` to change it.
# Written by `python -m local.env_example`; a test holds it equal to the settings classes.
"""


def settings_classes() -> list[type[BaseSettings]]:
    """Every settings class of the product, the common ones first."""
    found = [
        module.name
        for module in pkgutil.walk_packages(services.__path__, "services.")
        if module.name.endswith(".settings")
    ]
    ordered = [*_FIRST, *sorted(set(found) - set(_FIRST))]
    return [cls for name in [*ordered, *_MORE] for cls in _classes_of(name)]


def _classes_of(module: str) -> Iterator[type[BaseSettings]]:
    for _, cls in inspect.getmembers(importlib.import_module(module), inspect.isclass):
        if issubclass(cls, BaseSettings) and cls.__module__ == module:
            yield cls


def variable(cls: type[BaseSettings], name: str, field: FieldInfo) -> str:
    """The environment variable that sets `field`."""
    if isinstance(field.validation_alias, str):
        return field.validation_alias
    return f"{cls.model_config['env_prefix']}{name}".upper()


def render() -> str:
    """The whole file; a variable that several classes read is explained once."""
    parts, seen = [_HEAD], set[str]()
    for cls in settings_classes():
        lines = []
        for name, field in cls.model_fields.items():
            key = variable(cls, name, field)
            if key not in seen:
                seen.add(key)
                lines.append(_entry(key, field))
        if lines:
            title = inspect.cleandoc(cls.__doc__ or "").splitlines()[0]
            parts.append(f"# --- {title}\n\n" + "\n".join(lines))
    return "\n".join(parts)


def _entry(key: str, field: FieldInfo) -> str:
    about = textwrap.fill(
        field.description or "",
        98,
        initial_indent="# ",
        subsequent_indent="# ",
        break_on_hyphens=False,
    )
    required = field.is_required()
    default = "" if required else _shown(field.get_default(call_default_factory=True))
    return f"{about}\n{'' if required else '# '}{key}={default}\n"


def _shown(default: Any) -> str:
    match default:
        case None:
            return ""
        case Enum():
            return str(default.value)
        case bool():
            return str(default).lower()
        case Path() if default.is_absolute():
            return str(default.relative_to(ROOT))
        case list() | tuple():
            return ",".join(map(str, default))
    return str(default)


if __name__ == "__main__":
    EXAMPLE.write_text(render(), encoding="utf-8")
    print(f"Wrote {EXAMPLE.name}.")
