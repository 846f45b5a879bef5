"""All parts of the ledger, put together."""

from dataclasses import dataclass
from typing import Annotated

import httpx
from fastapi import Depends, Request
from prometheus_client import CollectorRegistry, Gauge

from services.common.database import Database
from services.common.settings import DatabaseSettings
from services.ledger import queue, store_history, store_metrics, store_queue
from services.ledger.erasure import Erasure
from services.ledger.hand_out import HandOut, Lane
from services.ledger.learning import Learning
from services.ledger.leases import DecisionLeases, TurnLeases
from services.ledger.lift import Lifts
from services.ledger.measures import Measures
from services.ledger.records import Records
from services.ledger.resolution import Resolutions
from services.ledger.reviews import Reviews
from services.ledger.service import Inbox
from services.ledger.settings import LedgerSettings
from services.ledger.signatures import WebhookVerifier
from services.ledger.webhooks import N8nWebhook

_DECISIONS_AT_ONCE = 4


@dataclass(frozen=True)
class Ledger:
    """What the routes call."""

    verifier: WebhookVerifier
    inbox: Inbox
    records: Records
    reviews: Reviews
    measures: Measures
    erasure: Erasure
    resolutions: Resolutions
    learning: Learning
    lifts: Lifts


def build_ledger(database: Database, settings: LedgerSettings) -> Ledger:
    """Put the ledger's parts together."""
    inbox = Inbox(database, settings)
    return Ledger(
        verifier=WebhookVerifier(settings.webhook_secrets, settings.webhook_freshness_seconds),
        inbox=inbox,
        records=Records(database, settings, inbox),
        reviews=Reviews(database),
        measures=Measures(database),
        erasure=Erasure(database),
        resolutions=Resolutions(database),
        learning=Learning(database),
        lifts=Lifts(database),
    )


def build_hand_out(
    database: Database,
    database_settings: DatabaseSettings,
    settings: LedgerSettings,
    inbox: Inbox,
    client: httpx.AsyncClient,
    registry: CollectorRegistry,
) -> HandOut:
    """Put together what hands tickets and decisions out to n8n."""
    triage = N8nWebhook(client, str(settings.triage_webhook_url), settings)
    apply = N8nWebhook(client, str(settings.review_webhook_url), settings)
    turns = TurnLeases(database, settings, inbox)
    decisions = DecisionLeases(database, settings)
    lanes = [
        Lane(queue.HAND_OUT, "turn", turns, triage, settings.concurrency),
        Lane(queue.APPLY_DECISION, "review", decisions, apply, _DECISIONS_AT_ONCE),
    ]
    keeper = Keeper(database, settings, registry)
    return HandOut(str(database_settings.database_url), settings, lanes, keeper.tend)


class Keeper:
    """Keeps the queue equal to the inbox, its log short, and the gauges up to date."""

    def __init__(
        self, database: Database, settings: LedgerSettings, registry: CollectorRegistry
    ) -> None:
        self._database = database
        self._settings = settings
        self._gauges = {
            name: Gauge(f"deskloop_{name}", text, registry=registry)
            for name, text in _GAUGES.items()
        }

    async def tend(self) -> None:
        """Queue again what the queue lost, forget old log lines, measure."""
        async with self._database.connection() as connection:
            for turn_id in await store_queue.turns_without_job(connection):
                await queue.enqueue_turn(connection, turn_id)
            for review_id in await store_queue.decisions_without_job(connection):
                await queue.enqueue_decision(connection, review_id)
            await store_queue.prune_log(connection, self._settings.queue_log_days)
            depths = await store_history.depths(connection)
            open_work = await store_metrics.open_work(connection)
        self._set(depths | open_work)

    def _set(self, measured: dict[str, float | None]) -> None:
        for name, gauge in self._gauges.items():
            gauge.set(measured[name] or 0)


_GAUGES = {
    "waiting": "Customer turns that wait to be handed out",
    "leased": "Customer turns that are with n8n",
    "oldest_waiting_seconds": "For how long the oldest turn has waited",
    "reviews_open": "Reviews that wait for a human",
    "unconfirmed_claims": "Claimed actions of which nobody knows whether they happened",
}


async def _ledger(request: Request) -> Ledger:
    ledger: Ledger = request.app.state.ledger
    return ledger


LedgerDependency = Annotated[Ledger, Depends(_ledger)]
