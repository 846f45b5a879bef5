"""New conversations in Intercom, answered or handed over by the unmodified workflows."""

import threading
from collections.abc import Callable
from typing import Any

import pytest

from services.contracts import Verdict
from tests.helpdesks.bed.proxy import Proxy
from tests.helpdesks.bed.system import System
from tests.helpdesks.intercom.standin.intercom import Intercom
from tests.workflows import samples
from tests.workflows.stubs import Answer, Call, Stubs

pytestmark = pytest.mark.n8n


def end_of(system: System, id_: str, turn: int = 1) -> tuple[str, list[str]]:
    """Wait for the end of a ticket; returns its route and the rules that led there."""
    end = system.ended(f"intercom:{id_}", turn)
    return end["route"], [reason["rule"] for reason in end["reasons"]]


def test_a_new_conversation_is_answered_and_closed(
    desk: Intercom, system: System, proxy: Proxy
) -> None:
    id_ = desk.customer_asks("How long does a refund take?")
    assert end_of(system, id_) == ("auto_sent", [])
    assert desk.conversation(id_)["state"] == "closed"
    assert desk.tags(id_) == ["deskloop_answered"]
    [answer] = desk.by_bot(id_)
    assert answer["part_type"] == "comment"
    assert desk.public(id_) == [samples.REPLY]
    assert desk.notes(id_) == []
    detail = system.event(f"intercom:{id_}", "posted")["detail"]
    assert detail == {"comment_id": answer["id"], "found": True, "left_undone": 0}
    desk.settle()
    assert [d.statuses for d in desk.deliveries] == [[200], [200]]
    assert max(s for d in desk.deliveries for s in d.seconds) < 5
    assert set(proxy.asked) <= {"api.intercom.io", "acme.zendesk.com", "example.com"}
