"""`Check the connection` says of any helpdesk in words what is missing."""

import pytest

from tests.helpdesks.bed.connection import found_of, missing_in, said_of, without_other_tests
from tests.helpdesks.bed.desk import VendorDesk
from tests.helpdesks.bed.n8n import TOKEN
from tests.helpdesks.bed.servers import loopback
from tests.helpdesks.bed.system import Edit, System

pytestmark = pytest.mark.n8n


def test_all_is_well_and_an_unused_helpdesk_is_no_fault(
    vendor: VendorDesk, system: System, settings: Edit
) -> None:
    [found] = found_of(system, vendor.name)
    assert without_other_tests(found["missing"]) == []
    guide = f"See docs/helpdesks/{vendor.source}.md."
    assert found["result"] == (guide if found["missing"] else f"{vendor.name} is connected.")
    settings(**{f"{vendor.source}_url": ""})
    assert found_of(system, vendor.name) == []


def test_who_does_not_answer_is_named(vendor: VendorDesk, system: System, settings: Edit) -> None:
    vendor.fail(vendor.ask_who_we_are, times=3)
    settings(ledger_url="http://127.0.0.1:9")
    said = missing_in(system, vendor.name)
    assert f"docs/helpdesks/{vendor.source}.md" in said
    assert f"{vendor.name} does not answer at https://{vendor.host} (500)" in said
    assert "The ledger does not answer" in said


def test_what_could_not_be_taken_in_is_told(vendor: VendorDesk, system: System) -> None:
    where = {"workflow": f"Receive {vendor.name} ticket", "step": "Write it as a ticket"}
    body = {"source": vendor.source, "reason": "No subject.", "shape": {"ticket": {}}, **where}
    headers = {"Authorization": f"Bearer {TOKEN}"}
    url = f"{system.ledger_url}/webhooks/failures"
    assert loopback().post(url, json=body, headers=headers).status_code == 201
    words = "Since yesterday 1 × not taken in at “Write it as a ticket”: No subject."
    assert words in said_of(system, vendor.name)
