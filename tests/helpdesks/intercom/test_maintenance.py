"""Reviews that are applied in Intercom in particular."""

import pytest

from tests.helpdesks.bed.stories import decide, event, in_review
from tests.helpdesks.bed.system import System
from tests.helpdesks.intercom.standin.intercom import Intercom
from tests.workflows.stubs import Stubs

pytestmark = pytest.mark.n8n


def test_an_approved_reply_in_doubt_is_for_a_human(
    desk: Intercom, system: System, stubs: Stubs
) -> None:
    id_, review = in_review(system, desk, stubs)
    desk.account.pressure.fail("POST", f"/conversations/{id_}/reply", 504)
    decide(system, review, decision="approve")
    assert not event(system, desk, id_, "review_applied")["sent"]
    assert desk.public(id_) == []
    assert "did not confirm the approved reply" in desk.notes(id_)[-1]
