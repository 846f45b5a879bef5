"""What a page cannot do, and what it says then.

ConsoleError
├── NotSignedIn          to the log-in page
├── FormExpired          403
├── BackendAway          503, with Retry-After
├── BackendOdd           502
└── BackendRefused       the status of the service that refused
"""

from http import HTTPStatus

from services.common.errors import DeskloopError


class ConsoleError(DeskloopError):
    """An expected error of a page."""

    code = "console_error"


class NotSignedIn(ConsoleError):
    """Nobody is logged in, or was idle for too long."""

    code = "not_signed_in"
    status = HTTPStatus.UNAUTHORIZED


class FormExpired(ConsoleError):
    """The form does not come from a page of this session."""

    code = "form_expired"
    status = HTTPStatus.FORBIDDEN


class BackendAway(ConsoleError):
    """Another service does not answer."""

    code = "backend_away"
    status = HTTPStatus.SERVICE_UNAVAILABLE
    retry_after = 5.0

    def __init__(self, service: str) -> None:
        super().__init__(f"{service} does not answer")
        self.service = service


class BackendOdd(ConsoleError):
    """Another service answers what the console cannot read, or refuses the console's token."""

    code = "backend_odd"
    status = HTTPStatus.BAD_GATEWAY

    def __init__(self, service: str, what: str) -> None:
        super().__init__(f"{service}: {what}")
        self.service = service


class BackendRefused(ConsoleError):
    """Another service refuses the call: `http_status`, `problem_code` and `detail` are its own."""

    code = "backend_refused"

    def __init__(self, service: str, http_status: int, problem_code: str, detail: str) -> None:
        super().__init__(detail)
        self.service = service
        self.http_status = http_status
        self.problem_code = problem_code
        self.detail = detail
