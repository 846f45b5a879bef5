"""The audit fails on what nobody accepted, and says so where it could not look."""

import json
import sys
import tomllib
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from rich.console import Console

from local.audit.__main__ import ACCEPTED, report
from local.audit.findings import (
    Accepted,
    Audited,
    from_npm_audit,
    from_pip_audit,
    read_accepted,
)
from local.audit.tools import python_report, shipped
from local.settings import ROOT

DATA = Path(__file__).parent / "data"
TODAY = date(2026, 11, 22)


def recorded(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((DATA / name).read_text())
    return loaded


PYTHON = from_pip_audit(recorded("pip-audit.json"))
NPM = from_npm_audit(recorded("npm-audit.json"))


def accept(id_: str, package: str, expires: str = "2026-12-31") -> Accepted:
    reason = "We never render templates of strangers."
    return Accepted.model_validate(
        {"id": id_, "package": package, "reason": reason, "expires": expires}
    )


def run(audits: list[Audited], accepted: list[Accepted]) -> tuple[int, str]:
    out = StringIO()
    code = report(audits, accepted, TODAY, Console(file=out, width=200))
    return code, out.getvalue()


def test_both_reports_are_read() -> None:
    [jinja] = PYTHON.findings
    assert (jinja.package, jinja.version, jinja.fixed_in) == ("jinja2", "3.1.2", "3.1.3")
    [minimist] = NPM.findings
    assert (minimist.package, minimist.id) == ("minimist", "GHSA-xvch-5gv4-984h")
    assert minimist.severity == "critical"


def test_what_nobody_accepted_fails() -> None:
    code, said = run([PYTHON, NPM], [])
    assert code == 1
    assert "PYSEC-2024-1" in said
    assert "2 weaknesses are not accepted" in said


def test_what_was_accepted_passes_with_its_reason() -> None:
    accepted = [accept("CVE-2024-22195", "jinja2"), accept("GHSA-xvch-5gv4-984h", "minimist")]
    code, said = run([PYTHON, NPM], accepted)
    assert code == 0
    assert "We never render" in said


def test_an_acceptance_is_of_one_package_and_expires() -> None:
    other = [accept("PYSEC-2024-1", "mako"), accept("GHSA-xvch-5gv4-984h", "minimist")]
    assert run([PYTHON, NPM], other)[0] == 1
    expired = [accept("PYSEC-2024-1", "jinja2", "2026-11-21")]
    code, said = run([PYTHON], expired)
    assert code == 1
    assert "EXPIRED 2026-11-21" in said


def test_what_is_not_found_any_more_is_said() -> None:
    code, said = run([Audited("PyPI", 1, [], [])], [accept("CVE-2020-1", "gone")])
    assert code == 0
    assert "take it out of the file: gone CVE-2020-1" in said


@pytest.mark.parametrize(
    "audit",
    [
        from_npm_audit({"message": "405 Method Not Allowed", "statusCode": 405}),
        from_pip_audit(
            {"dependencies": [{"name": "x", "skip_reason": "not found on PyPI"}], "fixes": []}
        ),
        python_report([sys.executable, "-c", "import sys; sys.exit('no such host')"]),
    ],
)
def test_no_answer_is_no_good_news(audit: Audited) -> None:
    code, said = run([audit], [])
    assert code == 2
    assert "NOT AUDITED" in said


def test_an_acceptance_needs_a_reason_and_a_day(tmp_path: Path) -> None:
    file = tmp_path / "accepted.yaml"
    for entry in ("reason: later", "reason: A reason that is long enough, but no day."):
        file.write_text(f"accepted:\n- id: CVE-1\n  package: x\n  {entry}\n")
        with pytest.raises(ValidationError):
            read_accepted(file)


def test_the_committed_file_can_be_read() -> None:
    assert isinstance(read_accepted(ACCEPTED), list)


def test_what_ships_is_asked_about_and_tools_of_development_are_not() -> None:
    pinned = shipped(tomllib.loads((ROOT / "uv.lock").read_text()))
    assert {"fastapi", "starlette", "django-helpdesk", "psycopg-binary"} <= set(pinned)
    assert not {"pytest", "schemathesis", "ruff"} & set(pinned)
