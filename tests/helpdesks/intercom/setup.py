"""The subscription that docs/helpdesks/intercom.md has an administrator make."""

from tests.helpdesks.bed.system import System
from tests.helpdesks.bed.vendors import INTERCOM
from tests.helpdesks.intercom.standin.hooks import Subscription
from tests.helpdesks.intercom.standin.intercom import TOPICS, Intercom


def connect(intercom: Intercom, system: System) -> None:
    """The app is subscribed in Intercom; n8n knows the teams and our own admin."""
    topics = {topic for each in TOPICS.values() for topic in each}
    endpoint = system.webhook("intercom")
    intercom.subscription = Subscription(endpoint, INTERCOM.webhook_secret, topics)
    intercom.subscription.check_endpoint()
    system.n8n.set(
        intercom_admin_id=int(intercom.bot["id"]),
        intercom_review_team_id=int(intercom.support["id"]),
        intercom_human_team_id=int(intercom.billing["id"]),
    )
