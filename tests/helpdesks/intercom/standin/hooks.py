"""Notifications: the topics an app subscribed to, signed, sent again once where they failed."""

import hashlib
import hmac
import json
import time
import uuid
from dataclasses import dataclass

import httpx

from tests.helpdesks.bed.delivery import Delivery
from tests.helpdesks.intercom.standin.state import APP_ID, Happening, Json

SIGNATURE = "X-Hub-Signature"
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
class Report(Delivery):
    """A notification on its way; where it fails, it is sent once more."""

    subscription: Subscription
    topic: str
    timeout_seconds = TIMEOUT_SECONDS

    @property
    def endpoint(self) -> str:
        return self.subscription.endpoint

    def headers(self) -> dict[str, str]:
        """Return the headers as Intercom sends them; there is no time stamp among them."""
        return {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "intercom-webhook",
            SIGNATURE: signature(self.subscription.client_secret, self.body),
        }

    def forged(self) -> dict[str, dict[str, str]]:
        good, secret = self.headers(), self.subscription.client_secret
        return {
            "bad": {**good, SIGNATURE: signature("another", self.body)},
            "of another body": {**good, SIGNATURE: signature(secret, self.body + b" ")},
            "missing": {k: v for k, v in good.items() if k != SIGNATURE},
            "another scheme": {**good, SIGNATURE: good[SIGNATURE].replace("sha1=", "sha256=")},
        }

    def with_body(self, body: bytes) -> "Report":
        return Report(body, self.subscription, self.topic)

    def send(self) -> None:
        answer = self.try_once()
        if answer is None or not answer.is_success:
            time.sleep(RETRY_SECONDS)
            self.try_once()


def due(subscription: Subscription | None, happened: Happening) -> list[Delivery]:
    """Return what has to be sent because of a happening."""
    if subscription is None or happened.topic not in subscription.topics:
        return []
    body = json.dumps(notification(happened.topic, happened.item)).encode()
    return [Report(body, subscription, happened.topic)]
