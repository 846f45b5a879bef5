"""What Intercom in particular wants of a webhook."""

import json

import pytest

from local.workflows.files import read_workflows
from local.workflows.graph import HTTP, of_type
from tests.helpdesks.bed.system import System
from tests.helpdesks.intercom.standin.hooks import Report
from tests.helpdesks.intercom.standin.intercom import Intercom

pytestmark = pytest.mark.n8n


def test_the_address_and_a_test_are_answered(desk: Intercom, system: System) -> None:
    assert desk.subscription is not None
    desk.subscription.check_endpoint()
    ping = Report(json.dumps({"topic": "ping"}).encode(), desk.subscription, "ping")
    ping.send()
    assert ping.statuses == [200]


def test_it_answers_in_five_seconds_whatever_part_is_slow() -> None:
    """By the files as they are: the slowest single step, all its tries, and the record of it."""
    files = {file.id: file.workflow for file in read_workflows()}
    called = ("take-in-intercom-conversation", "record-intercom-event")
    nodes = [n for id_ in ("receive-intercom-ticket", *called) for n in of_type(files[id_], HTTP)]
    slowest = 0
    for node in nodes:
        timeout = node["parameters"]["options"]["timeout"]
        slowest = max(slowest, 3 * timeout + 2 * node["waitBetweenTries"])
    assert len(nodes) >= 7
    assert slowest < 4_500, "and half a second for n8n itself"
