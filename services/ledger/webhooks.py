"""Posts to n8n's webhooks and tells what the answer means for the lease."""

from enum import StrEnum
from typing import Any

import httpx
import structlog

from services.ledger.settings import LedgerSettings

logger = structlog.get_logger(__name__)


class Delivery(StrEnum):
    """What became of a hand-out."""

    ACCEPTED = "accepted"
    AWAY = "away"
    """n8n did not receive it: down, restarting, overloaded, not published, or the key is wrong."""
    UNCLEAR = "unclear"
    """Sent, but no answer came: n8n may work on it."""
    REFUSED = "refused"
    """n8n will never accept this body."""


_AWAY_STATUSES = {401, 403, 404, 408, 425, 429}


def meaning(status: int) -> Delivery:
    """Return what an HTTP status says about the hand-out."""
    if 200 <= status < 300:
        return Delivery.ACCEPTED
    if 400 <= status < 500 and status not in _AWAY_STATUSES:
        return Delivery.REFUSED
    return Delivery.AWAY


class N8nWebhook:
    """One webhook of n8n, with the header that it asks for."""

    def __init__(self, client: httpx.AsyncClient, url: str, settings: LedgerSettings) -> None:
        self._client = client
        self._url = url
        key = settings.n8n_key
        self._headers = {settings.n8n_header: key.get_secret_value()} if key else {}

    async def post(self, body: dict[str, Any]) -> Delivery:
        """Send `body` and return what became of it; never raises."""
        try:
            answer = await self._client.post(self._url, json=body, headers=self._headers)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            return self._noted(Delivery.AWAY, type(error).__name__)
        except httpx.HTTPError as error:
            return self._noted(Delivery.UNCLEAR, type(error).__name__)
        delivery = meaning(answer.status_code)
        return self._noted(delivery, str(answer.status_code))

    def _noted(self, delivery: Delivery, why: str) -> Delivery:
        if delivery is not Delivery.ACCEPTED:
            logger.warning("n8n_did_not_accept", delivery=delivery.value, why=why, url=self._url)
        return delivery
