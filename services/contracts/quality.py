"""The daily random sample of automatic answers that people judge, blind."""

from datetime import date

from pydantic import AwareDatetime, Field

from services.contracts.base import Contract


class DrawSamplesRequest(Contract):
    """Body of `POST /qa/samples`."""

    share: float = Field(gt=0, le=1, description="Of each category's automatic answers of a day.")
    days: int = Field(
        default=7, ge=1, le=31, description="How many past days (UTC) must have a sample by now."
    )


class SampledDay(Contract):
    """One day's sample and how far people are with it."""

    day: date
    share: float
    drawn_at: AwareDatetime
    automatic: int = Field(ge=0, description="Automatic answers of that day.")
    picked: int = Field(ge=0)
    judged: int = Field(ge=0)
    wrong: int = Field(ge=0)


class SamplesDrawn(Contract):
    """Answer of `POST /qa/samples` and `GET /qa/samples`, the newest day first."""

    drawn: list[date] = Field(description="Days that had no sample before this call.")
    days: list[SampledDay]
    waiting: int = Field(ge=0, description="Answers of these days that nobody has judged.")
