"""Deletes a requester's data through the services' own calls, and n8n's executions of them."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

from local.workflows.client import N8nClient, N8nError

Json = dict[str, Any]
_TIMEOUT = httpx.Timeout(300.0, connect=5.0)
_PAGE = 50
_BATCH = 500


class ForgetError(RuntimeError):
    """Something could not be deleted; the text says what. The command may be repeated."""


class UnknownRequesterError(ForgetError):
    """Nobody of this name ever wrote a ticket."""


@dataclass
class Deleted:
    """How much was deleted where, and what is left for a person to do."""

    tickets: int = 0
    corrections: int = 0
    quotes: int = 0
    executions: int = 0
    warnings: list[str] = field(default_factory=list)


class Services:
    """The ledger's and the correction store's calls."""

    def __init__(self, ledger_url: str, store_url: str, token: str) -> None:
        self._urls = {"ledger": ledger_url, "store_correction": store_url}
        self._headers = {"Authorization": f"Bearer {token}"}

    def post(self, service: str, path: str, body: Json) -> Json:
        """Call a service.

        Raises
        ------
        ForgetError
            Where it does not answer, or refuses; the text is the service's own.
        """
        url = f"{self._urls[service]}/privacy/{path}"
        try:
            answer = httpx.post(
                url, json=body, headers=self._headers, timeout=_TIMEOUT, trust_env=False
            )
        except httpx.TransportError as error:
            raise ForgetError(f"{service} does not answer at {url}: {error}") from error
        if answer.is_success:
            return dict(answer.json())
        problem = answer.json() if "json" in answer.headers.get("content-type", "") else {}
        detail = f"{service}: {problem.get('detail', answer.status_code)}"
        if problem.get("code") == "unknown_requester":
            raise UnknownRequesterError(detail)
        raise ForgetError(detail)


def forget(services: Services, n8n: N8nClient | None, requester: str) -> Deleted:
    """Delete a requester's data everywhere but in the helpdesk; may be repeated.

    Raises
    ------
    ForgetError
        Where a service is away or nobody of this name wrote; what was deleted stays deleted.
    """
    erased = services.post("ledger", "forget", {"requester": requester})
    deleted = Deleted(tickets=len(erased["ticket_ids"]))
    body = {"ticket_ids": erased["ticket_ids"], "words": telling_words(erased["words"])}
    gone = services.post("store_correction", "forget", body)["correction_ids"]
    deleted.corrections = len(gone)
    if gone:
        answer = services.post("ledger", "quotes", {"correction_ids": gone})
        deleted.quotes = answer["events"]
    if n8n is not None:
        _forget_executions(n8n, [*erased["ticket_ids"], *erased["words"]], deleted)
    return deleted


def telling_words(words: Sequence[str]) -> list[str]:
    """Leave out what would be found in texts of others, such as a helpdesk's bare numbers."""
    return [word for word in words if "@" in word or len(word) >= 12]


def _forget_executions(n8n: N8nClient, words: Sequence[str], deleted: Deleted) -> None:
    try:
        found = [each["id"] for each in _executions(n8n) if _names(each, words)]
        for start in range(0, len(found), _BATCH):
            n8n.delete_executions(found[start : start + _BATCH])
        deleted.executions = len(found)
        for workflow in n8n.api("GET", "/workflows", params={"limit": 250})["data"]:
            if _names(workflow.get("pinData") or {}, words):
                deleted.warnings.append(
                    f"The workflow '{workflow['name']}' has such a ticket pinned: unpin it in n8n."
                )
    except N8nError as error:
        raise ForgetError(f"n8n's saved executions were not looked at: {error}") from error


def _executions(n8n: N8nClient) -> Iterator[Json]:
    cursor: str | None = None
    while True:
        params = {"limit": _PAGE, "includeData": "true"} | ({"cursor": cursor} if cursor else {})
        page = n8n.api("GET", "/executions", params=params)
        yield from page["data"]
        cursor = page.get("nextCursor")
        if not cursor:
            return


def _names(value: Json, words: Sequence[str]) -> bool:
    """Whether one of the words stands in it, and not only as the beginning of a longer one."""
    text = json.dumps(value, ensure_ascii=False).lower()
    return any(_stands_in(word.lower(), text) for word in words)


def _stands_in(word: str, text: str) -> bool:
    start = text.find(word)
    while start >= 0:
        before, after = text[start - 1 : start], text[start + len(word) : start + len(word) + 1]
        if not before.isalnum() and not after.isalnum():
            return True
        start = text.find(word, start + 1)
    return False
