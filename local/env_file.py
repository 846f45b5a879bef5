"""Make `.env` from `.env.example`, with a secret of its own for each clone."""

import os
import secrets
from collections.abc import Callable
from pathlib import Path

from dotenv import dotenv_values

from local.settings import ENV_FILE, ROOT

EXAMPLE = ROOT / ".env.example"


def _secret() -> str:
    return secrets.token_hex(24)


def _password() -> str:
    """Return what a person can type, with the capital and the digit that n8n asks for."""
    letters = "abcdefghjkmnpqrstuvwxyz"
    return "-".join(
        ["Leaf", *("".join(secrets.choice(letters) for _ in range(4)) for _ in range(3))]
    ) + str(secrets.randbelow(90) + 10)


GENERATED: dict[str, Callable[[], str]] = {
    "DESKLOOP_TOKEN": _secret,
    "CONSOLE_PASSWORD": _password,
    "CONSOLE_SECRET_KEY": _secret,
    "LOCAL_POSTGRES_PASSWORD": _secret,
    "LOCAL_HELPDESK_SECRET_KEY": _secret,
    "LOCAL_HELPDESK_WEBHOOK_SECRET": _secret,
    "LOCAL_HELPDESK_ADMIN_PASSWORD": _password,
    "LOCAL_HELPDESK_AGENT_PASSWORD": _password,
    "LOCAL_N8N_ENCRYPTION_KEY": _secret,
    "LOCAL_HELPDESK_BOT_PASSWORD": _secret,
    "LOCAL_N8N_OWNER_PASSWORD": _password,
    "N8N_WEBHOOK_KEY": _secret,
}
"""What is invented where it is empty; everything else has a default or may stay empty."""


def ensure_env_file(path: Path = ENV_FILE, example: Path = EXAMPLE) -> list[str]:
    """Write what is missing and return the names of the secrets invented; readable by us only.

    An existing file is only added to, so nothing a person set is lost.
    """
    text = _existing(path, example)
    missing = [name for name in GENERATED if not dotenv_values(path).get(name)]
    if not missing and path.exists():
        return []
    for name in missing:
        text = _with_value(text, name, GENERATED[name]())
    _write_private(path, text)
    return missing


def _existing(path: Path, example: Path) -> str:
    for candidate in (path, example):
        if candidate.exists():
            return candidate.read_text(encoding="utf-8")
    return ""


def _with_value(text: str, name: str, value: str) -> str:
    """Put `value` on the empty line of `name`, or add a line."""
    lines = text.splitlines()
    for number, line in enumerate(lines):
        if line.strip() in (f"{name}=", f"# {name}=", f"#{name}="):
            lines[number] = f"{name}={value}"
            return "\n".join(lines) + "\n"
    return "\n".join([*lines, f"{name}={value}"]) + "\n"


def _write_private(path: Path, text: str) -> None:
    temporary = path.with_name(f"{path.name}.{os.getpid()}")
    temporary.touch(mode=0o600)
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(path)


def main() -> None:
    """Make the file and say what was invented."""
    invented = ensure_env_file()
    print("\n".join(f"new secret: {name}" for name in invented) or ".env has every secret")


if __name__ == "__main__":
    main()
