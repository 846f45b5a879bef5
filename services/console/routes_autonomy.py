"""Who answers without a person: people let a language do so, or take it back; advice is applied."""

from typing import Annotated

from fastapi import APIRouter, Path
from fastapi.responses import RedirectResponse, Response
from pydantic import ValidationError

from services.console.dependencies import Rules
from services.console.errors import BackendRefused
from services.console.sessions import CheckedForm, SignedIn, text_of
from services.contracts.autonomy import DecideAutonomyRequest

router = APIRouter(tags=["thresholds"])

Name = Annotated[str, Path(max_length=200)]
_SAID = {"promote": "promoted", "demote": "demoted", "decline": "not_yet"}


@router.post("/autonomy", summary="Have the evidence looked at now")
async def look_now(_: SignedIn, form: CheckedForm, rules: Rules) -> Response:
    """What the night would do."""
    review = await rules.review_autonomy()
    return RedirectResponse(f"/thresholds?said={'changed' if review.changes else 'looked'}", 303)


@router.post("/autonomy/{category}/{language}", summary="Let a language answer, or not")
async def decide(
    category: Name, language: Name, user: SignedIn, form: CheckedForm, rules: Rules
) -> Response:
    """What the button says, in the name of who pressed it."""
    decision = text_of(form, "decision")
    try:
        request = DecideAutonomyRequest.model_validate(
            {"decision": decision, "updated_by": user.name}
        )
    except ValidationError:
        raise BackendRefused("console", 422, "invalid", "Choose what to do.") from None
    state = await rules.decide_autonomy(category, language, request)
    return RedirectResponse(f"/thresholds/{state.category}?said={_SAID[decision]}", 303)


@router.post("/thresholds/{category}/advice", summary="Set the advised threshold")
async def apply_advice(category: Name, user: SignedIn, form: CheckedForm, rules: Rules) -> Response:
    """Refused where the evidence does not carry one."""
    applied = await rules.apply_advice(category, user.name)
    return RedirectResponse(f"/thresholds/{applied.policy.category}?said=advice", 303)
