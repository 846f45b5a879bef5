"""How Intercom says no: a list of errors, each with a code."""

import uuid
from typing import Any

LIMIT = 1667
WINDOW_SECONDS = 10.0


class Refused(Exception):
    """An API call that is answered with an error."""

    def __init__(
        self, status: int, code: str, message: str, headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status = status
        self.headers = headers or {}
        self.body: dict[str, Any] = {
            "type": "error.list",
            "request_id": str(uuid.uuid4()),
            "errors": [{"code": code, "message": message}],
        }


def unauthorized() -> Refused:
    return Refused(401, "unauthorized", "Access Token Invalid")


def not_found(what: str) -> Refused:
    return Refused(404, "not_found", f"{what} not found")


def invalid(message: str) -> Refused:
    return Refused(400, "parameter_invalid", message)


def too_many_requests(retry_after: int) -> Refused:
    message = f"Exceeded rate limit of {LIMIT} in {WINDOW_SECONDS:.0f}_seconds"
    return Refused(429, "rate_limit_exceeded", message, {"Retry-After": str(retry_after)})


def failed(status: int) -> Refused:
    return Refused(status, "server_error", "Something went wrong")
