"""Hands queued work out to n8n, so many at a time, each under a lease, over any crash."""

import asyncio
import contextlib
import random
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import asyncpg
import structlog
from pgqueuer.adapters.drivers.asyncpg import AsyncpgPoolDriver
from pgqueuer.adapters.persistence.queries import Queries
from pgqueuer.core.qm import QueueManager
from pgqueuer.domain.errors import RetryRequested
from pgqueuer.domain.models import Job

from services.common.errors import Unavailable
from services.ledger.leases import Leases
from services.ledger.settings import LedgerSettings
from services.ledger.steps import Deliver, Done, Later, Wait
from services.ledger.store import CHANNEL
from services.ledger.webhooks import Delivery, N8nWebhook

logger = structlog.get_logger(__name__)

_AWAY_BASE_SECONDS = 0.5
_AFTER_ERROR_SECONDS = 30
_DATABASE_AWAY_SECONDS = 1.0
_STOP_SECONDS = 8.0


@dataclass(frozen=True)
class Lane:
    """One kind of work: its queue, its leases, and the webhook that it goes to."""

    entrypoint: str
    topic: str
    leases: Leases
    webhook: N8nWebhook
    concurrency: int


@dataclass
class Signals:
    """Wakes whoever waits for a turn or review, or for the end of this process."""

    draining: asyncio.Event = field(default_factory=asyncio.Event)
    _events: dict[str, asyncio.Event] = field(default_factory=lambda: defaultdict(asyncio.Event))

    def wake(self, topic: str) -> None:
        """Wake the one who waits for `topic`; nothing happens where nobody does."""
        if topic in self._events:
            self._events[topic].set()

    def watch(self, topic: str) -> asyncio.Event:
        """Return the cleared event of `topic`."""
        event = self._events[topic]
        event.clear()
        return event

    def forget(self, topic: str) -> None:
        """Stop waiting for `topic`."""
        self._events.pop(topic, None)

    async def wait(self, event: asyncio.Event, seconds: float) -> None:
        """Sleep until `event` or for `seconds`; raises `RetryRequested` when draining."""
        waits = [asyncio.create_task(e.wait()) for e in (event, self.draining)]
        try:
            await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in waits:
                task.cancel()
        if self.draining.is_set():
            raise RetryRequested(timedelta(0), "this process stops")


class Hander:
    """Works one queued job of a lane: delivers it and holds its place until it has ended."""

    def __init__(self, lane: Lane, settings: LedgerSettings, signals: Signals) -> None:
        self._lane = lane
        self._settings = settings
        self._signals = signals

    async def __call__(self, job: Job) -> None:
        """Return when the work has ended; raise `RetryRequested` when its place is given up."""
        number = int(job.payload or b"0")
        topic = f"{self._lane.topic}:{number}"
        try:
            await self._work(number, topic)
        except RetryRequested:
            raise
        except Exception as error:
            # The queue would drop the job; the turn must come back whatever went wrong.
            logger.error("hand_out_failed", topic=topic, error=type(error).__name__)
            raise RetryRequested(timedelta(seconds=_AFTER_ERROR_SECONDS)) from None
        finally:
            self._signals.forget(topic)

    async def _work(self, number: int, topic: str) -> None:
        away, unclear = 0, False
        while True:
            event = self._signals.watch(topic)
            try:
                match await self._lane.leases.next_step(number, unclear):
                    case Done():
                        return
                    case Later(seconds):
                        raise RetryRequested(timedelta(seconds=seconds), "paused")
                    case Wait(seconds):
                        await self._signals.wait(event, min(seconds, self._settings.poll_seconds))
                    case Deliver(body):
                        delivery = await self._lane.webhook.post(body)
                        unclear = delivery in (Delivery.UNCLEAR, Delivery.AWAY)
                        away = away + 1 if delivery is Delivery.AWAY else 0
                        await self._after(delivery, number, event, away)
            except Unavailable:
                await self._signals.wait(event, _DATABASE_AWAY_SECONDS)

    async def _after(
        self, delivery: Delivery, number: int, event: asyncio.Event, away: int
    ) -> None:
        if delivery is Delivery.REFUSED:
            await self._lane.leases.refused(number)
        elif delivery is Delivery.AWAY:
            await self._lane.leases.undelivered(number)
            # Waiting in place keeps the order, and only so many knock at n8n's door.
            longest = min(self._settings.away_max_seconds, _AWAY_BASE_SECONDS * 2.0**away)
            await self._signals.wait(event, longest * random.uniform(0.5, 1.0))  # noqa: S311


class HandOut:
    """The background work of a ledger process; starts again by itself after an outage."""

    def __init__(
        self,
        database_url: str,
        settings: LedgerSettings,
        lanes: list[Lane],
        tend: Callable[[], Awaitable[None]],
    ) -> None:
        self._url = database_url
        self._settings = settings
        self._lanes = lanes
        self._tend = tend
        self._stopping = asyncio.Event()
        self._signals = Signals()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to hand out."""
        self._task = asyncio.create_task(self._supervise())

    async def stop(self) -> None:
        """Give everything back to the queue and return; leases stay with those who hold them."""
        self._stopping.set()
        self._signals.draining.set()
        if self._task is not None:
            await asyncio.wait({self._task}, timeout=_STOP_SECONDS)
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _supervise(self) -> None:
        pause = 0.5
        while not self._stopping.is_set():
            started = asyncio.get_running_loop().time()
            try:
                await self._run()
            except Exception as error:
                logger.warning("hand_out_interrupted", error=type(error).__name__)
            if asyncio.get_running_loop().time() - started > 60:
                pause = 0.5
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), pause)
            pause = min(pause * 2, 10)

    async def _run(self) -> None:
        """Hand out until stopped, or until the connection to the database ends."""
        signals = self._signals = Signals()
        if self._stopping.is_set():
            return
        async with (
            asyncpg.create_pool(self._url, min_size=1, max_size=4) as pool,
            self._listening(signals),
        ):
            manager = self._manager(pool, signals)
            stop = asyncio.create_task(self._shut_down(manager, signals))
            tend = asyncio.create_task(self._tend_regularly(signals))
            try:
                await manager.run(
                    batch_size=1,
                    dequeue_timeout=timedelta(seconds=self._settings.poll_seconds),
                    heartbeat_timeout=timedelta(seconds=self._settings.worker_timeout_seconds),
                    shutdown_on_listener_failure=True,
                )
            finally:
                stop.cancel()
                tend.cancel()
                await asyncio.gather(stop, tend, return_exceptions=True)

    def _manager(self, pool: Any, signals: Signals) -> QueueManager:
        manager = QueueManager(Queries(AsyncpgPoolDriver(pool)))
        for lane in self._lanes:
            register = manager.entrypoint(
                lane.entrypoint, concurrency_limit=lane.concurrency, accepts_context=False
            )
            register(Hander(lane, self._settings, signals))
        return manager

    @contextlib.asynccontextmanager
    async def _listening(self, signals: Signals) -> Any:
        connection = await asyncpg.connect(self._url)
        try:
            await connection.add_listener(CHANNEL, lambda *event: signals.wake(event[3]))
            connection.add_termination_listener(lambda _: signals.draining.set())
            yield
        finally:
            with contextlib.suppress(Exception):
                await connection.close(timeout=2)

    async def _shut_down(self, manager: QueueManager, signals: Signals) -> None:
        await signals.draining.wait()
        manager.shutdown.set()

    async def _tend_regularly(self, signals: Signals) -> None:
        while not signals.draining.is_set():
            try:
                await self._tend()
            except Exception as error:
                logger.warning("tending_failed", error=type(error).__name__)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(signals.draining.wait(), 15)
