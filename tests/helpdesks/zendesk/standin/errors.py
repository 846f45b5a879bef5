"""How Zendesk says no: status, code and words as its API documents them."""

from typing import Any


class Refused(Exception):
    """An API call that is answered with an error."""

    def __init__(
        self, status: int, body: dict[str, Any], headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(str(body))
        self.status = status
        self.body = body
        self.headers = headers or {}


def not_authenticated() -> Refused:
    return Refused(401, {"error": "Couldn't authenticate you"})


def forbidden() -> Refused:
    message = "You do not have access to this page. Please contact the account owner."
    return Refused(403, {"error": {"title": "Forbidden", "message": message}})


def not_found() -> Refused:
    return Refused(404, {"error": "RecordNotFound", "description": "Not found"})


def invalid(field: str, description: str) -> Refused:
    details = {field: [{"description": description}]}
    body = {"error": "RecordInvalid", "description": "Record validation errors"}
    return Refused(422, body | {"details": details})


def update_conflict() -> Refused:
    description = (
        "Safe Update prevented the update due to outdated ticket data. "
        "Please fetch the latest ticket data and try again."
    )
    return Refused(409, {"error": "UpdateConflict", "description": description})


def too_many_requests(retry_after: int) -> Refused:
    description = "Number of allowed API requests per minute exceeded"
    body = {"error": "APIRateLimitExceeded", "description": description}
    return Refused(429, body, {"Retry-After": str(retry_after)})


def failed(status: int) -> Refused:
    return Refused(status, {"error": "InternalError", "description": "Something went wrong"})
