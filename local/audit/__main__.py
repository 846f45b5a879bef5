"""`make audit`: known weaknesses of what ships; what is accepted stands in config/audit."""

import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from rich.console import Console
from rich.table import Table

from local.audit.findings import Accepted, Audited, Finding, acceptance, read_accepted
from local.audit.tools import audit_npm, audit_python
from local.settings import ROOT

ACCEPTED = ROOT / "config" / "audit" / "accepted.yaml"
_SHOWN = 5


def main(accepted_file: Path = ACCEPTED) -> int:
    """Ask both tools and report; see `report` for the exit code."""
    accepted = read_accepted(accepted_file)
    return report([audit_python(), audit_npm()], accepted, date.today(), Console())


def report(
    audits: Sequence[Audited], accepted: list[Accepted], today: date, console: Console
) -> int:
    """Print what was found; 1 where something is not accepted, 2 where it could not be looked at.

    An accepted weakness counts as not accepted from the day after it expires.
    """
    findings = [finding for audit in audits for finding in audit.findings]
    table = Table("package", "version", "weakness", "severity", "fixed in", "accepted")
    open_ones = 0
    for finding in sorted(findings, key=lambda each: (each.ecosystem, each.package, each.id)):
        known = acceptance(finding, accepted)
        passes = known is not None and known.expires >= today
        open_ones += not passes
        table.add_row(*_row(finding, known, passes))
    if findings:
        console.print(table)
    for each in _not_found(accepted, findings):
        console.print(f"Not found any more, take it out of the file: {each.package} {each.id}")
    for audit in audits:
        console.print(f"{audit.ecosystem}: {audit.packages} packages, {_count(audit)} weaknesses")
    return _exit_code(audits, open_ones, console)


def _exit_code(audits: Sequence[Audited], open_ones: int, console: Console) -> int:
    unknown = [f"{audit.ecosystem}: {why}" for audit in audits for why in audit.unknown]
    for line in unknown[:_SHOWN]:
        console.print(f"! {line}", soft_wrap=True)
    if open_ones:
        console.print(f"{open_ones} weaknesses are not accepted: update, or say why not.")
        return 1
    if unknown:
        console.print(
            f"NOT AUDITED: {len(unknown)} questions got no answer, so nothing is known about "
            "them. The advisory databases must be reachable from here."
        )
        return 2
    return 0


def _row(finding: Finding, known: Accepted | None, passes: bool) -> list[str]:
    if known is None:
        state = "NO"
    else:
        state = f"{'until' if passes else 'EXPIRED'} {known.expires}: {known.reason}"
    what = f"{finding.id} {finding.title}"[:100]
    return [finding.package, finding.version, what, finding.severity, finding.fixed_in, state]


def _not_found(accepted: list[Accepted], findings: list[Finding]) -> list[Accepted]:
    found = [acceptance(finding, accepted) for finding in findings]
    return [each for each in accepted if each not in found]


def _count(audit: Audited) -> str:
    return str(len(audit.findings)) if not audit.unknown else f"at least {len(audit.findings)}"


if __name__ == "__main__":
    sys.exit(main())
