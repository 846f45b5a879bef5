"""Notifications: the topics an app subscribed to, signed, sent again once where they failed."""

import hashlib
import hmac
import json
import time
import uuid
from dataclasses import dataclass, field

import httpx

from tests.helpdesks.intercom.standin.state import APP_ID, Happening, Json

TIMEOUT_SECONDS = 5.0
RETRY_SECONDS = 0.5
"""Intercom waits a minute before its second and last try; tests have no minute."""


@dataclass
class Subscription:
    """The webhook of the app in Intercom's Developer Hub."""

    endpoint: str
    client_secret: str
    topics: set[str]

    def check_endpoint(self) -> None:
        """Do what Intercom does when the address is saved; raises where it is not accepted."""
        httpx.head(self.endpoint, timeout=TIMEOUT_SECONDS).raise_for_status()


def signature(secret: str, body: bytes) -> str:
    return f"sha1={hmac.new(secret.encode(), body, hashlib.sha1).hexdigest()}"


def notification(topic: str, item: Json) -> Json:
    """Return what is sent when something happened."""
    now = int(time.time())
    return {
        "type": "notification_event",
        "app_id": APP_ID,
        "data": {"type": "notification_event_data", "item": item},
        "links": {},
        "id": f"notif_{uuid.uuid4()}",
        "topic": topic,
        "delivery_status": "pending",
        "delivery_attempts": 1,
        "delivered_at": 0,
        "first_sent_at": now,
        "created_at": now,
        "self": None,
    }


@dataclass
class Delivery:
    """One notification on its way, and what it was answered, try by try."""

    subscription: Subscription
    topic: str
    body: bytes
    statuses: list[int] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    def headers(self) -> dict[str, str]:
        """Return the headers as Intercom sends them; there is no time stamp among them."""
        return {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "intercom-webhook",
            "X-Hub-Signature": signature(self.subscription.client_secret, self.body),
        }

    def send(self) -> None:
        """Deliver it, and where that fails once more."""
        if not self._once():
            time.sleep(RETRY_SECONDS)
            self._once()

    def _once(self) -> bool:
        began = time.monotonic()
        try:
            answer = httpx.post(
                self.subscription.endpoint,
                content=self.body,
                headers=self.headers(),
                timeout=TIMEOUT_SECONDS,
            )
        except httpx.HTTPError as error:
            self.statuses.append(0)
            self.answers.append(type(error).__name__)
            return False
        finally:
            self.seconds.append(time.monotonic() - began)
        self.statuses.append(answer.status_code)
        self.answers.append(answer.text)
        return answer.is_success


def due(subscription: Subscription | None, happened: Happening) -> list[Delivery]:
    """Return what has to be sent because of a happening."""
    if subscription is None or happened.topic not in subscription.topics:
        return []
    body = json.dumps(notification(happened.topic, happened.item)).encode()
    return [Delivery(subscription, happened.topic, body)]
