"""What an event keeps of a decision: its inputs' hash, models, cost, threshold, reasons, draft."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from services.contracts import Document, EventRequest, Evidence, ModelCall, Reason


@dataclass(frozen=True)
class EventRow:
    """One line of a ticket's history, as it is stored."""

    kind: str
    execution_id: str | None = None
    claim_key: str | None = None
    route: str | None = None
    category: str | None = None
    language: str | None = None
    urgency: str | None = None
    inputs_hash: str | None = None
    models: list[str] = field(default_factory=list)
    cost_usd: float = 0.0
    probability: float | None = None
    threshold: float | None = None
    reasons: Sequence[Reason] = ()
    decision: dict[str, Any] = field(default_factory=dict)
    detail: dict[str, Any] = field(default_factory=dict)
    body_hash: str | None = None


def event_row(request: EventRequest, ticket_json: str) -> EventRow:
    """Return what to store of an event on a ticket (its JSON is part of the inputs' hash)."""
    calls: list[ModelCall] = [
        call for call in (request.classification, request.draft) if call is not None
    ]
    classification, check = request.classification, request.check
    return EventRow(
        kind=request.kind.value,
        execution_id=request.execution_id,
        claim_key=request.claim_key,
        route=request.route.value if request.route else None,
        category=classification.category if classification else None,
        language=classification.language if classification else None,
        urgency=_urgency(request),
        inputs_hash=_inputs_hash(request, ticket_json),
        models=[f"{call.provider}:{call.model}" for call in calls],
        cost_usd=sum(call.cost_usd for call in calls) + _searching(request.evidence),
        probability=check.probability if check else None,
        threshold=check.threshold if check else None,
        reasons=_all_reasons(request),
        decision=_decision(request),
        detail=request.detail,
        body_hash=_hash(request.model_dump_json()),
    )


def _searching(evidence: Evidence | None) -> float:
    return evidence.spent.cost_usd if evidence and evidence.spent else 0.0


def without_words(row: EventRow) -> EventRow:
    """Return the event as it is kept of a ticket whose words were deleted."""
    bare = [reason.model_copy(update={"detail": ""}) for reason in row.reasons]
    return replace(row, reasons=bare, decision={}, detail={})


def _urgency(request: EventRequest) -> str | None:
    said = request.triage or request.classification
    return said.urgency.value if said else None


def _all_reasons(request: EventRequest) -> list[Reason]:
    """The reasons of the event, of triage and of the check, each once."""
    found = list(request.reasons)
    found += request.triage.reasons if request.triage else []
    found += [*request.check.blockers, *request.check.reasons] if request.check else []
    return list({reason.model_dump_json(): reason for reason in found}.values())


def _inputs_hash(request: EventRequest, ticket_json: str) -> str | None:
    """SHA-256 of all that the decision was made from; None where the event decides nothing."""
    inputs = request.model_dump_json(include={"classification", "triage", "evidence", "draft"})
    if not any((request.classification, request.triage, request.evidence, request.draft)):
        return None
    return _hash(ticket_json + "\n" + inputs)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _decision(request: EventRequest) -> dict[str, Any]:
    steps = ("classification", "triage", "draft", "check")
    said: dict[str, Any] = json.loads(
        request.model_dump_json(include=set(steps), exclude_none=False)
    )
    kept = {step: value for step, value in said.items() if value is not None}
    if request.evidence:
        kept["evidence"] = _pointers(request.evidence)
    return kept


def _pointers(evidence: Evidence) -> dict[str, Any]:
    """The evidence without its texts, which stay where they came from."""
    return {
        "documents": [_document_pointer(document) for document in evidence.documents],
        "corrections": [
            {"id": item.id, "summary": item.summary, "similarity": item.similarity}
            for item in evidence.corrections
        ],
        "corrections_in_category": evidence.corrections_in_category,
        "embedding_model": evidence.embedding_model,
        "answer": evidence.answer.model_dump(mode="json") if evidence.answer else None,
        "held_out": evidence.held_out,
        "spent": evidence.spent.model_dump(mode="json") if evidence.spent else None,
    }


def _document_pointer(document: Document) -> dict[str, Any]:
    return document.model_dump(mode="json", include={"id", "title", "section", "url", "score"})
