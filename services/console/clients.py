"""Calls to the other services: their contracts, their errors in our words."""

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, TypeVar
from urllib.parse import quote

import httpx
from asgi_correlation_id import correlation_id
from pydantic import BaseModel, TypeAdapter, ValidationError

from services.console.errors import BackendAway, BackendOdd, BackendRefused
from services.contracts import (
    CorrectionChange,
    CorrectionDecisionRequest,
    CorrectionList,
    CorrectionPatch,
    Document,
    Evidence,
    OutcomeRequest,
    RetrieveRequest,
    ReviewDecisionRequest,
    StoredCorrection,
)
from services.contracts.advice import AdviceApplied, ApplyAdviceRequest, ThresholdAdvice
from services.contracts.autonomy import (
    AutonomyEvent,
    AutonomyEventList,
    AutonomyList,
    AutonomyReview,
    AutonomyState,
    DecideAutonomyRequest,
)
from services.contracts.ledger_answers import (
    Bucket,
    ClaimList,
    Inbox,
    OutcomeRecorded,
    QaSample,
    Review,
    ReviewList,
    Series,
    Summary,
    TicketHistory,
)
from services.contracts.ledger_resolution import Resolution
from services.contracts.ledger_simulation import Simulation
from services.contracts.policies import (
    ApplyPresetRequest,
    CategoryPolicy,
    PolicyList,
    PutPolicyRequest,
)

Answer = TypeVar("Answer", bound=BaseModel)
Params = Mapping[str, Any]


class Backend:
    """One of the other services; raises `BackendAway`, `BackendOdd` or `BackendRefused`."""

    def __init__(self, name: str, http: httpx.AsyncClient) -> None:
        self.name = name
        self._http = http

    async def call(
        self,
        method: str,
        path: str,
        *,
        params: Params | None = None,
        body: BaseModel | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        """Return the parsed answer."""
        given = {name: value for name, value in (params or {}).items() if value not in (None, "")}
        sent = httpx.Headers(
            {"X-Request-ID": correlation_id.get() or ""} | dict(headers or {}), encoding="latin-1"
        )
        content = None if body is None else body.model_dump_json(exclude_unset=True)
        if content is not None:
            sent["Content-Type"] = "application/json"
        try:
            answer = await self._http.request(
                method, path, params=given, content=content, headers=sent
            )
        except httpx.TransportError as error:
            raise BackendAway(self.name) from error
        return self._parsed(answer)

    def _parsed(self, answer: httpx.Response) -> Any:
        if answer.status_code in (502, 503, 504):
            raise BackendAway(self.name)
        if answer.status_code >= 500 or answer.status_code in (401, 403):
            raise BackendOdd(self.name, f"answered {answer.status_code}")
        try:
            found = answer.json() if answer.content else None
        except json.JSONDecodeError as error:
            raise BackendOdd(self.name, "answered what is no JSON") from error
        if not answer.is_success:
            problem = found if isinstance(found, dict) else {}
            code, detail = str(problem.get("code", "")), str(problem.get("detail", ""))
            raise BackendRefused(self.name, answer.status_code, code, detail)
        return found

    async def read(self, model: type[Answer], path: str, params: Params | None = None) -> Answer:
        """GET `path` as `model`; fields of a newer service are passed over."""
        return self.as_model(model, await self.call("GET", path, params=params))

    def as_model(self, model: type[Answer], found: Any) -> Answer:
        """Return `found` as `model`; raises `BackendOdd` where it is not one."""
        try:
            return model.model_validate(found, extra="ignore")
        except ValidationError as error:
            raise BackendOdd(
                self.name, f"is another version: {error.error_count()} fields"
            ) from None

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()


class LedgerApi(Backend):
    """What the console reads of the ledger, and the two things it tells it."""

    async def reviews(
        self,
        state: str | None,
        category: str | None,
        limit: int,
        offset: int = 0,
        language: str | None = None,
    ) -> ReviewList:
        """Reviews, the most urgent and oldest first."""
        params = {"state": state, "category": category, "limit": limit, "offset": offset}
        params |= {"language": language}
        return await self.read(ReviewList, "/reviews", params)

    async def review(self, review_id: int) -> Review:
        """One review."""
        return await self.read(Review, f"/reviews/{review_id}")

    async def decide(self, review_id: int, request: ReviewDecisionRequest) -> Review:
        """Decide, once."""
        path = f"/reviews/{review_id}/decision"
        return self.as_model(Review, await self.call("POST", path, body=request))

    async def summary(
        self, since: datetime, until: datetime, language: str | None = None
    ) -> Summary:
        """What became of the tickets of a span, of a language or of all."""
        params = _span(since, until) | {"language": language}
        return await self.read(Summary, "/metrics/summary", params)

    async def series(
        self, bucket: Bucket, since: datetime, until: datetime, language: str | None = None
    ) -> Series:
        """The same over time."""
        params = _span(since, until) | {"bucket": bucket.value, "language": language}
        return await self.read(Series, "/metrics/series", params)

    async def resolution(self, language: str | None = None) -> Resolution:
        """What became of the answers of the last five weeks."""
        return await self.read(Resolution, "/metrics/resolution", {"language": language})

    async def simulation(
        self, threshold: float, category: str, since: datetime, until: datetime
    ) -> Simulation:
        """What another threshold would have sent."""
        params = {"threshold": threshold, "category": category} | _span(since, until)
        return await self.read(Simulation, "/metrics/simulation", params)

    async def qa_sample(self, day: date) -> QaSample:
        """Automatic answers of a day to judge, blind."""
        return await self.read(QaSample, "/qa/sample", {"day": day.isoformat()})

    async def inbox(self, state: str | None, limit: int, offset: int = 0) -> Inbox:
        """Tickets and where they are."""
        return await self.read(Inbox, "/inbox", {"state": state, "limit": limit, "offset": offset})

    async def ticket(self, ticket_id: str) -> TicketHistory:
        """Everything known of a ticket."""
        return await self.read(TicketHistory, f"/tickets/{quote(ticket_id, safe='')}")

    async def unconfirmed(self, limit: int) -> ClaimList:
        """Actions of which nobody knows whether they happened, oldest first."""
        params = {"confirmed": False, "older_than": 300, "limit": limit}
        return await self.read(ClaimList, "/claims", params)

    async def outcome(self, ticket_id: str, request: OutcomeRequest) -> OutcomeRecorded:
        """Record what became of a ticket."""
        path = f"/tickets/{quote(ticket_id, safe='')}/outcomes"
        return self.as_model(OutcomeRecorded, await self.call("POST", path, body=request))


def _span(since: datetime, until: datetime) -> dict[str, Any]:
    return {"since": since.isoformat(), "until": until.isoformat()}


class RulesApi(Backend):
    """The category policies, advice on them, and who has earned to answer alone."""

    async def policies(self) -> PolicyList:
        """Every category's policy, and the presets."""
        return await self.read(PolicyList, "/policies")

    async def put_policy(self, category: str, policy: PutPolicyRequest) -> CategoryPolicy:
        """Replace one category's policy."""
        path = f"/policies/{quote(category, safe='')}"
        return self.as_model(CategoryPolicy, await self.call("PUT", path, body=policy))

    async def apply_preset(self, name: str, agent: str) -> PolicyList:
        """Give every category a preset's values."""
        path = f"/policies/preset/{quote(name, safe='')}"
        body = ApplyPresetRequest(updated_by=agent)
        return self.as_model(PolicyList, await self.call("POST", path, body=body))

    async def advice(self, category: str) -> ThresholdAdvice:
        """The threshold that people's judgements justify."""
        return await self.read(ThresholdAdvice, f"/policies/{quote(category, safe='')}/advice")

    async def apply_advice(self, category: str, agent: str) -> AdviceApplied:
        """Set that threshold; refused (409) where there is none."""
        path = f"/policies/{quote(category, safe='')}/advice"
        body = ApplyAdviceRequest(updated_by=agent)
        return self.as_model(AdviceApplied, await self.call("POST", path, body=body))

    async def autonomy(self) -> list[AutonomyState]:
        """How it stands with every language that was reviewed or decided on."""
        return (await self.read(AutonomyList, "/autonomy")).states

    async def autonomy_events(self, category: str, limit: int) -> list[AutonomyEvent]:
        """What was changed in a category, newest first."""
        params = {"category": category, "limit": limit}
        return (await self.read(AutonomyEventList, "/autonomy/events", params)).events

    async def review_autonomy(self) -> AutonomyReview:
        """Have the evidence looked at now."""
        return self.as_model(AutonomyReview, await self.call("POST", "/autonomy/review"))

    async def decide_autonomy(
        self, category: str, language: str, request: DecideAutonomyRequest
    ) -> AutonomyState:
        """Let a language answer alone, or not any more."""
        path = f"/autonomy/{quote(category, safe='')}/{quote(language, safe='')}"
        return self.as_model(AutonomyState, await self.call("POST", path, body=request))


class RetrieveApi(Backend):
    """The help articles."""

    async def documents(self, request: RetrieveRequest) -> list[Document]:
        """The parts of articles that speak to a ticket, as they are now."""
        found = await self.call("POST", "/retrieve", body=request)
        return self.as_model(Evidence, found).documents


class CorrectionsApi(Backend):
    """The correction store."""

    async def search(self, params: Params, limit: int, offset: int = 0) -> CorrectionList:
        """One page, newest first."""
        paging = {"limit": limit, "offset": offset}
        return await self.read(CorrectionList, "/corrections", {**params, **paging})

    async def get(self, correction_id: str) -> StoredCorrection:
        """One correction."""
        return await self.read(StoredCorrection, f"/corrections/{quote(correction_id, safe='')}")

    async def changes(self, correction_id: str) -> list[CorrectionChange]:
        """Who changed what, newest first."""
        path = f"/corrections/{quote(correction_id, safe='')}/changes"
        found = await self.call("GET", path)
        try:
            return TypeAdapter(list[CorrectionChange]).validate_python(found, extra="ignore")
        except ValidationError:
            raise BackendOdd(self.name, "is another version") from None

    async def decide(
        self, correction_id: str, request: CorrectionDecisionRequest
    ) -> StoredCorrection:
        """Decide on one that is contradicted or stale."""
        path = f"/corrections/{quote(correction_id, safe='')}/decision"
        return self.as_model(StoredCorrection, await self.call("POST", path, body=request))

    async def patch(
        self, correction_id: str, patch: CorrectionPatch, agent: str
    ) -> StoredCorrection:
        """Change what is given, in the name of `agent`."""
        path = f"/corrections/{quote(correction_id, safe='')}"
        # a header holds no more than Latin-1
        headers = {"X-Agent-ID": agent.encode("latin-1", "replace").decode("latin-1")}
        found = await self.call("PATCH", path, body=patch, headers=headers)
        return self.as_model(StoredCorrection, found)
