"""A policy as a form: percentages for people, and what they typed as a policy again."""

import math
from typing import Any

from pydantic import ValidationError
from starlette.datastructures import FormData

from services.console.sessions import text_of
from services.console.words import who
from services.contracts.policies import CategoryPolicy, PutPolicyRequest

PERCENT = (
    "send_threshold",
    "review_threshold",
    "cold_start_threshold",
    "min_confidence",
    "autonomy_target",
    "contested_target",
)
NUMBERS = ("draft_until_approved", "cold_start_corrections", "max_turns", "reviews_needed")
SWITCHES = ("always_human", "answer_replies", "follow_advice")
CHOICES = (
    "mode",
    "human_from_urgency",
    "send_up_to_urgency",
    "autonomy",
    "autonomy_begins",
)
NAMES = {
    "send_threshold": "Send from",
    "review_threshold": "Show a draft from",
    "cold_start_threshold": "While there are few corrections, send from",
    "min_confidence": "Sure of the category",
    "draft_until_approved": "Approved drafts needed first",
    "cold_start_corrections": "Corrections needed first",
    "max_turns": "Messages of a conversation",
    "repeat_ask_limit": "Times asked before",
    "always_human": "Always a person",
    "answer_replies": "Answer replies to its own answers",
    "follow_advice": "Set the threshold to what the evidence advises",
    "mode": "Who sends",
    "human_from_urgency": "A person from this urgency on",
    "send_up_to_urgency": "Send up to",
    "autonomy": "Who lets a language answer",
    "autonomy_begins": "How a language begins",
    "reviews_needed": "Right answers it takes",
    "autonomy_target": "Wrong answers allowed",
    "contested_target": "Contested answers allowed",
}


class Wrong(Exception):
    """What somebody typed is no policy: `problems` in words, `values` as far as they are some."""

    def __init__(self, problems: list[str], values: dict[str, Any]) -> None:
        super().__init__(*problems)
        self.problems = problems
        self.values = values


def as_policy(form: FormData, known: CategoryPolicy, agent: str) -> PutPolicyRequest:
    """Return the policy that a form asks for; what it does not name stays as it is.

    Raises
    ------
    Wrong
        Where a number is none, or values do not go together.
    """
    values: dict[str, Any] = known.model_dump(exclude={"category", "updated_by", "updated_at"})
    problems: list[str] = []
    for name in (*PERCENT, *NUMBERS, "repeat_ask_limit"):
        if name in form:
            _take_number(form, name, values, problems)
    values |= {name: text_of(form, name) for name in CHOICES if text_of(form, name)}
    if text_of(form, "has_switches"):
        values |= {name: name in form for name in SWITCHES}
    if problems:
        raise Wrong(problems, values)
    try:
        return PutPolicyRequest(**values, updated_by=agent, unchanged_since=known.updated_at)
    except ValidationError as error:
        raise Wrong([_in_words(each) for each in error.errors()], values) from None


def crossed(form: FormData, known: CategoryPolicy, agent: str) -> list[str]:
    """Say who changed the policy since the form was shown, and what the form would undo.

    A form holds every field: without this, saving one would take back what others did meanwhile.
    """
    if text_of(form, "seen") in ("", known.updated_at.isoformat()):
        return []
    try:
        wanted = as_policy(form, known, agent).model_dump()
    except Wrong as wrong:
        wanted = wrong.values
    by = who(known.updated_by)
    said = f"{by} changed it while you had it open. Below it is as it is now: change it again."
    return [said, *_differences(wanted, known.model_dump())]


def _differences(wanted: dict[str, Any], now: dict[str, Any]) -> list[str]:
    return [
        f"“{NAMES[name]}”: you had {_shown(name, value)}, now it is {_shown(name, now[name])}."
        for name, value in wanted.items()
        if name in NAMES and value != now[name]
    ]


def _shown(name: str, value: Any) -> str:
    if value is None:
        return "nothing"
    if name in SWITCHES:
        return "on" if value else "off"
    return f"{value * 100:g} %" if name in PERCENT else str(value)


def _take_number(form: FormData, name: str, values: dict[str, Any], problems: list[str]) -> None:
    typed = text_of(form, name).replace(",", ".").removesuffix("%").strip()
    if name == "repeat_ask_limit" and not typed:
        values[name] = None
        return
    try:
        values[name] = _share(typed) if name in PERCENT else int(typed)
    except (ValueError, OverflowError):
        problems.append(f"“{NAMES[name]}” needs a number.")


def _share(percent: str) -> float:
    share = float(percent) / 100
    if not math.isfinite(share):
        raise ValueError(percent)
    return round(share, 4)


def _in_words(error: Any) -> str:
    where = ".".join(str(part) for part in error["loc"])
    if not where:
        return "“Show a draft from” must not be above “Send from”."
    return f"“{NAMES.get(where, where)}”: {error['msg']}."
