"""Errors on the wire: RFC 9457 problem details."""

from pydantic import BaseModel, Field


class FieldProblem(BaseModel):
    """One field that was wrong."""

    field: str = Field(examples=["ticket.requester.id"])
    message: str


class Problem(BaseModel):
    """Body of every error answer, as `application/problem+json` (RFC 9457)."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    code: str = Field(description="Stable; safe to branch on.", examples=["invalid_request"])
    request_id: str | None = None
    errors: list[FieldProblem] = Field(default_factory=list)
