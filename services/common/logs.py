"""JSON logs on standard output; request id and ticket id are bound once per request."""

import logging
import traceback
from typing import Any

import structlog
from asgi_correlation_id import correlation_id


def _add_request_id(
    _: Any, __: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    if request_id := correlation_id.get():
        event.setdefault("request_id", request_id)
    return event


def without_words(error: BaseException) -> str:
    """Where an error came from, and of which classes it and its causes are.

    Their messages stay out: those of databases and validators quote rows and values.
    """
    told: list[str] = []
    seen: BaseException | None = error
    while seen is not None and len(told) < 10:
        where = "".join(traceback.format_tb(seen.__traceback__))
        told.append(f"{where}{type(seen).__module__}.{type(seen).__qualname__}")
        seen = seen.__cause__ or (None if seen.__suppress_context__ else seen.__context__)
    return "\ncaused by:\n".join(told)


def _format_error(exc_info: structlog.typing.ExcInfo) -> str:
    return without_words(exc_info[1])


def _without_error(record: logging.LogRecord) -> bool:
    """Uvicorn logs once more, with its message, what is logged as `unexpected_error` already."""
    if str(record.msg).startswith("Exception in ASGI application"):
        record.exc_info = None
    return True


def configure_logging(service: str, level: str = "INFO") -> None:
    """One JSON object per line for `service`; the libraries' own logs go the same way."""
    processors: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _add_request_id,
        structlog.processors.ExceptionRenderer(_format_error),
    ]
    structlog.configure(
        processors=[*processors, structlog.processors.JSONRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        logger_factory=structlog.PrintLoggerFactory(),
    )
    structlog.contextvars.bind_contextvars(service=service)
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=processors,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    logging.getLogger("uvicorn.error").addFilter(_without_error)
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)


def bind_ticket(ticket_id: str) -> None:
    """Put the ticket's id on every further log line of this request."""
    structlog.contextvars.bind_contextvars(ticket_id=ticket_id)
