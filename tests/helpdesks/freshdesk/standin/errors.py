"""How Freshdesk says no: status, code and words as its API documents them."""

from typing import Any


class Refused(Exception):
    """An API call that is answered with an error; Freshdesk's 404 has no body."""

    def __init__(
        self, status: int, body: dict[str, Any] | None, headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(str(body))
        self.status = status
        self.body = body
        self.headers = headers or {}


def invalid_credentials() -> Refused:
    message = "You have to be logged in to perform this action."
    return Refused(401, {"code": "invalid_credentials", "message": message})


def access_denied() -> Refused:
    message = "You are not authorized to perform this action."
    return Refused(403, {"code": "access_denied", "message": message})


def not_found() -> Refused:
    return Refused(404, None)


def not_allowed(method: str) -> Refused:
    message = f"{method} method is not allowed. It should be one of these method(s): GET"
    return Refused(405, {"message": message})


def invalid(field: str, message: str, code: str = "invalid_value", status: int = 400) -> Refused:
    error = {"field": field, "message": message, "code": code}
    return Refused(status, {"description": "Validation failed", "errors": [error]})


def too_many_requests(retry_after: int) -> Refused:
    body = {"message": "You have exceeded the limit of requests per minute"}
    return Refused(429, body, {"Retry-After": str(retry_after)})


def failed(status: int) -> Refused:
    return Refused(
        status, {"code": "internal_error", "message": "We couldn't process your request"}
    )
