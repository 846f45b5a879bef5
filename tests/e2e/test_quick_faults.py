"""Some of the faults that `make test-faults` applies, with few tickets."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.e2e.system import EASY, System
from tests.faults.fault import Fault
from tests.faults.laboratory import Laboratory
from tests.faults.registry import all_faults

pytestmark = pytest.mark.faults


@pytest.fixture(scope="module")
def laboratory(system: System) -> Iterator[Laboratory]:
    """The system of the end-to-end tests, with people who write and decide meanwhile."""
    try:
        with closing(Laboratory(system.processes)) as running:
            yield running
    finally:
        system.set_policies(**EASY)


@pytest.mark.parametrize(
    "fault", [each for each in all_faults() if each.quick], ids=lambda fault: fault.name
)
def test_survives_with_few_tickets(fault: Fault, laboratory: Laboratory) -> None:
    outcome = laboratory.run(fault, tickets=6)
    assert not [str(finding) for finding in outcome.comparison.findings]
    assert outcome.is_in_time, f"the last end came after {outcome.seconds_to_last_end} s"
