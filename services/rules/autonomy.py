"""Who has earned to answer without a human, judged from what people found of its answers.

Wrong answers are counted among those that the present threshold would send. Two exact bounds on
their share decide (Clopper and Pearson 1934):

- promoted, where enough were right and the upper 99 % bound is within the target. It is stricter
  than the other because it is looked at every night: a language that is exactly at its target is
  let through at some time in a thousand reviews with a chance of about one in ten;
- demoted, where the upper 95 % bound is over the target, or, before there are enough reviews to
  judge so, where the lower 99 % bound is: then it is over the target for certain.

Customers speak of some answers only, and more often of bad ones. What they contest is therefore
counted apart, among everything that was sent and is a week old, and demotes where it is over a
target of its own for certain; a further message contests, even a thank-you.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from scipy.stats import beta

from services.contracts.autonomy import AutonomyChange, AutonomyEvidence
from services.contracts.policies import PolicyValues
from services.contracts.rules import Mode
from services.rules.advisor import clopper_pearson, fewest_reviews

PROMOTE_CONFIDENCE = 0.99
DEMOTE_CONFIDENCE = 0.95
CERTAIN = 0.99
"""Where few answers are known, luck must be less likely still: they are looked at every night."""
WINDOW = 3
"""Counted are at most so many times the needed reviews, the newest: old merits do not last."""
UNKNOWN_LANGUAGE = "und"
_MOST_TICKETS = 10
_ROUNDING = 1e-9


@dataclass(frozen=True)
class Judged:
    """What people found of one answer, or what its customer did; then `right` is: not contested."""

    ticket_id: str
    probability: float
    right: bool
    at: datetime
    by_customer: bool = False


@dataclass(frozen=True)
class Change:
    """What is to happen, and why in words."""

    change: AutonomyChange
    reason: str


def primary(language: str) -> str:
    """The part of a language tag that counts: `de` of `de-AT`."""
    return language.split("-")[0].lower() or UNKNOWN_LANGUAGE


def reviews_needed(policy: PolicyValues) -> int:
    """How many right answers a promotion takes: the policy's, or what its target asks for."""
    return max(policy.reviews_needed, fewest_reviews(policy.autonomy_target, PROMOTE_CONFIDENCE))


def weigh(
    judged: Sequence[Judged], policy: PolicyValues, threshold: float, since: datetime | None
) -> AutonomyEvidence:
    """Sum up what counts of `judged`."""
    needed = reviews_needed(policy)
    newest = sorted(judged, key=lambda each: each.at, reverse=True)
    fresh = [each for each in newest if since is None or each.at > since]
    sent = [each for each in fresh if each.by_customer][: WINDOW * needed]
    found = [each for each in fresh if not each.by_customer and each.probability >= threshold]
    counted = found[: WINDOW * needed]
    wrong = [each for each in counted if not each.right]
    contested = [each for each in sent if not each.right]
    return AutonomyEvidence(
        reviews=len(counted),
        wrong=len(wrong),
        wrong_low=lower_bound(len(wrong), len(counted), DEMOTE_CONFIDENCE),
        wrong_high=clopper_pearson(len(wrong), len(counted), DEMOTE_CONFIDENCE),
        target=policy.autonomy_target,
        reviews_needed=needed,
        threshold=threshold,
        since=since,
        wrong_tickets=[each.ticket_id for each in [*wrong, *contested][:_MOST_TICKETS]],
        sent=len(sent),
        contested=len(contested),
        contested_low=lower_bound(len(contested), len(sent), CERTAIN),
        contested_target=policy.contested_target,
    )


def lower_bound(wrong: int, of: int, confidence: float) -> float:
    """Exact lower bound on a share; 0 where nothing is known."""
    if wrong == 0:
        return 0.0
    return float(beta.ppf(1 - confidence, wrong, of - wrong + 1))


def has_earned(evidence: AutonomyEvidence) -> bool:
    """Tell whether it may be promoted."""
    if evidence.reviews - evidence.wrong < evidence.reviews_needed:
        return False
    bound = clopper_pearson(evidence.wrong, evidence.reviews, PROMOTE_CONFIDENCE)
    return bound <= evidence.target


def has_lost(evidence: AutonomyEvidence) -> bool:
    """Tell whether it must be demoted."""
    if evidence.reviews >= evidence.reviews_needed and evidence.wrong_high > evidence.target:
        return True
    if evidence.contested_low > evidence.contested_target + _ROUNDING:
        return True
    least = lower_bound(evidence.wrong, evidence.reviews, CERTAIN)
    return least > evidence.target + _ROUNDING


def judge(mode: Mode, policy: PolicyValues, evidence: AutonomyEvidence) -> Change | None:
    """What is to happen to a language in `mode`; None: nothing."""
    if policy.autonomy == "manual":
        return None
    if mode is Mode.AUTO and has_lost(evidence):
        return Change(AutonomyChange.DEMOTED, in_words(evidence))
    if mode is Mode.DRAFT and has_earned(evidence):
        automatic = policy.autonomy == "automatic"
        change = AutonomyChange.PROMOTED if automatic else AutonomyChange.PROPOSED
        return Change(change, in_words(evidence))
    return None


def in_words(evidence: AutonomyEvidence) -> str:
    """How many were right, what that says of the rest, and what customers did."""
    return _found(evidence) + _came_back(evidence)


def _found(evidence: AutonomyEvidence) -> str:
    if not evidence.reviews:
        return f"No answer was reviewed yet; it takes {evidence.reviews_needed} right ones."
    right = evidence.reviews - evidence.wrong
    return (
        f"{right} of {evidence.reviews} reviewed answers were right: between "
        f"{evidence.wrong_low:.1%} and {evidence.wrong_high:.1%} are wrong, "
        f"{evidence.target:.1%} are allowed."
    )


def _came_back(evidence: AutonomyEvidence) -> str:
    if not evidence.sent:
        return ""
    return (
        f" Customers contested {evidence.contested} of {evidence.sent} that were sent, "
        f"{evidence.contested_target:.0%} are allowed."
    )
