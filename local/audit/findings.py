"""What the audit tools found, in one form, and which of it somebody has accepted."""

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field

Json = dict[str, Any]


class Accepted(BaseModel):
    """One weakness that is known and let pass until a day."""

    model_config = ConfigDict(extra="forbid")

    id: str
    package: str
    reason: str = Field(min_length=20)
    expires: date


@dataclass(frozen=True)
class Finding:
    """One known weakness of one locked package."""

    ecosystem: str
    package: str
    version: str
    id: str
    names: frozenset[str] = field(default_factory=frozenset)
    severity: str = ""
    fixed_in: str = ""
    title: str = ""


@dataclass(frozen=True)
class Audited:
    """What one tool looked at; `unknown` says what it could not look at, and why."""

    ecosystem: str
    packages: int
    findings: list[Finding]
    unknown: list[str]


def read_accepted(path: Path) -> list[Accepted]:
    """Read what was accepted; a wrong entry is an error, not an acceptance."""
    listed = (yaml.safe_load(path.read_text()) or {}).get("accepted") or []
    return [Accepted.model_validate(entry) for entry in listed]


def acceptance(finding: Finding, accepted: list[Accepted]) -> Accepted | None:
    """Return who let it pass, expired or not."""
    names = {finding.id, *finding.names}
    fitting = [a for a in accepted if a.package == finding.package and a.id in names]
    return max(fitting, key=lambda each: each.expires, default=None)


def from_pip_audit(report: Json) -> Audited:
    """Read what `pip-audit --format json` wrote; what it skipped counts as not looked at."""
    findings, unknown = [], []
    for package in report["dependencies"]:
        if "skip_reason" in package:
            unknown.append(package["skip_reason"])
        for each in package.get("vulns", []):
            findings.append(
                Finding(
                    ecosystem="PyPI",
                    package=package["name"],
                    version=package["version"],
                    id=each["id"],
                    names=frozenset(each.get("aliases", [])),
                    fixed_in=", ".join(each.get("fix_versions", [])),
                    title=each.get("description", "").strip().partition("\n")[0],
                )
            )
    return Audited("PyPI", len(report["dependencies"]), findings, unknown)


def from_npm_audit(report: Json) -> Audited:
    """Read what `npm audit --json` wrote; an error of the registry counts as not looked at."""
    if "vulnerabilities" not in report:
        return Audited("npm", 0, [], [str(report.get("message", "npm audit gave no report"))])
    findings = {
        (finding.id, finding.package): finding
        for package in report["vulnerabilities"].values()
        for via in package["via"]
        if isinstance(via, dict)
        for finding in [_from_npm(package, via)]
    }
    count = report["metadata"]["dependencies"]["total"]
    return Audited("npm", count, list(findings.values()), [])


def _from_npm(package: Json, via: Json) -> Finding:
    advisory = via["url"].rpartition("/")[2]
    return Finding(
        ecosystem="npm",
        package=via["name"],
        version=via.get("range", ""),
        id=advisory,
        names=frozenset({str(via["source"])}),
        severity=via.get("severity", ""),
        fixed_in="an update" if package.get("fixAvailable") else "",
        title=via.get("title", ""),
    )
