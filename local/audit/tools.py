"""Asks pip-audit and npm about what the lock files pin."""

import json
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import Any

from local.audit.findings import Audited, from_npm_audit, from_pip_audit
from local.n8n.environment import N8N_FOLDER, node_folder
from local.settings import ROOT

_SECONDS = 600
_SHIPPED_GROUPS = ("local",)


def shipped(lock: dict[str, Any], project: str = "deskloop") -> dict[str, str]:
    """Return name and version of what a user installs: no tools of development."""
    packages = {each["name"]: each for each in lock["package"]}
    own = packages[project]
    todo = [each["name"] for each in own.get("dependencies", [])]
    for group in _SHIPPED_GROUPS:
        todo += [each["name"] for each in own.get("dev-dependencies", {}).get(group, [])]
    found: dict[str, str] = {}
    while todo:
        name = todo.pop()
        if name in found:
            continue
        package = packages[name]
        found[name] = package["version"]
        extras = package.get("optional-dependencies", {}).values()
        todo += [each["name"] for each in package.get("dependencies", [])]
        # of an extra that nobody asked for nothing is installed, but asking for more is safe
        todo += [each["name"] for extra in extras for each in extra if each["name"] in packages]
    return dict(sorted(found.items()))


def audit_python() -> Audited:
    """Ask pip-audit about the packages of uv.lock that ship."""
    pinned = shipped(tomllib.loads((ROOT / "uv.lock").read_text()))
    with tempfile.TemporaryDirectory() as folder:
        listed = Path(folder) / "requirements.txt"
        listed.write_text("".join(f"{name}=={version}\n" for name, version in pinned.items()))
        command = [sys.executable, "-m", "pip_audit", "--requirement", str(listed), "--no-deps"]
        options = ["--disable-pip", "--format", "json", "--progress-spinner", "off"]
        return python_report([*command, *options])


def python_report(command: list[str]) -> Audited:
    """Run pip-audit and read its report; without one, say why."""
    done = _run(command, ROOT)
    try:
        return from_pip_audit(json.loads(done.stdout))
    except ValueError:
        return Audited("PyPI", 0, [], [_last_line(done.stderr, "pip-audit gave no report")])


def audit_npm() -> Audited:
    """Ask npm about local/n8n/package-lock.json."""
    node = node_folder()
    npm = node.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    done = _run([str(node / "node"), str(npm), "audit", "--json"], N8N_FOLDER)
    try:
        return from_npm_audit(json.loads(done.stdout))
    except ValueError:
        return Audited("npm", 0, [], [_last_line(done.stderr, "npm audit gave no report")])


def _run(command: list[str], folder: Path) -> "subprocess.CompletedProcess[str]":
    try:
        return subprocess.run(
            command, cwd=folder, capture_output=True, text=True, timeout=_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(command, 1, "", f"no answer within {_SECONDS} s")


def _last_line(text: str, otherwise: str) -> str:
    lines = [line for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else otherwise
