"""What the README and the docs tell people to do can be done."""

import json
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = sorted(
    [ROOT / "README.md", *ROOT.glob("docs/**/*.md"), *ROOT.glob("services/*/README.md")],
)
_FENCE = re.compile(r"```(?:bash|sh|console)\n(.*?)```", re.DOTALL)
_LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)[^)]*\)")
_MAKE = re.compile(r"\bmake ([a-z][a-z-]+)")


def commands(page: Path) -> list[str]:
    """The `make …` lines of a page's command blocks."""
    blocks = _FENCE.findall(page.read_text())
    lines = [line.split("#")[0].strip() for block in blocks for line in block.splitlines()]
    return [line for line in lines if line.startswith("make ")]


def name(page: Path) -> str:
    return str(page.relative_to(ROOT))


@pytest.fixture(scope="module")
def targets() -> set[str]:
    return set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(), re.MULTILINE))


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_make_target_named_exists(page: Path, targets: set[str]) -> None:
    quoted = re.findall(r"`(make [^`]+)`", page.read_text())
    named = {m for text in [*quoted, *commands(page)] for m in _MAKE.findall(text)}
    assert named <= targets


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    missing = [
        link for link in _LINK.findall(page.read_text()) if not (page.parent / link).exists()
    ]
    assert missing == []


@pytest.mark.parametrize("command", commands(ROOT / "README.md"))
def test_every_command_of_the_readme_is_one_make_understands(command: str) -> None:
    done = subprocess.run(
        ["make", "--dry-run", *command.split()[1:]], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


def test_help_lists_every_target_of_the_readme() -> None:
    listed = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True).stdout
    for command in commands(ROOT / "README.md"):
        assert f"make {command.split()[1]} " in listed


@pytest.mark.parametrize(
    "row",
    re.findall(r"^\|.*`make eval-[a-z]+` \|$", (ROOT / "README.md").read_text(), re.MULTILINE),
)
def test_every_figure_of_the_readme_stands_in_its_report(row: str) -> None:
    _, _, measured, interval, _, command, _ = (cell.strip() for cell in row.split("|"))
    report = command.strip("`").removeprefix("make eval-")
    text = (ROOT / "evals" / "reports" / f"{report}.md").read_text()
    assert f"| {measured} | {interval} |" in text


def test_the_faults_of_the_readme_are_those_of_the_report() -> None:
    report = json.loads((ROOT / "evals" / "reports" / "faults.json").read_text())
    ran = [row for row in report["faults"] if "not_run" not in row]
    counted = [report["all"][name] for name in ("tickets", "lost", "twice", "after a human")]
    figures = " | ".join(f"{each:,}" for each in [len(ran), *counted, report["all"]["disagree"]])
    assert f"| {figures} | `make test-faults` |" in (ROOT / "README.md").read_text()
