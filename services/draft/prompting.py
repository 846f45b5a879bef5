"""The prompt: a stable, cached prefix (policy, tone), then one ticket with its sources."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from services.common.llm.protocol import Prompt
from services.common.llm.untrusted import delimit, new_nonce
from services.contracts import DraftRequest, Ticket, Turn
from services.draft.evidence import sources_of

_SYSTEM = (Path(__file__).parent / "prompts" / "system.md").read_text(encoding="utf-8")


class ModelCitation(BaseModel):
    """A quote with the label of its source."""

    model_config = ConfigDict(extra="forbid")

    source: str = Field(description='Label of the source: "Doc 2" or "Correction 1".')
    quote: str = Field(description="Copied letter for letter from that source.")


class ModelDraft(BaseModel):
    """What the model is asked to return; the fields are in the order they are written."""

    model_config = ConfigDict(extra="forbid")

    findings: list[str] = Field(description="For the agent; never shown to the customer.")
    abstained: bool
    citations: list[ModelCitation]
    reply: str = Field(description="Empty when abstained.")
    confidence: float = Field(description="0 to 1.")
    language: str = Field(description="BCP 47 tag of the language the reply is written in.")


def build_prompt(
    request: DraftRequest, guidelines: str, max_turns: int, max_tokens: int
) -> Prompt[ModelDraft]:
    """Assemble the prompt for `request`; the ticket and its thread stand behind a fresh nonce."""
    nonce = new_nonce()
    ticket = request.ticket
    thread = ticket.thread[-max_turns:] if max_turns else []
    parts = [
        *(f"[{source.label}: {source.title}]\n{source.text}" for source in sources_of(request)),
        f"Language of the customer: {request.classification.language}. "
        f"Category: {request.classification.category}. Intent: {request.classification.intent}.",
        *([delimit(_conversation(thread), nonce)] if thread else []),
        "The ticket to answer:",
        delimit(_message(ticket), nonce),
    ]
    known = [ticket.requester.name, ticket.requester.email]
    return Prompt(
        system=_SYSTEM + guidelines,
        user="\n\n".join(parts),
        answer=ModelDraft,
        max_tokens=max_tokens,
        thinking=True,
        personal_names=tuple(value for value in known if value),
    )


def _message(ticket: Ticket) -> str:
    return f"From: {ticket.requester.name or 'unknown'}\n{ticket.subject}\n\n{ticket.body}"


def _conversation(thread: list[Turn]) -> str:
    turns = (f"{turn.author.value}: {turn.body}" for turn in thread)
    return "The conversation so far:\n" + "\n---\n".join(turns)
