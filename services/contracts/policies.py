"""Policies: what each category may do by itself, edited in the console, read at each decision."""

from typing import Annotated, Literal, Self

from pydantic import AwareDatetime, Field, StringConstraints, model_validator

from services.contracts.base import Contract, Probability
from services.contracts.classification import Urgency
from services.contracts.rules import Mode

Category = Annotated[
    str, StringConstraints(min_length=1, max_length=200, pattern=r"^[a-z0-9][a-z0-9_\-]*$")
]
"""A category's name: lower-case letters, digits, `-` and `_`."""


class PolicyValues(Contract):
    """The numbers and switches of one category; the defaults are the preset `balanced`."""

    mode: Mode = Field(
        default=Mode.AUTO, description="`draft`: a human approves every reply of this category."
    )
    draft_until_approved: int = Field(
        default=0,
        ge=0,
        le=100_000,
        description="A human approves every reply until so many were approved unchanged.",
    )
    always_human: bool = Field(
        default=False, description="Every ticket goes to a human, without a reply being tried."
    )
    human_from_urgency: Urgency = Field(
        default=Urgency.CRITICAL, description="Tickets this urgent or more go to a human."
    )
    send_up_to_urgency: Literal["low", "medium", "high"] = Field(
        default="high", description="More urgent tickets are never answered without a human."
    )
    send_threshold: Probability = Field(
        default=0.75, description="Send when the reply is right with at least this probability."
    )
    review_threshold: Probability = Field(
        default=0.65, description="Below this, the human gets findings instead of a draft."
    )
    cold_start_threshold: Probability = Field(
        default=0.85, description="At least this, until the category holds enough corrections."
    )
    cold_start_corrections: int = Field(
        default=50, ge=0, le=100_000, description="How many corrections end the cold start."
    )
    min_confidence: Probability = Field(
        default=0.5, description="A less certain classification goes to a human."
    )
    max_turns: int = Field(
        default=5, ge=1, le=500, description="A longer conversation goes to a human."
    )
    repeat_ask_limit: int | None = Field(
        default=2,
        ge=1,
        le=100,
        description="So many earlier asks of the same question: human. null switches it off.",
    )
    follow_advice: bool = Field(
        default=False,
        description="The threshold is set to the advised one whenever there is one, nightly.",
    )
    answer_replies: bool = Field(
        default=False, description="Also answer replies to an automatic answer."
    )

    autonomy: Literal["manual", "propose", "automatic"] = Field(
        default="propose",
        description="Who lets a language answer without a human once it has earned it: a "
        "person alone, a person when it is proposed, or the evidence. All but `manual` take "
        "it away again.",
    )
    autonomy_begins: Mode = Field(
        default=Mode.AUTO,
        description="How a language begins of which nothing was decided yet; "
        "`draft`: a human approves its replies until it has earned more.",
    )
    reviews_needed: int = Field(
        default=100, ge=1, le=100_000, description="Right answers that a promotion takes."
    )
    autonomy_target: float = Field(
        default=0.05,
        gt=0,
        le=0.5,
        description="Upper bound on the wrong share, above which a language is not let answer.",
    )
    contested_target: float = Field(
        default=0.2,
        gt=0,
        le=1,
        description="Share of sent answers that customers may contest: a further message within "
        "a week, even a thank-you, or a bad rating.",
    )

    @model_validator(mode="after")
    def _review_below_send(self) -> Self:
        if self.review_threshold > self.send_threshold:
            raise ValueError(
                f"review_threshold ({self.review_threshold}) must not be above "
                f"send_threshold ({self.send_threshold})"
            )
        return self


class CategoryPolicy(PolicyValues):
    """One row of the policy table."""

    category: Category
    updated_by: str
    updated_at: AwareDatetime


class PutPolicyRequest(PolicyValues):
    """Body of `PUT /policies/{category}`: the whole policy; creates the category where new."""

    updated_by: str = Field(min_length=1, max_length=200, examples=["agent:maria"])
    unchanged_since: AwareDatetime | None = Field(
        default=None,
        description="The `updated_at` that the caller has read: refused (409) if the policy was "
        "changed since. null replaces whatever there is.",
    )


class ApplyPresetRequest(Contract):
    """Body of `POST /policies/preset/{name}`."""

    updated_by: str = Field(min_length=1, max_length=200, examples=["agent:maria"])


class PolicyList(Contract):
    """Answer of `GET /policies`: every category's policy, and the presets that exist."""

    policies: list[CategoryPolicy]
    presets: list[str]
