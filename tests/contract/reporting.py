"""The kit's output: one line per promise, and why where it is broken."""

import inspect
from typing import Any

import pytest


class PlainReport:
    """A pytest plugin that says each check's docstring with a tick or a cross."""

    def __init__(self, step: str, url: str) -> None:
        self.kept = 0
        self.broken: list[str] = []
        self._titles: dict[str, str] = {}
        print(f"Contract of the step `{step}` at {url}\n")

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        for item in items:
            function: Any = getattr(item, "function", None)
            title = (inspect.getdoc(function) or item.name).split("\n")[0].rstrip(".")
            self._titles[item.nodeid] = f"{_call(item)}{title}{_case(item)}"

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" or report.failed:
            self._say(self._titles.get(report.nodeid, report.nodeid), report)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.broken.append(str(report.longrepr))
            print(f"  ✗ the kit itself failed: {report.longrepr}")

    def _say(self, title: str, report: pytest.TestReport) -> None:
        if report.passed:
            self.kept += 1
            print(f"  ✓ {title}")
            return
        why = _why(report)
        self.broken.append(title)
        print(f"  ✗ {title}\n      {why}")

    def finish(self) -> None:
        """Say the sum."""
        total = self.kept + len(self.broken)
        kept = total and not self.broken
        verdict = "The contract is kept." if kept else "The contract is broken."
        print(f"\n{self.kept} of {total} kept. {verdict}")


def _call(item: pytest.Item) -> str:
    case = getattr(item, "callspec", None)
    call = case.params.get("call") if case else None
    return f"POST {call.path}: " if call else ""


def _case(item: pytest.Item) -> str:
    case = getattr(item, "callspec", None)
    call = case.params.get("call") if case else None
    rest = case.id if case else ""
    if call:
        rest = rest.removesuffix(call.path).removesuffix("-")
    return f" ({rest})" if rest else ""


def _why(report: pytest.TestReport) -> str:
    crash = getattr(report.longrepr, "reprcrash", None)
    message = crash.message if crash is not None else str(report.longrepr)
    lines = [line.strip() for line in str(message).splitlines() if line.strip()]
    return "\n      ".join(lines[:6]).removeprefix("AssertionError: ")
