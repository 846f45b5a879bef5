"""`Learn from outcomes`, run by a real n8n."""

from typing import Any

import pytest

from services.contracts.advice import ReviewedOutcome
from services.contracts.reviewed import ReviewedOutcomes
from tests.workflows import samples
from tests.workflows.conftest import N8n
from tests.workflows.stubs import Answer, Call, Stubs

pytestmark = pytest.mark.n8n

WORKFLOW, TRIGGER = "learn-from-outcomes", "Every night"
FITTED = {"fitted": True, "version": 2, "active": 2}


def found(number: int) -> ReviewedOutcome:
    return ReviewedOutcome(
        ticket_id=f"django-helpdesk:{number}",
        category="billing",
        probability=0.8,
        features={"similarity": 0.9},
        correct=True,
        reviewed_at=samples.AT,
    )


def pages(*numbers: int, size: int = 2) -> Any:
    """The ledger's answer, `size` findings on a page."""

    def answer(call: Call) -> Answer:
        offset = int(call.query.get("offset", 0))
        after = offset + size
        page = ReviewedOutcomes(
            outcomes=[found(number) for number in numbers[offset:after]],
            total=len(numbers),
            next_offset=after if after < len(numbers) else None,
        )
        return 200, page.model_dump(mode="json")

    return answer


def learn(n8n: N8n, stubs: Stubs, *numbers: int) -> str:
    stubs.answers["reviewed"] = pages(*numbers)
    for step in ("refit", "fit", "follow", "review"):
        stubs.answers.setdefault(step, (200, FITTED))
    return n8n.end(n8n.run(WORKFLOW, TRIGGER))


def test_every_page_is_evidence_before_anything_is_weighed(n8n: N8n, stubs: Stubs) -> None:
    assert learn(n8n, stubs, 1, 2, 3, 4, 5) == "success"
    kept = [each["ticket_id"] for body in stubs.bodies("outcomes") for each in body["outcomes"]]
    assert sorted(kept) == [f"django-helpdesk:{number}" for number in range(1, 6)]
    assert stubs.steps() == ["fit", "reviewed", "outcomes", "refit", "follow", "review"]
    assert [len(stubs.bodies(step)) for step in ("refit", "follow", "review", "fit")] == [1] * 4
    assert all("since" in call.query for call in stubs.calls if call.step == "reviewed")


def test_what_was_recorded_is_handed_on_unchanged(n8n: N8n, stubs: Stubs) -> None:
    learn(n8n, stubs, 7)
    [body] = stubs.bodies("outcomes")
    assert [ReviewedOutcome.model_validate(each) for each in body["outcomes"]] == [found(7)]


def test_without_findings_only_the_answers_are_fitted(n8n: N8n, stubs: Stubs) -> None:
    assert learn(n8n, stubs) == "success"
    assert stubs.steps() == ["fit", "reviewed"]


@pytest.mark.parametrize("away", ["reviewed", "outcomes", "refit", "follow", "review", "fit"])
def test_a_night_in_which_nothing_was_learned_is_seen(n8n: N8n, stubs: Stubs, away: str) -> None:
    stubs.answers |= {step: (200, FITTED) for step in ("refit", "fit", "follow", "review")}
    stubs.answers["reviewed"] = pages(1)
    stubs.answers[away] = (503, {})
    assert n8n.end(n8n.run(WORKFLOW, TRIGGER)) == "error"
    later = ["outcomes", "refit", "follow", "review"]
    if away == "outcomes":
        assert "refit" not in stubs.steps()
    # what was too often wrong is taken back, whatever else could not be worked out
    assert away not in ("refit", "follow") or stubs.steps()[-1] == "review"
    # neither half of the night stops the other
    assert "fit" in stubs.steps()
    assert away != "fit" or stubs.steps()[-5:] == ["reviewed", *later]
