"""Each fault, under load: no ticket is lost, none answered twice, and the ends come in time."""

import pytest

from tests.faults.fault import Fault
from tests.faults.laboratories import Laboratories
from tests.faults.registry import all_faults
from tests.faults.table import Results, keep

pytestmark = [pytest.mark.laboratory, pytest.mark.e2e]


@pytest.mark.parametrize("fault", all_faults(), ids=lambda fault: fault.name)
def test_survives(fault: Fault, laboratories: Laboratories, results: Results) -> None:
    why = fault.cannot()
    if why:
        results.not_run.append((fault, why))
        pytest.skip(why)
    outcome = laboratories.of(fault).run(fault)
    results.outcomes.append(outcome)
    keep(results)
    found = [str(finding) for finding in outcome.comparison.findings]
    assert not found
    assert outcome.is_in_time, f"the last end came after {outcome.seconds_to_last_end} s"
