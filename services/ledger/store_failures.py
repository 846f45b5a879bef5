# ruff: noqa: S608 - only constants of these modules become part of a statement's text
"""SQL of webhooks that could not be taken in."""

import hashlib
import json
from typing import Any

from services.contracts.ledger_failures import WebhookFailure, WebhookFailureRequest
from services.ledger.store import to_json
from services.ledger.store_pages import fetch_page

_COLUMNS = "id, source, workflow, step, reason, shape, times, first_at, last_at"
_DEEPEST = 12


def types_only(value: Any, depth: int = 0) -> Any:
    """Return a payload's form: names of fields and of types; any other text becomes `string`."""
    if depth > _DEEPEST:
        return "…"
    if isinstance(value, dict):
        return {str(key)[:100]: types_only(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list):
        forms = [types_only(item, depth + 1) for item in value[:100]]
        return [form for place, form in enumerate(forms) if form not in forms[:place]]
    if value in ("string", "number", "boolean", "null", "undefined") or value is None:
        return value
    return {bool: "boolean", int: "number", float: "number"}.get(type(value), "string")


async def add(connection: Any, request: WebhookFailureRequest) -> WebhookFailure:
    """Keep a failure, or count it where the same one of the same form is known."""
    shape = types_only(request.shape)
    told = [request.source, request.workflow, request.step, request.reason]
    known_by = json.dumps([*told, shape], sort_keys=True)
    row = await connection.fetchrow(
        f"""
        insert into ledger_webhook_failures
            (source, workflow, step, reason, shape, fingerprint)
        values ($1, $2, $3, $4, $5, $6)
        on conflict (fingerprint) do update
            set times = ledger_webhook_failures.times + 1, last_at = now()
        returning {_COLUMNS}
        """,
        *told,
        to_json(shape),
        hashlib.sha256(known_by.encode()).hexdigest(),
    )
    return _failure(row)


async def latest(
    connection: Any, source: str | None, limit: int, offset: int
) -> tuple[list[WebhookFailure], int]:
    """Return failures, the latest first, and how many there are."""
    rows, total = await fetch_page(
        connection,
        f"""
        select {_COLUMNS}, count(*) over () as total from ledger_webhook_failures
        where $1::text is null or source = $1
        order by last_at desc, id desc limit $2 offset $3
        """,
        source,
        limit=limit,
        offset=offset,
    )
    return [_failure(row) for row in rows], total


def _failure(row: Any) -> WebhookFailure:
    known = {name: row[name] for name in _COLUMNS.split(", ")}
    shape = known["shape"]
    known["shape"] = json.loads(shape) if isinstance(shape, str) else shape
    return WebhookFailure.model_validate(known)
