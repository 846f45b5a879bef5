"""What the machine says, in the words of the people who read it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from services.contracts import Effect, Reason
from services.contracts.autonomy import AutonomyEvidence
from services.contracts.ledger_answers import Interval, Review

_WIDE = 0.25
REASONS = {
    "legal_or_fraud": "It sounds like a legal, fraud or privacy matter",
    "prompt_injection": "The message seems to give orders to the machine",
    "human_requested": "A person is wanted",
    "frustrated_customer": "The customer is upset",
    "always_human_category": "This category always goes to a person",
    "high_urgency": "It is urgent",
    "low_confidence": "The machine is not sure what it is about",
    "thread_too_long": "The conversation is long",
    "repeat_ask": "The customer asked this before",
    "reply_to_automatic": "The customer answered one of the machine's replies",
    "empty_ticket": "The message is empty",
    "draft_mode": "A person approves these replies",
    "cold_start": "Few corrections in this category yet",
    "unsupported_claim": "Something in the reply is in none of its sources",
    "promise": "The reply promises something",
    "escalation_phrase": "The reply only passes the customer on",
    "abstained": "No answer was found that could be defended",
    "below_threshold": "The machine is not sure enough",
    "machine_failed": "The machine tried three times and failed",
    "over_capacity": "Too many tickets waited",
    "claim_unconfirmed": "It is unknown whether a reply reached the customer",
    "finished_by_ledger": "The machine stopped working on it",
    "restored": "The system was restored from a back-up meanwhile",
    "not_posted": "It could not be posted as decided",
    "step_failed": "A part of the machine did not answer",
    "erased": "The customer's data was deleted meanwhile",
}
"""Titles of the rule ids; a rule that is not here is shown by its own words only."""

ANSWERED_LANGUAGES = ("en", "de", "fr", "es", "pt", "ja", "ko", "it", "nl", "pl", "zh", "und")
"""Those that are told apart, in the order in which they are offered."""

LANGUAGES = {
    "ar": "Arabic",
    "cs": "Czech",
    "da": "Danish",
    "de": "German",
    "el": "Greek",
    "en": "English",
    "es": "Spanish",
    "fi": "Finnish",
    "fr": "French",
    "he": "Hebrew",
    "hi": "Hindi",
    "hu": "Hungarian",
    "id": "Indonesian",
    "it": "Italian",
    "ja": "Japanese",
    "ko": "Korean",
    "nb": "Norwegian",
    "nl": "Dutch",
    "no": "Norwegian",
    "pl": "Polish",
    "pt": "Portuguese",
    "ro": "Romanian",
    "ru": "Russian",
    "sv": "Swedish",
    "th": "Thai",
    "tr": "Turkish",
    "uk": "Ukrainian",
    "und": "Unknown language",
    "unknown": "Unknown language",
    "vi": "Vietnamese",
    "zh": "Chinese",
}
AUTONOMY_CHANGES = {
    "promoted": "was let answer by itself",
    "demoted": "was put back: people approve",
    "proposed": "has earned to answer by itself, and a person was asked",
    "declined": "was proposed, and a person said not yet",
}
VERDICTS = {
    "approved": "Approved",
    "edited": "Edited",
    "rejected": "Rejected",
    "taught": "Taught",
}
ROUTES = {
    "auto_sent": "Answered by the machine",
    "review": "Draft to a person",
    "human": "Straight to a person",
}
STATES = {
    "open": "Waiting for you",
    "decided": "Decided",
    "superseded": "Overtaken by a new message",
    "apply_failed": "Decided, but could not be carried out",
}
DECISIONS = {
    "approve": "sent the draft as it was",
    "edit": "edited the draft and sent it",
    "reject": "rejected the draft",
    "take_over": "took the ticket over",
}
TURN_STATES = {
    "waiting": "Waits for the machine",
    "leased": "The machine works on it",
    "finished": "Finished",
    "superseded": "Overtaken by a new message",
}
AUTHORS = {"customer": "Customer", "agent": "Agent", "bot": "Machine"}
QUALITY = {
    "too_short": "Too short to learn from",
    "personal_data": "Holds personal data",
    "contradicts_newer": "A newer one says something else",
    "stale": "Its help article has changed",
    "overridden": "People changed what was drafted from it",
    "never_right": "It was never right",
    "unused": "Not used for a long time",
}
"""What is doubtful about a correction."""
LADDER = (
    ("sent", "Answered by the machine", "sent without a person"),
    ("uncontested", "Not contested", "nobody objected for 72 hours"),
    ("confirmed", "Confirmed", "the customer said that it helped"),
    ("durable", "Lasting", "nobody objected for seven days"),
    ("reopened", "Came back", "the customer wrote again within seven days"),
)
SAID = {
    "approve": "Sent. The reply is on its way to the customer.",
    "edit": "Sent with your changes. The machine learns from them.",
    "reject": "Draft rejected. The ticket waits in the helpdesk for a person.",
    "take_over": "The ticket is yours. Answer it in the helpdesk.",
    "saved": "Saved.",
    "deactivated": "The machine does not use this correction any more.",
    "restored": "The machine may use this correction again.",
    "labelled": "Noted, thank you.",
    "decided": "Done.",
    "preset": "All categories have new values now.",
    "promoted": "From the next ticket on, the machine answers in this language by itself.",
    "demoted": "From the next ticket on, a person approves every reply in this language.",
    "not_yet": "Not yet, then. It is proposed again after as many further reviews.",
    "looked": "The evidence asks for no change.",
    "changed": "The evidence asked for a change; see below.",
    "advice": "The advised threshold holds from the next ticket on.",
}
"""What a page says after something was done."""


def percent(share: float | None) -> str:
    """Write a share of 0..1 as whole percent: `72 %`; a dash for None."""
    if share is None:
        return "–"
    return f"{round(share * 100)} %"


def sure(probability: float | None, threshold: float | None) -> str:
    """Say how sure the machine was against what it needs, never rounded to look equal."""
    if probability is None:
        return "The machine did not get as far as judging a reply."
    if threshold is None:
        return f"The machine was {percent(probability)} sure."
    digits = 0
    if (probability < threshold) and percent(probability) == percent(threshold):
        digits = 1
    was, needs = (_percent_of(value, digits) for value in (probability, threshold))
    return f"The machine was {was} sure; it needs {needs} here."


def _percent_of(share: float, digits: int) -> str:
    """Round down, so that almost enough does not look like enough."""
    scale = 10**digits
    return f"{math.floor(share * 100 * scale + 1e-6) / scale:.{digits}f} %"


def interval(found: Interval) -> str:
    """Write a share as surely as it is known: `82 % (78–86 %)`, from few cases `40–90 %` alone."""
    if found.share is None or found.low is None or found.high is None:
        return "not known yet"
    low, high = round(found.low * 100), round(found.high * 100)
    if found.high - found.low > _WIDE:
        return f"{low}–{high} %"
    return f"{percent(found.share)} ({low}–{high} %)"


def unbroken(shares: str) -> str:
    """Keep each range on one line, however narrow the column is."""
    return shares.replace(" %", "\u00a0%").replace("–", "\u2060–\u2060")


def language(code: str) -> str:
    """Name a language; its code where we have no name."""
    return LANGUAGES.get(code, code.upper())


def wrong_range(evidence: AutonomyEvidence) -> str:
    """Say how many are wrong, with the range where it matters: `0.4–6.2 %`."""
    return f"{evidence.wrong_low * 100:.1f}–{evidence.wrong_high * 100:.1f} %"


def plain(name: str | None) -> str:
    """Write an identifier as words: `order_status` becomes `Order status`."""
    if not name:
        return "Unknown"
    words = name.replace("_", " ").replace("-", " ").strip()
    return words[:1].upper() + words[1:]


def reason_title(reason: Reason) -> str:
    """Say what a rule found; a rule of somebody's own is shown by its name."""
    return REASONS.get(reason.rule) or plain(reason.rule)


_GRAVITY = (Effect.NOTE, Effect.BLOCK_SEND, Effect.RAISE_URGENCY, Effect.REQUIRE_HUMAN)


@dataclass
class Merged:
    """What one rule found, in however many places."""

    title: str
    effect: Effect
    details: list[str] = field(default_factory=list)


def merged(reasons: Sequence[Reason], review: Review | None = None) -> list[Merged]:
    """Say what each rule found once, as grave as the gravest of it."""
    found: dict[str, Merged] = {}
    for reason in reasons:
        one = found.setdefault(reason.rule, Merged(reason_title(reason), reason.effect))
        one.effect = max(one.effect, reason.effect, key=_GRAVITY.index)
        detail = reason_detail(reason, review)
        if detail and not any(said.startswith(detail) for said in one.details):
            one.details.append(detail)
    return list(found.values())


def main_reason(review: Review) -> str:
    """Say in a few words why a person sees it; empty where nothing was said."""
    telling = [each for each in review.reasons if each.effect is not Effect.NOTE]
    return reason_title(telling[0]) if telling else ""


def reason_detail(reason: Reason, review: Review | None = None) -> str:
    """Say what exactly it found; numbers that are shown elsewhere are left out."""
    if reason.rule == "below_threshold":
        check = review.check if review else None
        return sure(check.probability, check.threshold) if check else ""
    if reason.rule == "cold_start":
        return reason.detail.partition(":")[0] + "."
    return reason.detail


def duration(seconds: float | None) -> str:
    """Write a time span the way people say it; a dash for None."""
    if seconds is None:
        return "–"
    if seconds < 90:
        return f"{max(0, round(seconds))} s"
    minutes = seconds / 60
    if minutes < 90:
        return f"{round(minutes)} min"
    hours = minutes / 60
    return f"{round(hours)} h" if hours < 48 else f"{round(hours / 24)} days"


def ago(at: datetime | None, now: datetime | None = None) -> str:
    """Write how long ago `at` was: `5 min ago`."""
    if at is None:
        return "–"
    seconds = ((now or datetime.now(UTC)) - at).total_seconds()
    return "just now" if seconds < 45 else f"{duration(seconds)} ago"


def waited(since: datetime, now: datetime | None = None) -> str:
    """Write how long something waits: `5 min`."""
    return duration(((now or datetime.now(UTC)) - since).total_seconds())


def who(name: str) -> str:
    """Name who set a value; what came with the database was set by nobody."""
    return "nobody yet, as delivered" if name == "migration" else name


def moment(at: datetime | None) -> str:
    """Write a moment in UTC: `22 Nov 2026, 08:15 UTC`."""
    if at is None:
        return "–"
    return f"{at.astimezone(UTC):%-d %b %Y, %H:%M} UTC"


def money(dollars: float | None) -> str:
    """Write US dollars, with the digits that small amounts need."""
    if dollars is None:
        return "–"
    if dollars == 0:
        return "$0"
    return f"${dollars:,.2f}" if dollars >= 1 else f"${dollars:.4f}"


def count(number: int, one: str, many: str | None = None) -> str:
    """Write a number with its noun: `1 ticket`, `1,200 tickets`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
